import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadBackbone } from '@recdistill/backbones'
import { prepareSplit } from '@recdistill/data'
import { createEngine } from '@recdistill/engine'
import { resolveProtocol } from '@recdistill/metrics'
import { encodeBundle } from '@recdistill/serve'
import { train } from '@recdistill/trainer'

/** The first lists of the model that was trained, as its trainer ranks: places of items and bits of scores. */
export interface Expected {
  readonly items: Uint32Array // [users, k]
  readonly scores: Float32Array // [users, k]
}

/** Teacher and student of the embedded data, trained for a moment, as bundles; and what the trainer itself ranks. */
export async function trainPair({ users, k }: { users: number; k: number }): Promise<{
  readonly teacher: Uint8Array
  readonly student: Uint8Array
  readonly studentInt8: Uint8Array
  readonly expected: Expected
}> {
  const cacheDir = mkdtempSync(join(tmpdir(), 'recdistill-demo-'))
  const split = await prepareSplit({ dataset: 'synthetic:quick' }, { cacheDir })
  rmSync(cacheDir, { recursive: true, force: true })
  const engine = createEngine()
  const trained = (dim: number) => {
    const training = train({
      split,
      protocol: resolveProtocol('strict'),
      engine,
      backbone: { definition: loadBackbone('mf'), dim, params: { init: 0.1, biases: false } },
      optimizer: { lr: 0.005, weightDecay: 1e-4, batch: 1024, negatives: 1 },
      method: null,
      epochs: 6,
      patience: 6,
      validateEvery: 6,
      seed: 0,
      checkpoint: null,
    })
    let next = training.next()
    while (!next.done) next = training.next()
    return next.value.model
  }
  const all = (count: number) => Uint32Array.from({ length: count }, (_, n) => n)
  const names = (count: number) => Array.from({ length: count }, (_, n) => String(n))
  const bundleOf = (model: ReturnType<typeof trained>, precision: 'f32' | 'int8', name: string) =>
    encodeBundle({
      users: names(split.numUsers),
      items: names(split.numItems),
      dim: model.dim,
      userVectors: model.rowsOf('users', all(split.numUsers)).slice(),
      itemVectors: model.rowsOf('items', all(split.numItems)).slice(),
      seen: split.train,
      precision,
      meta: { model: name, backbone: 'mf', dataset: split.manifest.dataset },
    })
  const large = trained(32)
  const small = trained(8)
  const { items, scores } = small.rank(all(users), k, split.train)
  const pair = {
    teacher: bundleOf(large, 'f32', 'teacher'),
    student: bundleOf(small, 'f32', 'scratch'),
    studentInt8: bundleOf(small, 'int8', 'scratch'),
    expected: { items: items.slice(), scores: scores.slice() },
  }
  engine.dispose()
  return pair
}
