import { createRng, groupByUser, NO_ITEM, sortRows, type Csr } from '@recdistill/core'
import { findNodeBackends, loadBinding } from '@recdistill/tensor/node-backend'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  distance,
  gradientOf,
  hasTensorFlow,
  idsOf,
  normals,
  world,
  worldOfScores,
  type World,
} from '../../test/engines.ts'
import { listCalls, randomLists } from '../../test/list-calls.ts'
import { createEngine, createPlainEngine, type Engine } from '../index.ts'

const tensorflow = () => createEngine({ device: 'tensorflow' })

/** Native tensors alive in this process. */
const alive = () => loadBinding(findNodeBackends().found[0]).getNumOfTensors()

const shapes = fc.record({
  seed: fc.integer(),
  dim: fc.integer({ min: 1, max: 40 }),
  users: fc.integer({ min: 1, max: 40 }),
  items: fc.integer({ min: 2, max: 90 }),
  rows: fc.integer({ min: 0, max: 90 }),
  k: fc.integer({ min: 0, max: 13 }),
  l: fc.integer({ min: 0, max: 21 }),
})

/** Everything that reads or adds gradients. */
function calls(world: World, seed: number, rows: number, k: number, l: number) {
  const { engine, user, item } = world
  const lists = randomLists(world, seed, rows, k, l)
  const exclude = excluded(seed, user.rows, item.rows)
  const background = new Float32Array(rows)
  return {
    ...listCalls(world, lists),
    background: () => (engine.backgroundLogSumExp(user, item, lists.a, exclude, 2, background), background),
    pullBackground: () => (
      engine.pullBackground(user, item, lists.a, exclude, 2, lists.weights, background),
      []
    ),
  }
}

function excluded(seed: number, users: number, items: number): Csr {
  const rng = createRng(seed).fork('exclude')
  const pairs = new Set(
    Array.from({ length: users * 3 }, () => rng.int(users) * items + rng.int(Math.max(1, items - 1))),
  )
  const list = [...pairs]
  return sortRows(
    groupByUser(
      users,
      Uint32Array.from(list, (pair) => Math.floor(pair / items)),
      Uint32Array.from(list, (pair) => pair % items),
    ),
  )
}

describe.skipIf(!hasTensorFlow)('the tensorflow driver (needs recdistill setup tensorflow)', () => {
  test('agrees with the plain engine on any shape, and leaves no tensor behind', () => {
    const engine = tensorflow()
    fc.assert(
      fc.property(shapes, ({ seed, dim, users, items, rows, k, l }) => {
        const rng = createRng(seed)
        const values = [normals(rng, users * dim, 2 / Math.sqrt(dim)), normals(rng, items * dim, 2)] as const
        const start = alive()
        const both = [createPlainEngine(), engine].map((one) => {
          const made = world(one, dim, ...values)
          // Gradients and moments are made at the first pull; from then on nothing may stay.
          for (const table of [made.user, made.item]) {
            one.pullRows(table, Uint32Array.of(0), new Float32Array(dim))
            gradientOf(one, table)
          }
          const before = alive()
          const results: Record<string, ArrayLike<number>> = {}
          for (const [name, call] of Object.entries(calls(made, seed, rows, k, l))) {
            results[name] = Array.from(call())
            results[`${name}: users`] = gradientOf(one, made.user)
            results[`${name}: items`] = gradientOf(one, made.item)
            expect(alive(), name).toBe(before)
          }
          for (const table of [made.user, made.item]) one.free(table)
          return results
        })
        expect(alive()).toBe(start)
        // 32-bit sums of up to 90 x 34 terms in another order
        for (const name in both[0])
          for (let n = 0; n < both[0][name].length; n++)
            if (both[0][name][n] === -Infinity) expect(both[1][name][n], name).toBe(-Infinity)
        for (const name in both[0])
          expect(distance(finite(both[1][name]), finite(both[0][name]), 1), name).toBeLessThan(2e-5)
      }),
      { numRuns: 25 },
    )
    engine.dispose()
  })

  test('cross-entropy over the catalogue agrees with the plain engine, for a teacher of another width', () => {
    const engine = tensorflow()
    fc.assert(
      fc.property(shapes, ({ seed, dim, users, items, rows }) => {
        const rng = createRng(seed)
        const values = [normals(rng, users * dim, 2 / Math.sqrt(dim)), normals(rng, items * dim)] as const
        const wide = dim + 3
        const teacher = [normals(rng, users * wide, 2 / Math.sqrt(wide)), normals(rng, items * wide)] as const
        const batch = idsOf(rng, rows, users)
        const weights = normals(rng, rows).map(Math.abs)
        const [expected, got] = [createPlainEngine(), engine].map((one) => {
          const { user, item } = world(one, dim, ...values)
          const frozen = teacher.map((rowsOf, n) => {
            const table = one.table('teacher', [users, items][n], wide, { trainable: false })
            one.write(table, rowsOf)
            return table
          })
          const loss = one.catalogueCrossEntropy?.(user, item, frozen[0], frozen[1], batch, weights, 1.5, 0.7)
          const result = [loss ?? NaN, ...gradientOf(one, user), ...gradientOf(one, item)]
          for (const table of [user, item, ...frozen]) one.free(table)
          return result
        })
        expect(distance(got, expected, 1)).toBeLessThan(2e-5)
      }),
      { numRuns: 15 },
    )
    engine.dispose()
  })

  test('ranks and places items as the plain engine does, ties by the smaller id, with exclusion', () => {
    const engine = tensorflow()
    fc.assert(
      fc.property(shapes, ({ seed, dim, users, items, rows, k }) => {
        const rng = createRng(seed)
        // Small integers: every score is exact, and many are equal.
        const whole = (count: number) => Float32Array.from({ length: count }, () => rng.int(3) - 1)
        const values = [whole(users * dim), whole(items * dim)] as const
        const batch = idsOf(rng, rows, users)
        const given = idsOf(rng, rows * k, items, 0.2)
        const exclude = seed % 2 === 0 ? null : excluded(seed, users, items)
        const [expected, got] = [createPlainEngine(), engine].map((one) => {
          const { user, item } = world(one, dim, ...values)
          const ranking = one.rank(user, item, batch, k + 1, exclude)
          const out = new Uint32Array(rows * k)
          one.positions(user, item, { users: batch, items: given, k }, exclude, out)
          for (const table of [user, item]) one.free(table)
          return [ranking.items, ranking.scores, out]
        })
        expect(got).toEqual(expected)
      }),
      { numRuns: 40 },
    )
    engine.dispose()
  })

  test('a score has the same bits however many users are ranked, and positions agree with it', () => {
    const engine = tensorflow()
    const rng = createRng(3)
    const [users, items, dim, k] = [300, 700, 37, 20]
    const { user, item } = world(engine, dim, normals(rng, users * dim), normals(rng, items * dim))
    const all = Uint32Array.from({ length: users }, (_, u) => u)
    const whole = engine.rank(user, item, all, k, null)
    for (const [first, last] of [
      [0, 1],
      [17, 40],
      [100, 300],
    ]) {
      const part = engine.rank(user, item, all.subarray(first, last), k, null)
      expect(part.scores).toEqual(whole.scores.subarray(first * k, last * k))
      expect(part.items).toEqual(whole.items.subarray(first * k, last * k))
    }
    const places = new Uint32Array(users * k)
    engine.positions(user, item, { users: all, items: whole.items, k }, null, places)
    expect(Array.from(places)).toEqual(Array.from(places, (_, n) => n % k))
    engine.dispose()
  })

  test('many steps of everything that trains stay beside the plain engine; tensors and steps are counted', () => {
    const [dim, rows, k] = [10, 60, 7]
    const run = (engine: Engine) => {
      const rng = createRng(1)
      const { user, item } = world(engine, dim, normals(rng, 50 * dim, 0.3), normals(rng, 80 * dim, 0.3))
      const losses: number[] = []
      let count = 0
      for (let step = 0; step < 40; step++) {
        const users = idsOf(rng, rows, 50)
        const list = { users, items: idsOf(rng, rows * k, 80, 0.1), k }
        const weights = new Float32Array(rows).fill(1)
        losses.push(
          engine.bpr(user, item, users, idsOf(rng, rows, 80), idsOf(rng, rows, 80), 1),
          engine.softCrossEntropy(user, item, list, weights, normals(rng, rows * k), 1, 0.1),
        )
        if (step % 5 === 0) engine.pullRows(item, Uint32Array.of(3, 79, 3), normals(rng, 3 * dim))

        engine.adam([user, item], { lr: 1e-2, weightDecay: step < 20 ? 1e-3 : step < 30 ? 0 : 1e-2 })
        if (step === 0) count = alive()
        expect(alive()).toBe(count)
      }
      const { m, v, step } = engine.optimizerState(item)
      const state = {
        user: engine.read(user).slice(),
        item: engine.read(item).slice(),
        m: m.slice(),
        v: v.slice(),
      }
      engine.dispose()
      return { losses, state, step }
    }
    const before = hasTensorFlow ? alive() : 0
    const [plain, device] = [run(createPlainEngine()), run(tensorflow())]
    expect(alive()).toBe(before)
    expect(device.step).toBe(plain.step)
    expect(distance(device.losses, plain.losses)).toBeLessThan(1e-4)
    for (const name of ['user', 'item', 'm', 'v'] as const)
      expect(distance(device.state[name], plain.state[name], name === 'v' ? 1e-3 : 1), name).toBeLessThan(
        1e-4,
      )
  })

  test('scores of 90 and of 1e4, far apart or equal, keep losses and gradients finite and right', () => {
    const rng = createRng(4)
    for (const spread of [0, 90, 1e4]) {
      const dim = 12
      const scores = Array.from({ length: 6 }, () =>
        Array.from({ length: dim }, () => (spread === 0 ? 7 : spread * (2 * rng.float() - 1))),
      )
      const teacher = normals(rng, 30, spread)
      const weights = new Float32Array(6).fill(1)
      const [expected, got] = [createPlainEngine(), tensorflow()].map((engine) => {
        const { user, item, users } = worldOfScores(engine, scores)
        const a = { users, items: Uint32Array.from({ length: 30 }, (_, n) => n % 5), k: 5 }
        const b = { users, items: Uint32Array.from({ length: 42 }, (_, n) => 5 + (n % 7)), k: 7 }
        const results = [
          engine.relaxedRanking(user, item, a, b, weights, null, 1),
          ...gradientOf(engine, user),
          engine.relaxedRanking(user, item, a, b, weights, 80, 1),
          ...gradientOf(engine, user),
          engine.softCrossEntropy(user, item, a, weights, teacher, 2, 1),
          ...gradientOf(engine, user),
        ]
        engine.dispose()
        return results
      })
      for (let n = 0; n < expected.length; n++)
        expect(Math.abs(got[n] - expected[n])).toBeLessThan(2e-5 * (1 + Math.abs(expected[n])))
    }
  })

  test('propagation agrees with its plain twin; other values of the same structure are taken', () => {
    const rng = createRng(2)
    const [rows, columns, dim] = [40, 30, 5]
    const offsets = new Uint32Array(rows + 1)
    for (let r = 0; r < rows; r++) offsets[r + 1] = offsets[r] + rng.int(6)
    const indices = idsOf(rng, offsets[rows], columns)
    const input = normals(rng, columns * dim)
    const [plain, device] = [createPlainEngine(), tensorflow()]
    const before = alive()
    for (let n = 0; n < 3; n++) {
      const matrix = { rows, columns, offsets, indices, values: normals(rng, indices.length) }
      const [expected, got] = [plain, device].map((engine) => {
        const out = new Float32Array(rows * dim).fill(9)
        engine.propagate(matrix, input, dim, out)
        return out
      })
      expect(distance(got, expected)).toBeLessThan(1e-5)
      expect(alive()).toBe(before + 1)
    }
    device.dispose()
    expect(alive()).toBe(before)
  })

  test('lists of nothing but padding cost nothing and pull nothing', () => {
    const engine = tensorflow()
    const { user, item } = world(engine, 5, normals(createRng(1), 15), normals(createRng(2), 20))
    const rows = { users: Uint32Array.of(0, 2), items: new Uint32Array(6).fill(NO_ITEM), k: 3 }
    const weights = new Float32Array(2).fill(1)
    const teacher = new Float32Array(6)
    expect(engine.softCrossEntropy(user, item, rows, weights, teacher, 1, 1)).toBe(0)
    expect(engine.relaxedRanking(user, item, rows, rows, weights, null, 1)).toBe(0)
    expect(engine.rceKd(user, item, rows, teacher, rows, teacher, weights, weights, 1, 1)).toBe(0)
    expect([...gradientOf(engine, user), ...gradientOf(engine, item)].some((g) => g !== 0)).toBe(false)
    engine.dispose()
  })

  test('NaN that comes in by a gradient is reported by whatever reads the row next', () => {
    const readers: ((w: World) => unknown)[] = [
      ({ engine, user, item }) =>
        engine.bpr(user, item, Uint32Array.of(0), Uint32Array.of(1), Uint32Array.of(0), 1),
      ({ engine, user, item }) => engine.rank(user, item, Uint32Array.of(0), 1, null),
      ({ engine, item }) => engine.gatherRows(item, Uint32Array.of(1), new Float32Array(2)),
      ({ engine, user, item }) =>
        engine.scoreLists(
          user,
          item,
          { users: Uint32Array.of(0), items: Uint32Array.of(1), k: 1 },
          new Float32Array(1),
        ),
    ]
    for (const read of readers) {
      const made = world(tensorflow(), 2, Float32Array.of(1, 2), Float32Array.of(1, 1, 1, 1))
      made.engine.pullRows(made.item, Uint32Array.of(1), Float32Array.of(NaN, 0))
      made.engine.adam([made.item], { lr: 0.1, weightDecay: 0 })
      expect(() => read(made)).toThrow(/table "items", row 1: a value is not finite/)
      made.engine.dispose()
    }
  })

  test('a run of many epochs does not grow', () => {
    const engine = tensorflow()
    const rng = createRng(6)
    const { user, item } = world(engine, 8, normals(rng, 400 * 8), normals(rng, 500 * 8))
    const epoch = () => {
      const users = idsOf(rng, 256, 400)
      engine.bpr(user, item, users, idsOf(rng, 256, 500), idsOf(rng, 256, 500), 1)
      engine.adam([user, item], { lr: 1e-3, weightDecay: 1e-4 })
      engine.rank(user, item, users, 10, null)
    }
    for (let n = 0; n < 20; n++) epoch()
    const [tensors, bytes] = [alive(), process.memoryUsage().rss]
    for (let n = 0; n < 200; n++) epoch()
    expect(alive()).toBe(tensors)
    // What garbage collection has not met yet; 200 epochs that kept their tables would be 40 times as much.
    expect(process.memoryUsage().rss - bytes).toBeLessThan(64e6)
    engine.dispose()
  })
})

function finite(values: ArrayLike<number>): number[] {
  return Array.from(values).filter((value) => value !== -Infinity)
}
