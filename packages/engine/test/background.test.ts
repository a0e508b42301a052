import { createRng, groupByUser, NO_ITEM, NumericError, sortRows, type Rng } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPlainEngine, type Engine, type ListRows } from '../src/index.ts'
import { distance, engines, fastEngine, gradientOf, idsOf, normals, world, worldOfScores } from './engines.ts'

const shapes = fc.record({
  seed: fc.integer(),
  dim: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(20, 400)),
  users: fc.integer({ min: 1, max: 40 }),
  items: fc.integer({ min: 1, max: 300 }),
  rows: fc.integer({ min: 0, max: 150 }),
  k: fc.integer({ min: 0, max: 60 }),
  clamp: fc.constantFrom(null, 0.7, 40),
  excluded: fc.integer({ min: 0, max: 400 }),
})

const seenOf = (rng: Rng, users: number, items: number, pairs: number) =>
  sortRows(groupByUser(users, idsOf(rng, pairs, users), idsOf(rng, pairs, items)))

test.each(['simd', 'relaxed'] as const)(
  '%s background sums and their pullback agree with the plain twin on any shape',
  (simd) => {
    fc.assert(
      fc.property(shapes, ({ seed, dim, users, items, rows, k, clamp, excluded }) => {
        const rng = createRng(seed)
        const values = [normals(rng, users * dim, 2 / Math.sqrt(dim)), normals(rng, items * dim)] as const
        const list = { users: idsOf(rng, rows, users), items: idsOf(rng, rows * k, items, 0.2), k }
        const seen = excluded ? seenOf(rng, users, items, excluded) : null
        const grad = normals(rng, rows)
        const [plain, fast] = [createPlainEngine(), fastEngine(simd, 2)].map((engine) => {
          const { user, item } = world(engine, dim, ...values)
          const sums = new Float32Array(rows)
          engine.backgroundLogSumExp(user, item, list, seen, clamp, sums)
          engine.pullBackground(user, item, list, seen, clamp, grad, sums)
          const gradients = [gradientOf(engine, user), gradientOf(engine, item)]
          engine.dispose()
          return { sums, gradients }
        })
        const none = (sum: number) => sum === -Infinity
        expect([...fast.sums].map(none)).toEqual([...plain.sums].map(none))
        const finite = (sums: Float32Array) => sums.map((sum) => (none(sum) ? 0 : sum))
        expect(distance(finite(fast.sums), finite(plain.sums), 1)).toBeLessThan(1e-6)
        for (const n of [0, 1])
          // sums of up to 300 x 150 terms in f32
          expect(distance(fast.gradients[n], plain.gradients[n], 1)).toBeLessThan(3e-5)
      }),
      { numRuns: 60 },
    )
  },
)

test('one, two and three threads give the same bits, workers up or not', async () => {
  for (const dim of [20, 37]) {
    const rng = createRng(dim)
    const [users, items, rows, k] = [400, 3000, 333, 50]
    const values = [normals(rng, users * dim), normals(rng, items * dim, 0.3)] as const
    const list = { users: idsOf(rng, rows, users), items: idsOf(rng, rows * k, items, 0.1), k }
    const seen = seenOf(rng, users, items, 4000)
    const grad = normals(rng, rows)
    const bits = async (threads: number) => {
      const engine = fastEngine('relaxed', threads)
      const { user, item } = world(engine, dim, ...values)
      const sums = new Float32Array(rows)
      for (let step = 0; step < 4; step++) {
        engine.backgroundLogSumExp(user, item, list, seen, 40, sums)
        engine.pullBackground(user, item, list, seen, 40, grad, sums)
        engine.adam([user, item], { lr: 0.01, weightDecay: 1e-4 })
        if (step === 0) await new Promise((resolve) => setTimeout(resolve, 200)) // workers start beside the first job
      }
      const all = [sums, engine.read(user), engine.read(item)].map((array) => array.slice())
      engine.dispose()
      return all
    }
    const one = await bits(1)
    expect(await bits(2)).toEqual(one)
    expect(await bits(3)).toEqual(one)
  }
})

/** One user whose scores are `scores`. */
function sumOf(engine: Engine, scores: number[], listed: number[], clamp: number | null) {
  const { user, item, users } = worldOfScores(engine, [scores])
  const list: ListRows = { users, items: Uint32Array.from(listed), k: listed.length }
  const sum = new Float32Array(1)
  engine.backgroundLogSumExp(user, item, list, null, clamp, sum)
  engine.pullBackground(user, item, list, null, clamp, Float32Array.of(1), sum)
  return { sum: sum[0], gradient: [...gradientOf(engine, user)] }
}

test.each(Object.entries(engines))('%s: by hand, with scores beyond the clamp', (_, create) => {
  const engine = create()
  // background 50, 1, -60; at the clamp 40 the gradient still passes in full
  const { sum, gradient } = sumOf(engine, [50, 3, 1, -60, 2], [1, 4], 40)
  expect(sum).toBeCloseTo(40, 5)
  expect(gradient[0]).toBe(0)
  expect(gradient[2] / Math.exp(1 - 40)).toBeCloseTo(1, 4)
  expect(gradient[3]).toBe(0)
  expect(sumOf(engine, [40, 0], [1], 40).gradient).toEqual([1, 0])

  const free = sumOf(engine, [1, 2, 3], [1, NO_ITEM, 1], null)
  expect(free.sum).toBeCloseTo(Math.log(Math.exp(1) + Math.exp(3)), 5)
  expect(free.gradient[0]).toBeCloseTo(1 / (1 + Math.exp(2)), 6)
  expect(free.gradient[1]).toBe(0)
  engine.dispose()
})

test.each(Object.entries(engines))('%s: extreme, equal and no scores', (_, create) => {
  const engine = create()
  const wide = sumOf(engine, [1e4, -1e4, 9990], [2], null)
  expect(wide.sum).toBe(1e4)
  expect(wide.gradient[0]).toBe(1)
  expect(wide.gradient[1]).toBeLessThan(2e-38) // as good as nothing
  expect(wide.gradient[2]).toBe(0)
  const equal = sumOf(engine, new Array(64).fill(90), [0], null)
  expect(equal.sum).toBeCloseTo(90 + Math.log(63), 4)
  expect(equal.gradient[5] * 63).toBeCloseTo(1, 4)
  expect(sumOf(engine, [1, 2], [0, 1], null)).toEqual({ sum: -Infinity, gradient: [0, 0] })
  expect(sumOf(engine, [1, 2], [0, 1], 40)).toEqual({ sum: -Infinity, gradient: [0, 0] })
  const { user, item } = world(engine, 1, Float32Array.of(1e30), Float32Array.of(1e30))
  const call = () =>
    engine.backgroundLogSumExp(
      user,
      item,
      { users: Uint32Array.of(0), items: new Uint32Array(0), k: 0 },
      null,
      null,
      new Float32Array(1),
    )
  expect(call).toThrow(NumericError)
  expect(call).toThrow(/background of row 0 \(table "users", row 0\)/)
  engine.dispose()
})

test.each(Object.entries(engines))(
  '%s: a score of minus infinity is no part of a background, and all of them leave it empty',
  (_, create) => {
    const engine = create()
    // beside 1e25 a product with -1e30 is beyond the range of 32-bit floats
    const values = fc.array(fc.constantFrom(-1e30, 0), { minLength: 1, maxLength: 70 })
    fc.assert(
      fc.property(values, fc.constantFrom(null, 40), (items, clamp) => {
        const { user, item } = world(engine, 1, Float32Array.of(1e25), Float32Array.from(items))
        const list = { users: Uint32Array.of(0), items: new Uint32Array(0), k: 0 }
        const sums = new Float32Array(1)
        engine.backgroundLogSumExp(user, item, list, null, clamp, sums)
        engine.pullBackground(user, item, list, null, clamp, Float32Array.of(1), sums)
        const zeros = items.filter((value) => value === 0).length
        const others = clamp === null ? 0 : (items.length - zeros) * Math.exp(-clamp)
        const expected = Math.log(zeros + others)
        if (expected === -Infinity) expect(sums[0]).toBe(-Infinity)
        else expect(sums[0]).toBeCloseTo(expected, 4)
        expect(gradientOf(engine, user).every(Number.isFinite)).toBe(true)
        for (const [n, g] of gradientOf(engine, item).entries())
          expect(g / 1e25).toBeCloseTo(items[n] === 0 ? 1 / (zeros + others) : 0, 4)
        for (const table of [user, item]) engine.free(table)
      }),
      { numRuns: 40 },
    )
    engine.dispose()
  },
)

test.each(Object.entries(engines))('%s: a model that is not trained gains no gradient', (_, create) => {
  const engine = create()
  const user = engine.table('users', 1, 2, { trainable: true })
  const item = engine.table('items', 2, 2, { trainable: false })
  engine.write(user, Float32Array.of(1, 0))
  engine.write(item, Float32Array.of(1, 0, 0, 1))
  const list = { users: Uint32Array.of(0), items: Uint32Array.of(0), k: 1 }
  const sum = new Float32Array(1)
  engine.backgroundLogSumExp(user, item, list, null, null, sum)
  engine.pullBackground(user, item, list, null, null, Float32Array.of(2), sum)
  expect([...gradientOf(engine, user)]).toEqual([0, 2])
  engine.dispose()
})

test.each(Object.entries(engines))('%s: what does not fit is refused in words', (_, create) => {
  const engine = create()
  const { user, item } = world(engine, 1, Float32Array.of(1, 2), Float32Array.of(1))
  const list = (users: number[], items: number[], k: number) => ({
    users: Uint32Array.from(users),
    items: Uint32Array.from(items),
    k,
  })
  const sum = (rows: ListRows, clamp: number | null, seenRows = 2, length = rows.users.length) => {
    const seen = { offsets: new Uint32Array(seenRows + 1), items: new Uint32Array(0) }
    return () => engine.backgroundLogSumExp(user, item, rows, seen, clamp, new Float32Array(length))
  }
  expect(sum(list([2], [0], 1), null, 3)).toThrow(/backgroundLogSumExp: users: id 2 at place 0/)
  expect(sum(list([0], [1], 1), null)).toThrow(/backgroundLogSumExp: items: id 1 at place 0/)
  expect(sum(list([0], [0], 1), 0)).toThrow(/clamp: expected a number above 0, got 0/)
  expect(sum(list([0, 1], [0, 0], 1), 1, 1)).toThrow(/exclude has 1 rows but user 1/)
  expect(sum(list([0], [], 0), 1, 2, 3)).toThrow(/out: expected 1 entries, got 3/)
  engine.dispose()
})
