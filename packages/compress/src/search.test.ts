import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  armOf,
  byPromise,
  choose,
  drawTrials,
  paretoFront,
  paretoRanks,
  precisions,
  rungsOf,
  search,
  sizesFor,
  tableBytes,
  type Judge,
  type Target,
  type TrialJob,
  type TrialResult,
  type TrialRunner,
} from './index.ts'

const rows = 1000
const teacher = 0.2
const judge = (target: Target): Judge => ({ target, teacher, latency: (columns) => columns * 10 })

/** A student of `dim` comes to `0.21 (1 - 1 / dim)`, less what a rate away from 0.005 costs; int8 costs a hundredth. */
function answer({ until, ...trial }: TrialJob, horizon: number): TrialResult {
  const off = Math.abs(Math.log10(Number(trial.values.lr) / 0.005))
  const at = (0.21 * (1 - 1 / trial.dim) - 0.02 * off) * (1 - 1 / (until + 1))
  return {
    trial,
    epochs: until,
    bestEpoch: until - 1,
    finished: until === horizon,
    columns: trial.dim,
    seconds: 0,
    candidates: precisions.map((precision) => {
      const value = at * (precision === 'int8' ? 0.99 : 1)
      return {
        precision,
        bytes: tableBytes(rows, trial.dim, precision),
        quality: { value, low: value, high: value },
      }
    }),
  }
}

function runner(horizon: number, asked: string[] = []): TrialRunner {
  return {
    async run(job) {
      asked.push(`${job.id}@${job.until}`)
      // Later trials answer first.
      for (let turn = 0; turn < 40 - Number(job.id.slice(0, 2)); turn++) await Promise.resolve()
      return answer(job, horizon)
    },
  }
}

const arm = armOf({ kind: 'mf', method: 'rrd', lambda: 0.1, params: { K: 50 }, fixed: [] })

async function searchFor(target: Target, { count = 18, seed = 1, parallel = 1 } = {}) {
  const horizon = 90
  const sizes = sizesFor(target, { rows, largest: 64 })
  const trials = drawTrials({ arms: [arm], dims: sizes }, count, seed)
  const asked: string[] = []
  const outcome = await search({
    trials,
    rungs: rungsOf({ trials: count, epochs: horizon }),
    judge: judge(target),
    runner: runner(horizon, asked),
    sizes: Array.from({ length: 32 }, (_, n) => 2 * n + 2),
    parallel,
    signal: new AbortController().signal,
  })
  return { ...outcome, asked }
}

test('keep: what is chosen meets the share, is trained to its end, and nothing smaller that was tried meets it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(1000), fc.constantFrom(0.5, 0.8, 0.9), async (seed, share) => {
      const { chosen, results } = await searchFor({ goal: 'keep', share }, { seed })
      expect(chosen?.meets).toBe(true)
      expect(chosen?.result.finished).toBe(true)
      expect(chosen!.candidate.quality.value).toBeGreaterThanOrEqual(share * teacher)
      for (const { candidates } of results)
        for (const { bytes, quality } of candidates)
          if (quality.value >= share * teacher) expect(bytes).toBeGreaterThanOrEqual(chosen!.candidate.bytes)
    }),
    { numRuns: 30 },
  )
})

test('keep: a size between the choice and the next smaller one is tried with the settings of the choice', async () => {
  const { results } = await searchFor({ goal: 'keep', share: 0.9 })
  const refined = results.filter(({ trial }) => Number(trial.id.slice(0, 2)) > 18)
  expect(refined.length).toBeGreaterThan(0)
  const from = results.filter(
    ({ trial, finished }) => finished && !refined.some((one) => one.trial === trial),
  )
  expect(
    from.some(({ trial }) => trial.dim > refined[0].trial.dim && trial.values === refined[0].trial.values),
  ).toBe(true)
  expect(refined.every(({ finished }) => finished)).toBe(true)
})

test('keep: a share that nobody reaches ends with the best there is, and says so', async () => {
  const { chosen, results } = await searchFor({ goal: 'keep', share: 1.5 })
  expect(chosen?.meets).toBe(false)
  const all = results.flatMap(({ candidates }) => candidates.map(({ quality }) => quality.value))
  expect(chosen?.candidate.quality.value).toBe(Math.max(...all))
})

test('budget and latency: the best of those that fit', async () => {
  const budget = await searchFor({ goal: 'budget', bytes: 40_000 })
  expect(budget.chosen?.candidate.bytes).toBeLessThanOrEqual(40_000)
  for (const { candidates } of budget.results)
    for (const { bytes, quality } of candidates)
      if (bytes <= 40_000) expect(quality.value).toBeLessThanOrEqual(budget.chosen!.candidate.quality.value)
  const latency = await searchFor({ goal: 'latency', microseconds: 160 })
  expect(latency.chosen?.result.trial.dim).toBeLessThanOrEqual(16)
  expect((await searchFor({ goal: 'latency', microseconds: 1 })).chosen).toBeNull()
})

test('the outcome does not depend on how many run at once, and no job is asked for twice', async () => {
  const one = await searchFor({ goal: 'keep', share: 0.9 })
  const three = await searchFor({ goal: 'keep', share: 0.9 }, { parallel: 3 })
  expect(three.chosen).toEqual(one.chosen)
  expect(three.results).toEqual(one.results)
  expect(new Set(one.asked).size).toBe(one.asked.length)
  expect(three.asked.toSorted()).toEqual(one.asked.toSorted())
})

test('trials that failed are left behind, and all of them failing leaves nothing', async () => {
  const failing: TrialRunner = {
    run: (job) =>
      Promise.resolve({ ...answer(job, 9), candidates: [], failed: 'the base loss is NaN', finished: true }),
  }
  const trials = drawTrials({ arms: [arm], dims: [4, 8] }, 6, 0)
  const rungs = rungsOf({ trials: 6, epochs: 9 })
  const options = { trials, rungs, sizes: [], signal: new AbortController().signal }
  const keep = judge({ goal: 'keep', share: 0.5 })
  expect((await search({ ...options, judge: keep, runner: failing })).chosen).toBeNull()
  const half: TrialRunner = {
    run: (job, rest) => (job.dim === 8 ? failing.run(job, rest) : runner(9).run(job, rest)),
  }
  const { chosen } = await search({ ...options, judge: keep, runner: half })
  expect(chosen?.result.trial.dim).toBe(4)
})

test('a search that is told to stop asks for nothing more', async () => {
  const stop = new AbortController()
  let asked = 0
  const stopping: TrialRunner = {
    run: (job) => {
      if (++asked === 3) stop.abort(new Error('stopped'))
      return Promise.resolve(answer(job, 9))
    },
  }
  const trials = drawTrials({ arms: [arm], dims: [4, 8] }, 6, 0)
  const rungs = rungsOf({ trials: 6, epochs: 9 })
  const end = search({
    trials,
    rungs,
    sizes: [],
    judge: judge({ goal: 'keep', share: 0.9 }),
    runner: stopping,
    signal: stop.signal,
  })
  await expect(end).rejects.toThrow('stopped')
  expect(asked).toBe(3)
})

test('the order of promise: for keep the smallest that reaches the share, then nearest below, then larger ones', () => {
  const result = (dim: number, value: number): TrialResult => ({
    ...answer({ id: `${dim}`, kind: 'mf', method: 'm', dim, values: {}, until: 1 }, 9),
    candidates: [
      { precision: 'f32', bytes: tableBytes(rows, dim, 'f32'), quality: { value, low: value, high: value } },
    ],
  })
  const results = [result(4, 0.05), result(8, 0.12), result(16, 0.19), result(32, 0.195), result(64, 0.19)]
  const order = byPromise(results, judge({ goal: 'keep', share: 0.9 }))
  // 64 is beaten by 16 and 32, so it is on a later front.
  expect(order.map(({ trial }) => trial.dim)).toEqual([16, 8, 4, 32, 64])
  expect(choose(results, judge({ goal: 'keep', share: 0.9 }))?.result.trial.dim).toBe(16)
})

const points = fc.array(
  fc.record({ cost: fc.integer({ min: 1, max: 20 }), quality: fc.integer({ min: 0, max: 20 }) }),
  { minLength: 1, maxLength: 30 },
)

test('the front: nothing beats its points, everything else is beaten by one, and quality rises with cost', () => {
  fc.assert(
    fc.property(points, (all) => {
      const front = paretoFront(all)
      const ranks = paretoRanks(all)
      for (let n = 1; n < front.length; n++) {
        expect(front[n].cost).toBeGreaterThan(front[n - 1].cost)
        expect(front[n].quality).toBeGreaterThan(front[n - 1].quality)
      }
      all.forEach((point, n) => {
        const covered = front.some((p) => p.cost <= point.cost && p.quality >= point.quality)
        expect(covered).toBe(true)
        const onFront = front.some((p) => p.cost === point.cost && p.quality === point.quality)
        expect(ranks[n] === 0).toBe(onFront)
      })
    }),
  )
})
