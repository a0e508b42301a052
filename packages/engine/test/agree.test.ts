import { createRng, NO_ITEM } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPlainEngine, type Engine } from '../src/index.ts'
import { distance, fastEngine, gradientOf, idsOf, normals, world, type World } from './engines.ts'
import { listCalls, randomLists } from './list-calls.ts'

/** What each call returned or wrote, and the gradients it left. */
function everything(world: World, seed: number, rows: number, k: number, l: number) {
  const { engine, user, item } = world
  const results: Record<string, ArrayLike<number>> = {}
  for (const [name, call] of Object.entries(listCalls(world, randomLists(world, seed, rows, k, l)))) {
    results[name] = Array.from(call())
    results[`${name}: users`] = gradientOf(engine, user)
    results[`${name}: items`] = gradientOf(engine, item)
  }
  return results
}

const shapes = fc.record({
  seed: fc.integer(),
  dim: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constant(400)),
  users: fc.integer({ min: 1, max: 40 }),
  items: fc.integer({ min: 1, max: 90 }),
  rows: fc.integer({ min: 0, max: 90 }),
  k: fc.integer({ min: 0, max: 13 }),
  l: fc.integer({ min: 0, max: 21 }),
})

for (const [simd, lanes] of [
  ['simd', 4],
  ['relaxed', 4],
  ['relaxed', 1],
] as const)
  test(`${simd} kernels with ${lanes} lanes agree with their plain twins on any shape`, () => {
    fc.assert(
      fc.property(shapes, ({ seed, dim, users, items, rows, k, l }) => {
        const rng = createRng(seed)
        const scale = 1 / Math.sqrt(dim)
        const values = [normals(rng, users * dim, scale * 2), normals(rng, items * dim, 2)] as const
        const both = [createPlainEngine(), fastEngine(simd, 2, true, lanes)].map((engine) => {
          const results = everything(world(engine, dim, ...values), seed, rows, k, l)
          engine.dispose()
          return results
        })
        // f32 sums of up to 90 x 34 terms in another order; with one item alone they cancel, so a sum is far smaller than its terms
        for (const name in both[0])
          expect(distance(both[1][name], both[0][name], 1), name).toBeLessThan(items === 1 ? 1e-4 : 2e-5)
      }),
      { numRuns: 40 },
    )
  })

test('scores of 90 and of 1e4, far apart or equal, keep losses and gradients finite and right', () => {
  const rng = createRng(4)
  for (const spread of [0, 90, 1e4])
    for (const temperature of [1, 10]) {
      const dim = 12
      const scores = Array.from({ length: 6 }, () =>
        Array.from({ length: dim }, () => (spread === 0 ? 7 : spread * (2 * rng.float() - 1))),
      )
      const items = new Float32Array(dim * dim)
      for (let n = 0; n < dim; n++) items[n * dim + n] = 1
      const users = Uint32Array.from([0, 1, 2, 3, 4, 5])
      const a = { users, items: Uint32Array.from({ length: 30 }, (_, n) => n % 5), k: 5 }
      const b = { users, items: Uint32Array.from({ length: 42 }, (_, n) => 5 + (n % 7)), k: 7 }
      const teacher = normals(rng, 30, spread)
      const weights = new Float32Array(6).fill(1)
      const [expected, ...fast] = [createPlainEngine(), fastEngine('simd'), fastEngine('relaxed')].map(
        (engine) => {
          const { user, item } = world(engine, dim, Float32Array.from(scores.flat()), items)
          return [
            engine.relaxedRanking(user, item, a, b, weights, null, 1),
            ...gradientOf(engine, user),
            engine.relaxedRanking(user, item, a, b, weights, 80, 1),
            ...gradientOf(engine, user),
            engine.softCrossEntropy(user, item, a, weights, teacher, temperature, 1),
            ...gradientOf(engine, user),
            engine.binaryCrossEntropy(user, item, a, weights, teacher, temperature, 0.5, 1),
            ...gradientOf(engine, user),
            engine.bpr(
              user,
              item,
              users,
              users,
              users.map((u) => u + 5),
              1,
            ),
            ...gradientOf(engine, user),
          ]
        },
      )
      expect(expected.every(Number.isFinite)).toBe(true)
      for (const got of fast)
        for (let n = 0; n < expected.length; n++)
          expect(Math.abs(got[n] - expected[n])).toBeLessThan(2e-5 * (1 + Math.abs(expected[n])))
    }
})

test('lists of nothing but padding cost nothing and pull nothing', () => {
  for (const engine of [createPlainEngine(), fastEngine('relaxed', 2)]) {
    const rng = createRng(1)
    const { user, item } = world(engine, 5, normals(rng, 15), normals(rng, 20))
    const users = Uint32Array.from([0, 2])
    const rows = { users, items: new Uint32Array(6).fill(NO_ITEM), k: 3 }
    const weights = new Float32Array(2).fill(1)
    const teacher = new Float32Array(6)
    expect(engine.softCrossEntropy(user, item, rows, weights, teacher, 1, 1)).toBe(0)
    expect(engine.relaxedRanking(user, item, rows, rows, weights, null, 1)).toBe(0)
    expect(engine.rceKd(user, item, rows, teacher, rows, teacher, weights, weights, 1, 1)).toBe(0)
    expect(gradientOf(engine, user).some((g) => g !== 0)).toBe(false)
    expect(gradientOf(engine, item).some((g) => g !== 0)).toBe(false)
    engine.dispose()
  }
})

/** Some steps of everything that trains; the values and moments at the end. */
function train(
  engine: Engine,
  dim: number,
  steps: number,
  options: (step: number) => { weightDecay: number },
) {
  const rng = createRng(dim)
  const { user, item } = world(engine, dim, normals(rng, 60 * dim, 0.3), normals(rng, 200 * dim, 0.3))
  const losses: number[] = []
  for (let step = 0; step < steps; step++) {
    const rows = 70
    const users = idsOf(rng, rows, 60)
    const a = { users, items: idsOf(rng, rows * 6, 50, 0.2), k: 6 }
    const b = { users, items: idsOf(rng, rows * 9, 200, 0.4), k: 9 }
    const weights = new Float32Array(rows).fill(0.5)
    losses.push(engine.bpr(user, item, users, idsOf(rng, rows, 80), idsOf(rng, rows, 200), 1))
    if (step % 3 === 0) losses.push(engine.relaxedRanking(user, item, a, b, weights, null, 0.1))
    if (step % 4 === 0)
      losses.push(
        engine.rceKd(
          user,
          item,
          a,
          normals(rng, rows * 6),
          b,
          normals(rng, rows * 9),
          weights,
          weights,
          1,
          2,
        ),
      )
    if (step % 5 === 0) engine.pullRows(item, Uint32Array.from([3, 199, 3]), normals(rng, 3 * dim))
    engine.adam([user, item], { lr: step < 9 ? 1e-2 : 1e-3, ...options(step) })
  }
  const bits = [user, item].flatMap((table) => {
    const { m, v } = engine.optimizerState(table)
    return [engine.read(table), m, v].map((array) => Uint32Array.from(new Uint32Array(array.slice().buffer)))
  })
  const values = [...engine.read(user), ...engine.read(item)]
  engine.dispose()
  return { losses, bits, values }
}

test('one, two and three threads give the same bits', () => {
  for (const dim of [3, 20, 37])
    for (const [simd, lanes] of [
      ['simd', 4],
      ['relaxed', 4],
      ['relaxed', 1],
    ] as const) {
      const runs = [1, 2, 3].map((threads) =>
        train(fastEngine(simd, threads, true, lanes), dim, 12, () => ({ weightDecay: 1e-3 })),
      )
      expect(runs[1].losses).toEqual(runs[0].losses)
      expect(runs[1].bits).toEqual(runs[0].bits)
      expect(runs[2].bits).toEqual(runs[0].bits)
    }
})

test('workers that are up take part, with lists of every length, and change no bit', () => {
  const rng = createRng(9)
  const [dim, users, items, rows] = [20, 300, 2000, 400]
  const values = [normals(rng, users * dim), normals(rng, items * dim)] as const
  const worlds = [1, 3].flatMap((threads) =>
    [1, 4].map((lanes) => world(fastEngine('relaxed', threads, true, lanes), dim, ...values)),
  )
  for (let round = 0; round < 12; round++) {
    const batch = idsOf(rng, rows, users)
    const [k, l] = [1 + rng.int(120), 1 + rng.int(250)]
    const a = { users: batch, items: idsOf(rng, rows * k, items, 0.1), k }
    const b = { users: batch, items: idsOf(rng, rows * l, items, 0.3), k: l }
    const [ta, tb] = [normals(rng, rows * k), normals(rng, rows * l)]
    const weights = new Float32Array(rows).fill(1)
    const gamma = new Float32Array(rows).fill(0.4)
    const results = worlds.map(({ engine, user, item }) => {
      const losses = [
        engine.rceKd(user, item, a, ta, b, tb, gamma, weights, 1, 0.1),
        engine.relaxedRanking(user, item, a, b, weights, null, 0.01),
        engine.softCrossEntropy(user, item, b, weights, tb, 2, 0.1),
      ]
      engine.pullScores(user, item, b, tb)
      engine.adam([user, item], { lr: 1e-3, weightDecay: 1e-5 })
      return [...losses, ...engine.read(user), ...engine.read(item)]
    })
    // workers start while the first round runs
    if (round === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
    expect(results[2]).toEqual(results[0])
    expect(results[3]).toEqual(results[1])
    expect(distance(results[1], results[0])).toBeLessThan(1e-4)
  }
  for (const { engine } of worlds) engine.dispose()
})

test('deferred steps of Adam have the bits of steps on all rows, also when the options change', () => {
  for (const dim of [1, 8, 20, 30]) {
    const options = (step: number) => ({ weightDecay: step < 7 ? 1e-3 : 1e-5 })
    const deferred = train(fastEngine('relaxed', 1, true), dim, 25, options)
    const dense = train(fastEngine('relaxed', 1, false), dim, 25, options)
    expect(deferred.losses).toEqual(dense.losses)
    expect(deferred.bits).toEqual(dense.bits)
  }
})

test('training follows the plain twin for many steps', () => {
  const plain = train(createPlainEngine(), 10, 30, () => ({ weightDecay: 1e-4 }))
  for (const simd of ['simd', 'relaxed'] as const) {
    const fast = train(fastEngine(simd, 2), 10, 30, () => ({ weightDecay: 1e-4 }))
    expect(distance(fast.losses, plain.losses)).toBeLessThan(1e-4)
    expect(distance(fast.values, plain.values)).toBeLessThan(1e-3)
  }
})

test('a row that waits for thousands of steps catches up to the same bits', () => {
  const bits = [true, false].map((deferred) => {
    const engine = fastEngine('relaxed', 1, deferred)
    const table = engine.table('t', 3, 4, { trainable: true })
    engine.write(table, normals(createRng(1), 12))
    engine.pullRows(table, Uint32Array.from([1]), new Float32Array(4).fill(0.3))
    for (let n = 0; n < 5000; n++) engine.adam([table], { lr: 1e-4, weightDecay: 1e-6 })
    const values = Array.from(engine.read(table))
    engine.dispose()
    return values
  })
  expect(bits[0]).toEqual(bits[1])
})

test('propagation agrees with its plain twin for any matrix and dim', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 40 }),
      (seed, rows, columns, dim) => {
        const rng = createRng(seed)
        const offsets = new Uint32Array(rows + 1)
        for (let r = 0; r < rows; r++) offsets[r + 1] = offsets[r] + rng.int(6)
        const entries = offsets[rows]
        const matrix = {
          rows,
          columns,
          offsets,
          indices: idsOf(rng, entries, columns),
          values: normals(rng, entries),
        }
        const input = normals(rng, columns * dim)
        const [plain, fast] = [createPlainEngine(), fastEngine('relaxed', 2)].map((engine) => {
          const out = new Float32Array(rows * dim).fill(9)
          engine.propagate(matrix, input, dim, out)
          engine.dispose()
          return out
        })
        expect(distance(fast, plain)).toBeLessThan(1e-5)
      },
    ),
    { numRuns: 30 },
  )
})

test('lists as long as those of the papers give the same bits on one thread and on two', async () => {
  const [dim, rows, k, l] = [8, 1500, 50, 50]
  const rng = createRng(3)
  const values = [normals(rng, 2000 * dim, 0.5), normals(rng, 3000 * dim, 0.5)] as const
  const users = idsOf(rng, rows, 2000)
  const a = { users, items: idsOf(rng, rows * k, 3000), k }
  const b = { users, items: idsOf(rng, rows * l, 3000), k: l }
  const weights = new Float32Array(rows).fill(1)

  const results = []
  for (const threads of [1, 2]) {
    const engine = fastEngine('relaxed', threads, true, 4)
    const { user, item } = world(engine, dim, ...values)
    const step = () => [
      engine.relaxedRanking(user, item, a, b, weights, null, 1),
      ...gradientOf(engine, user),
      ...gradientOf(engine, item),
    ]
    const [first] = step()
    await new Promise((resolve) => setTimeout(resolve, 300)) // the second thread starts beside the first job
    for (let n = 0; n < 20; n++) expect(step()[0]).toBe(first)
    results.push(Float64Array.from(step()))
    engine.dispose()
  }
  expect(results[1]).toEqual(results[0])
})
