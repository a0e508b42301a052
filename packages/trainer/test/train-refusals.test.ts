import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { resolveProtocol } from '@recdistill/metrics'
import { prepareTensors } from '@recdistill/tensor'
import { twoCamps } from '@recdistill/testkit'
import { beforeAll, expect, test } from 'vitest'
import { train, type TrainOptions } from '../src/index.ts'
import { copying, distilling, folder, mf, optionsFor, run } from './training-scene.ts'

beforeAll(() => prepareTensors())

test('a checkpoint made under other settings is refused by name', () => {
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  run(optionsFor(undefined, { checkpoint }))
  expect(() => run(optionsFor(undefined, { checkpoint, seed: 2 }))).toThrow('seed was 1, now 2')
  rmSync(join(checkpoint.folder, 'last.ckpt'))
  const kept = readFileSync(join(checkpoint.folder, 'best.ckpt'))
  expect(() => run(optionsFor(undefined, { checkpoint, seed: 2 }))).toThrow(/best\.ckpt.*seed was 1, now 2/)
  expect(readFileSync(join(checkpoint.folder, 'best.ckpt'))).toEqual(kept)
  run(optionsFor(undefined, { checkpoint }))
  expect(readFileSync(join(checkpoint.folder, 'best.ckpt'))).toEqual(kept)
})

test('a protocol that the split cannot be measured by is refused before the first epoch', () => {
  const refused = (change: Partial<TrainOptions>) => () => train(optionsFor(undefined, change)).next()
  const long = resolveProtocol('rce-kd', { ks: [50], select: 'recall@50' })
  expect(refused({ protocol: long })).toThrow('measures lists of 50, and the catalogue has 40 items')
  const none = twoCamps({ usersPerCamp: 3, itemsPerCamp: 3 })
  const empty = { ...none, test: none.valid, valid: none.test }
  const protocol = resolveProtocol('rce-kd', { ks: [1], select: 'recall@1' })
  expect(refused({ split: empty, protocol, followTest: true })).toThrow('the test part of the split is empty')
})

test.each([
  ['train.dim: expected an integer >= 1, got 0', { backbone: { definition: mf, dim: 0, params: {} } }],
  ['train.epochs: expected an integer >= 1, got 0', { epochs: 0 }],
  [
    'train.lr: expected a number > 0, got NaN',
    { optimizer: { lr: NaN, weightDecay: 0, batch: 1, negatives: 1 } },
  ],
  [
    'train.checkpoint.everySeconds: expected a number >= 0, got NaN',
    { checkpoint: { folder: 'unused', everySeconds: NaN } },
  ],
  [
    'no training interactions',
    { split: { ...twoCamps(), train: { offsets: new Uint32Array(99), items: new Uint32Array(0) } } },
  ],
])('refused: %s', (message, change) => {
  expect(() => run(optionsFor(undefined, change))).toThrow(message)
})

test('a run goes on only with the same teacher, and with a method whose lists are the same', () => {
  const [teacher, other] = [run(optionsFor()), run(optionsFor(undefined, { seed: 2 }))]
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  run(distilling(teacher, { checkpoint }))
  expect(() => run(distilling(other, { checkpoint }))).toThrow(/teacher was "\w+", now "\w+"/)
  const edited = {
    ...copying,
    values: () => ({ half: { size: 2, refresh: 'once' as const, fill: () => {} } }),
  } as unknown as typeof copying
  const method = { definition: edited, params: { K: 5 }, lambda: 0.1, teacher: teacher.model }
  expect(() => run(optionsFor(undefined, { checkpoint, method }))).toThrow(
    'copying: the checkpoint has 60 numbers for value.half, the method needs 120',
  )
})
