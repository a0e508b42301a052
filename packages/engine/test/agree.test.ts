import { createRng, NO_ITEM } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPlainEngine } from '../src/index.ts'
import { distance, fastEngine, gradientOf, idsOf, normals, world, type World } from './engines.ts'
import { listCalls, randomLists } from './list-calls.ts'
import { train } from './train.ts'

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

test('training follows the plain twin for many steps', () => {
  const plain = train(createPlainEngine(), 10, 30, () => ({ weightDecay: 1e-4 }))
  for (const simd of ['simd', 'relaxed'] as const) {
    const fast = train(fastEngine(simd, 2), 10, 30, () => ({ weightDecay: 1e-4 }))
    expect(distance(fast.losses, plain.losses)).toBeLessThan(1e-4)
    expect(distance(fast.values, plain.values)).toBeLessThan(1e-3)
  }
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
