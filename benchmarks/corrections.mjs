#!/usr/bin/env node
// What DCD's port can correct: of the first 500 unseen items of a teacher, how many does a student over-estimate, and how many
// does it under-estimate by so much that they all weigh the same? Two trained models of split rce-kd: TEACHER.ckpt STUDENT.ckpt.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backbones } from '@recdistill/backbones'
import { prepareSplit } from '@recdistill/data'
import { createEngine } from '@recdistill/engine'
import { prepareTensors } from '@recdistill/tensor'
import { loadModel } from '@recdistill/trainer'
import { command, data } from './src/command.mjs'

const program = command('corrections', 'What DCD’s port can correct, of two trained models of split rce-kd.')
  .argument('<teacher>', 'its checkpoint')
  .argument('<student>', 'its checkpoint')
  .addOption(data())
  .parse()
const [candidates, drawn, T] = [500, 100, 10]
const folder = mkdtempSync(join(tmpdir(), 'recdistill-corrections-'))
try {
  await prepareTensors()
  const split = await prepareSplit(
    { dataset: 'citeulike-t', split: 'rce-kd' },
    { cacheDir: folder, dataDir: program.opts().data, seed: 0 },
  )
  const engine = createEngine()
  const [teacher, student] = program.args.map((checkpoint) =>
    loadModel({ checkpoint, split, engine, definitions: backbones }),
  )
  const users = Uint32Array.from({ length: 1000 }, (_, n) => n * 5)
  const { items } = teacher.rank(users, candidates, split.train)
  const positions = student.positionsOf(users, items, candidates, null)
  const counts = Array.from(users, (_, u) => {
    const row = Array.from(positions.subarray(u * candidates, (u + 1) * candidates))
    const over = row.filter((sigma, t) => sigma < t).length
    return { over, saturated: row.filter((sigma, t) => Math.tanh((sigma - t) / T) > 0.99).length }
  })
  const mean = (of) => counts.reduce((sum, one) => sum + of(one), 0) / counts.length
  console.log(
    `of ${candidates}: over-estimated ${mean(({ over }) => over).toFixed(0)}, under-estimated with weight 1 ${mean(({ saturated }) => saturated).toFixed(0)}; users with fewer than ${drawn} to draw: ${(100 * mean(({ over }) => Number(over < drawn))).toFixed(0)} %`,
  )
  engine.dispose()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)
