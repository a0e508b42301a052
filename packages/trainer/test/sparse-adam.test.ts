import { prepareTensors } from '@recdistill/tensor'
import { randomSplit } from '@recdistill/testkit'
import { beforeAll, expect, test } from 'vitest'
import { bytes, distilling, folder, optionsFor, run } from './training-scene.ts'

beforeAll(() => prepareTensors())

const optimizer = { lr: 0.01, weightDecay: 1e-2, batch: 32, negatives: 1, sparse: true }

test('a user without training pairs keeps the vector it began with, which the L2 of ordinary Adam pulls to zero', () => {
  const whole = randomSplit({ users: 60, items: 40, seed: 3 })
  const { offsets, items } = whole.train
  const train = {
    offsets: offsets.map((at, n) => (n === 60 ? offsets[59] : at)),
    items: items.slice(0, offsets[59]),
  }
  const last = (change: object, epochs: number) => {
    const { model } = run(optionsFor({ ...whole, train }, { epochs, optimizer: { ...optimizer, ...change } }))
    return model.rowsOf('users', Uint32Array.of(59))
  }
  expect(last({}, 8)).toEqual(last({}, 1))
  const size = (row: Float32Array) => Math.hypot(...row)
  expect(size(last({ sparse: false }, 8))).toBeLessThan(size(last({}, 8)))
})

test('sparse steps resume to the same bytes, with a method as well', () => {
  const teacher = run(optionsFor(undefined, { optimizer }))
  const whole = folder()
  run(distilling(teacher, { optimizer, checkpoint: { folder: whole, everySeconds: 1000 } }))
  for (const stopAt of [1, 9, 20]) {
    const checkpoint = { folder: folder(), everySeconds: 1000 }
    let steps = 0
    const signal = {
      get stop() {
        return ++steps > stopAt
      },
    }
    run(distilling(teacher, { optimizer, checkpoint, signal }))
    run(distilling(teacher, { optimizer, checkpoint }))
    expect(bytes(checkpoint.folder)).toEqual(bytes(whole))
  }
})

test('a checkpoint of ordinary steps is not gone on from with sparse ones', () => {
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  run(optionsFor(undefined, { checkpoint }), ({ type }) => type === 'epoch')
  run(optionsFor(undefined, { checkpoint }))
  expect(() => run(optionsFor(undefined, { checkpoint, optimizer }))).toThrow(/optimizer/)
})
