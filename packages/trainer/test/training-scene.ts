import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadBackbone } from '@recdistill/backbones'
import { createEngine } from '@recdistill/engine'
import { resolveProtocol } from '@recdistill/metrics'
import { defineMethod } from '@recdistill/plugin'
import { tf } from '@recdistill/tensor'
import { randomSplit } from '@recdistill/testkit'
import { z } from 'zod'
import { train, type TrainEvent, type TrainOptions, type TrainOutcome } from '../src/index.ts'

export const folder = () => mkdtempSync(join(tmpdir(), 'recdistill-trainer-'))
export const mf = loadBackbone('mf')
export const engine = createEngine({ threads: 1 })

/** Copies the teacher's five favourites and the student's own: one list of each kind, and a value. */
export const copying = defineMethod({
  name: 'copying',
  paper: { title: 'none', venue: 'a test' },
  params: z.object({ K: z.int().default(5) }),
  defaults: { lambda: 1, weightDecay: 1e-5 },
  lists: ({ K }) => ({
    favourites: { size: K, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(K)) },
    own: {
      size: K,
      refresh: { epochs: 2 },
      draw: (row, out) => out.set(row.student.top(K, { seen: 'skip' })),
    },
    random: { size: 2, refresh: { epochs: 1 }, draw: (row, out, rng) => out.fill(rng.int(row.numItems)) },
  }),
  values: () => ({ half: { size: 1, refresh: 'once', fill: (_row, out) => out.fill(0.5) } }),
  over: 'users',
  loss: ({ student, teacher, values }) =>
    tf.add(
      tf.sum(tf.mul(values.half, tf.squaredDifference(student.scores.favourites, teacher.scores.favourites))),
      tf.sum(tf.squaredDifference(student.scores.own, teacher.scores.own)),
    ),
})

export function optionsFor(
  split = randomSplit({ users: 60, items: 40, seed: 3 }),
  change: Partial<TrainOptions> = {},
): TrainOptions {
  return {
    split,
    protocol: resolveProtocol('rce-kd'),
    backbone: { definition: mf, dim: 6, params: { init: 0.1, biases: false } },
    optimizer: { lr: 0.01, weightDecay: 1e-4, batch: 32, negatives: 1 },
    method: null,
    epochs: 6,
    patience: 100,
    validateEvery: 1,
    seed: 1,
    engine,
    checkpoint: null,
    ...change,
  }
}

export function run(options: TrainOptions): TrainOutcome
export function run(options: TrainOptions, until: (event: TrainEvent) => boolean): TrainOutcome | null
export function run(options: TrainOptions, until?: (event: TrainEvent) => boolean): TrainOutcome | null {
  const training = train(options)
  for (;;) {
    const next = training.next()
    if (next.done) return next.value
    if (until?.(next.value)) return null
  }
}

export const bytes = (at: string) => [
  readFileSync(join(at, 'last.ckpt')),
  readFileSync(join(at, 'best.ckpt')),
]

export function distilling(teacher: TrainOutcome, change: Partial<TrainOptions> = {}): TrainOptions {
  const method = { definition: copying, params: { K: 5 }, lambda: 0.1, teacher: teacher.model }
  return optionsFor(undefined, { method, ...change })
}
