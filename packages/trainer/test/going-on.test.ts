import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { backbones } from '@recdistill/backbones'
import { defineMethod } from '@recdistill/plugin'
import { prepareTensors, tf } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { loadModel, moreEpochsProblem, type TrainEvent } from '../src/index.ts'
import { bytes, copying, distilling, engine, folder, optionsFor, run } from './training-scene.ts'

beforeAll(() => prepareTensors())

test('a run stopped at any step and resumed ends with the same bytes as one that was not', () => {
  const teacher = run(optionsFor())
  const whole = folder()
  const end = run(distilling(teacher, { checkpoint: { folder: whole, everySeconds: 1000 } }))
  for (const stopAt of [1, 2, 7, 13, 20]) {
    const at = folder()
    let steps = 0
    const signal = {
      get stop() {
        return ++steps > stopAt
      },
    }
    const checkpoint = { folder: at, everySeconds: 1000 }
    expect(run(distilling(teacher, { checkpoint, signal })).stopped).toBe('signal')
    const resumed = run(distilling(teacher, { checkpoint }))
    expect(
      bytes(at).map((file, n) => file.equals(bytes(whole)[n])),
      `stopped after ${stopAt} steps`,
    ).toEqual([true, true])
    expect(resumed.curve.map(({ seconds: _, ...point }) => point)).toEqual(
      end.curve.map(({ seconds: _, ...point }) => point),
    )
  }
})

test('a run told to stop when an epoch ends stands there, and goes on from it to the same bytes', () => {
  const teacher = run(optionsFor())
  const whole = folder()
  run(distilling(teacher, { checkpoint: { folder: whole, everySeconds: 1000 } }))
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  for (const until of [1, 3, 4]) {
    const signal = { stop: false }
    const epochs: number[] = []
    const stopped = run(distilling(teacher, { checkpoint, signal }), (event) => {
      if (event.type === 'epoch') epochs.push(event.record.epoch)
      if (event.type === 'epoch' && event.record.epoch + 1 >= until) signal.stop = true
      return false
    })!
    expect(stopped.stopped).toBe('signal')
    expect(stopped.epochs).toBe(until)
    expect(epochs.at(-1)).toBe(until - 1)
    // Told so when it is taken up again, it does nothing.
    const before = bytes(checkpoint.folder)
    const still = { stop: false }
    const again = run(distilling(teacher, { checkpoint, signal: still }), (event) => {
      if (event.type === 'resumed') still.stop = true
      return false
    })!
    expect(again.epochs).toBe(until)
    expect(bytes(checkpoint.folder)).toEqual(before)
  }
  run(distilling(teacher, { checkpoint }))
  expect(bytes(checkpoint.folder)).toEqual(bytes(whole))
})

test('a run ended by hand takes no step more: its best epoch so far is the result, now and when it is asked again', () => {
  const teacher = run(optionsFor())
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  expect(() => run(distilling(teacher, { checkpoint, enough: true }))).toThrow(
    /no validated epoch is kept yet/,
  )
  const signal = { stop: false }
  run(distilling(teacher, { checkpoint, signal }), (event) => {
    if (event.type === 'epoch' && event.record.epoch === 2) signal.stop = true
    return false
  })
  const steps: string[] = []
  const ended = run(distilling(teacher, { checkpoint, enough: true }), ({ type }) => {
    steps.push(type)
    return false
  })!
  expect(ended).toMatchObject({ stopped: 'hand', epochs: 3 })
  expect(steps).toEqual(['resumed', 'checkpoint'])
  expect(ended.bestEpoch).toBe(ended.curve.findLastIndex(({ best }) => best))
  const kept = ended.model.state().parameters
  const { split } = optionsFor()
  const best = loadModel({ checkpoint: ended.checkpoint!, split, engine, definitions: backbones })
  for (const [name, values] of Object.entries(best.state().parameters))
    expect(kept[name], name).toEqual(values)
  const again = run(distilling(teacher, { checkpoint }))
  expect(again).toMatchObject({ stopped: 'hand', epochs: 3, bestEpoch: ended.bestEpoch })
})

test('a run of fewer epochs goes on to more, and ends with the same bytes as one that was started with them', () => {
  const teacher = run(optionsFor())
  const whole = folder()
  run(distilling(teacher, { checkpoint: { folder: whole, everySeconds: 1000 } }))
  for (const epochs of [1, 4]) {
    const checkpoint = { folder: folder(), everySeconds: 1000 }
    expect(run(distilling(teacher, { checkpoint, epochs }))).toMatchObject({ stopped: 'epochs', epochs })
    expect(moreEpochsProblem(checkpoint.folder, 6)).toBeNull()
    expect(run(distilling(teacher, { checkpoint }))).toMatchObject({ stopped: 'epochs', epochs: 6 })
    expect(
      bytes(checkpoint.folder).map((file, n) => file.equals(bytes(whole)[n])),
      `first of ${epochs} epochs`,
    ).toEqual([true, true])
    expect(() => run(distilling(teacher, { checkpoint, epochs: 5 }))).toThrow(/epochs was 6, now 5/)
  }
})

test('a run whose best epoch was long ago keeps it when it goes on, in a file of the settings it has now', () => {
  const change = { optimizer: { lr: 0.5, weightDecay: 0, batch: 32, negatives: 1 } }
  const whole = folder()
  const end = run(optionsFor(undefined, { ...change, checkpoint: { folder: whole, everySeconds: 1000 } }))
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  run(optionsFor(undefined, { ...change, checkpoint, epochs: end.bestEpoch + 1 }))
  run(optionsFor(undefined, { ...change, checkpoint }))
  expect(end.bestEpoch).toBeLessThan(5)
  expect(bytes(checkpoint.folder).map((file, n) => file.equals(bytes(whole)[n]))).toEqual([true, true])
})

test('training that ended by patience stays ended when there are more epochs', () => {
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  const optimizer = { lr: 0.5, weightDecay: 0, batch: 32, negatives: 1 }
  const first = run(optionsFor(undefined, { optimizer, patience: 1, epochs: 20, checkpoint }))
  expect(first.stopped).toBe('patience')
  expect(run(optionsFor(undefined, { optimizer, patience: 1, epochs: 30, checkpoint }))).toMatchObject({
    stopped: 'patience',
    epochs: first.epochs,
    bestEpoch: first.bestEpoch,
  })
})

test('what depends on the number of epochs goes on to no more of them, and says why', () => {
  const teacher = run(optionsFor())
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  const cooling = defineMethod({
    ...copying,
    name: 'cooling',
    loss: (input) => tf.mul(copying.loss(input), 1 - input.progress),
  })
  const method = { definition: cooling, params: { K: 5 }, lambda: 0.1, teacher: teacher.model }
  run(optionsFor(undefined, { method, checkpoint, epochs: 2 }))
  expect(moreEpochsProblem(checkpoint.folder, 2)).toBeNull()
  expect(moreEpochsProblem(checkpoint.folder, 6)).toMatch(/cooling asks how many epochs there are/)
  expect(() => run(optionsFor(undefined, { method, checkpoint }))).toThrow(
    /last\.ckpt: cannot go on to 6 epochs: cooling asks how many epochs there are, so what it learned is of 2;/,
  )
  const uneven = { folder: folder(), everySeconds: 1000 }
  run(optionsFor(undefined, { checkpoint: uneven, epochs: 3, validateEvery: 2 }))
  expect(() => run(optionsFor(undefined, { checkpoint: uneven, validateEvery: 2 }))).toThrow(
    /epoch 3 was validated for being the last, which validateEvery 2 does not ask for/,
  )
})

test('a finished run is not run again', () => {
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  const first = run(optionsFor(undefined, { checkpoint }))
  const events: TrainEvent[] = []
  const again = run(optionsFor(undefined, { checkpoint }), (event) => (events.push(event), false))!
  expect(events.map(({ type }) => type)).toEqual(['resumed'])
  expect(again.model.state().parameters).toEqual(first.model.state().parameters)
})

test('an older last checkpoint beside a newer best one still ends in the same place', () => {
  const whole = folder()
  run(optionsFor(undefined, { checkpoint: { folder: whole, everySeconds: 1000 } }))
  const at = folder()
  const options = optionsFor(undefined, { checkpoint: { folder: at, everySeconds: 0 } })
  let old: Buffer | null = null
  run(options, (event) => {
    if (event.type === 'checkpoint' && event.epoch === 1 && event.step === 1)
      old = readFileSync(join(at, 'last.ckpt'))
    return event.type === 'checkpoint' && event.epoch === 4
  })
  writeFileSync(join(at, 'last.ckpt'), old!)
  run(options)
  expect(bytes(at).map((file, n) => file.equals(bytes(whole)[n]))).toEqual([true, true])
})
