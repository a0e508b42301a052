#!/usr/bin/env node
// Does training follow PyTorch's? Both train MF d=20 on CiteULike-t from the same initial tables, each with its own negatives.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadBackbone } from '@recdistill/backbones'
import { createRng } from '@recdistill/core'
import { prepareSplit } from '@recdistill/data'
import { createEngine } from '@recdistill/engine'
import { resolveProtocol } from '@recdistill/metrics'
import { prepareTensors } from '@recdistill/tensor'
import { train } from '@recdistill/trainer'
import { command, data } from './src/command.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const options = command(
  'same-start',
  'Does training follow PyTorch’s? Both train MF from the same initial tables.',
)
  .option('--peer-python <path>', 'an interpreter with PyTorch', 'python3')
  .addOption(data())
  .option('--seed <n>', 'of the initial tables', '0')
  .option('--epochs <n>', 'of both', '61')
  .parse()
  .opts()

const folder = mkdtempSync(join(tmpdir(), 'recdistill-same-start-'))
try {
  await prepareTensors()
  const split = await prepareSplit(
    { dataset: 'citeulike-t', split: 'rce-kd' },
    { cacheDir: folder, dataDir: options.data, seed: 0 },
  )
  const engine = createEngine()
  const seed = Number(options.seed)
  const definition = loadBackbone('mf')
  const backbone = { definition, dim: 20, params: { init: 0.01, biases: false } }
  const optimizer = { lr: 1e-3, weightDecay: 1e-3, batch: 2048, negatives: 1 }
  // The very tables a run of this seed starts from.
  const rng = createRng(seed).fork('model')
  const start = definition.create(
    { ...backbone, split, optimizer, rng, engine, trainable: true },
    backbone.params,
  )
  for (const [name, { buffer, byteOffset, byteLength }] of Object.entries(start.state().parameters))
    writeFileSync(join(folder, `${name}.bin`), new Uint8Array(buffer, byteOffset, byteLength))
  start.dispose()
  const epochs = Number(options.epochs)
  const protocol = resolveProtocol('rce-kd')
  const settings = { split, protocol, backbone, optimizer, engine, seed, epochs }
  const steps = train({ ...settings, method: null, patience: epochs, validateEvery: 1, checkpoint: null })
  for (let next = steps.next(); ; next = steps.next())
    if (next.done) break
    else if (next.value.type === 'epoch' && isShown(next.value.record.epoch + 1, epochs)) {
      const { epoch, loss, valid } = next.value.record
      console.log(
        `ours    ${epoch + 1}  loss ${loss.base.toFixed(3)}  valid ndcg@10 ${valid['ndcg@10'].toFixed(4)}`,
      )
    }
  engine.dispose()
  const script = join(here, 'peers/torch/same_start.py')
  const peer = [script, folder, join(options.data, 'citeulike-t'), options.seed, options.epochs]
  process.exitCode = spawnSync(options.peerPython, peer, { stdio: 'inherit' }).status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function isShown(epoch, epochs) {
  return epoch === 1 || epoch % 10 === 1 || epoch === epochs
}
