import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inParallel, rungsOf, successiveHalving } from './successive-halving.ts'

test('twelve trials and 90 epochs by threes: 12 at 10, 4 at 30, 2 at 90', () => {
  expect(rungsOf({ trials: 12, epochs: 90 })).toEqual([
    { trials: 12, epochs: 10 },
    { trials: 4, epochs: 30 },
    { trials: 2, epochs: 90 },
  ])
  expect(rungsOf({ trials: 1, epochs: 90 })).toEqual([{ trials: 1, epochs: 90 }])
  expect(rungsOf({ trials: 9, epochs: 1 })).toEqual([{ trials: 9, epochs: 1 }])
})

const ladder = fc.record({
  trials: fc.integer({ min: 1, max: 200 }),
  epochs: fc.integer({ min: 1, max: 1000 }),
  eta: fc.integer({ min: 2, max: 5 }),
  most: fc.integer({ min: 1, max: 6 }),
})

test('rungs: fewer trials and more epochs each, from all trials to all epochs', () => {
  fc.assert(
    fc.property(ladder, (options) => {
      const rungs = rungsOf(options)
      expect(rungs[0].trials).toBe(options.trials)
      expect(rungs.at(-1)!.epochs).toBe(options.epochs)
      expect(rungs.length).toBeLessThanOrEqual(options.most)
      for (let n = 1; n < rungs.length; n++) {
        expect(rungs[n].trials).toBeLessThan(rungs[n - 1].trials)
        expect(rungs[n].epochs).toBeGreaterThan(rungs[n - 1].epochs)
        expect(rungs[n].trials * options.eta).toBeGreaterThanOrEqual(rungs[n - 1].trials)
      }
      for (const { trials, epochs } of rungs) expect(Math.min(trials, epochs)).toBeGreaterThanOrEqual(1)
    }),
  )
})

test('no rung of a bad size', () => {
  expect(() => rungsOf({ trials: 0, epochs: 9 })).toThrow('rungsOf.trials: expected an integer >= 1, got 0')
  expect(() => rungsOf({ trials: 3, epochs: 9, eta: 1 })).toThrow('rungsOf.eta: expected an integer >= 2')
})

interface Outcome {
  readonly trial: number
  readonly epochs: number
  readonly loss: number
}

/** Trial `n` tends to `limits[n]`; all of them come down at the same rate, so who leads at any rung leads at the end. */
function halve(
  limits: readonly number[],
  { parallel, epochs, eta }: { parallel: number; epochs: number; eta: number },
) {
  const asked: Outcome[] = []
  let running = 0
  let most = 0
  const rungs = rungsOf({ trials: limits.length, epochs, eta })
  const end = successiveHalving({
    trials: limits.map((_, n) => n),
    rungs,
    parallel,
    run: async (trial, until): Promise<Outcome> => {
      most = Math.max(most, ++running)
      // Later trials answer first.
      for (let turn = 0; turn < limits.length - trial; turn++) await Promise.resolve()
      running--
      const outcome = { trial, epochs: until, loss: limits[trial] + 1 / until }
      asked.push(outcome)
      return outcome
    },
    order: (results) => results.toSorted((a, b) => a.loss - b.loss || a.trial - b.trial),
  })
  return { rungs, end, asked, most: () => most }
}

test('where who leads early leads late, halving finds the best; every rung has its trials and no more', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 40 }),
      fc.record({
        parallel: fc.integer({ min: 1, max: 5 }),
        epochs: fc.integer({ min: 1, max: 100 }),
        eta: fc.integer({ min: 2, max: 4 }),
      }),
      async (limits, options) => {
        const { rungs, end, asked, most } = halve(limits, options)
        const results = await end
        const best = limits.indexOf(Math.min(...limits))
        expect(results[best].epochs).toBe(options.epochs)
        expect(most()).toBeLessThanOrEqual(options.parallel)
        for (const rung of rungs)
          expect(asked.filter((one) => one.epochs === rung.epochs)).toHaveLength(rung.trials)
        expect(results.map(({ trial }) => trial)).toEqual(limits.map((_, n) => n))
      },
    ),
    { numRuns: 60 },
  )
})

test('how many run at once changes nothing of what is promoted', async () => {
  const limits = [5, 3, 9, 1, 7, 2, 8, 6, 4]
  const one = await halve(limits, { parallel: 1, epochs: 27, eta: 3 }).end
  const four = await halve(limits, { parallel: 4, epochs: 27, eta: 3 }).end
  expect(four).toEqual(one)
})

test('after a failure nothing new begins, and what runs is waited for', async () => {
  const ended: number[] = []
  const all = inParallel([0, 1, 2, 3, 4], 2, async (n) => {
    await Promise.resolve()
    if (n === 0) throw new Error('of zero')
    await new Promise((resolve) => setTimeout(resolve, 5))
    ended.push(n)
  })
  await expect(all).rejects.toThrow('of zero')
  expect(ended).toEqual([1])
})
