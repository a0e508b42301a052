import { createRng, NO_ITEM, type Csr } from '@recdistill/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPlainEngine, type Engine, type Table } from '../src/index.ts'
import { engines, fastEngine, idsOf, normals, world } from './engines.ts'

/** Some items of each user, ascending. */
function someItems(seed: number, users: number, items: number, share: number): Csr {
  const rng = createRng(seed)
  const offsets = new Uint32Array(users + 1)
  const list: number[] = []
  for (let u = 0; u < users; u++) {
    for (let i = 0; i < items; i++) if (rng.float() < share) list.push(i)
    offsets[u + 1] = list.length
  }
  return { offsets, items: Uint32Array.from(list) }
}

/** Whole numbers: every order of a sum is exact, so ties are ties in every engine. */
const wholes = (seed: number, length: number, most: number) => {
  const rng = createRng(seed)
  return Float32Array.from({ length }, () => rng.int(2 * most + 1) - most)
}

const shapes = fc.record({
  seed: fc.integer(),
  dim: fc.integer({ min: 1, max: 24 }),
  users: fc.integer({ min: 1, max: 60 }),
  items: fc.integer({ min: 1, max: 500 }),
  k: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 300, max: 600 })),
  most: fc.integer({ min: 0, max: 4 }),
  share: fc.constantFrom(0, 0.1, 0.9, 1),
})

for (const simd of ['simd', 'relaxed'] as const)
  test(`${simd}: top-k and positions equal a full sort, with ties, exclusion and k beyond the catalogue`, () => {
    fc.assert(
      fc.property(shapes, ({ seed, dim, users, items, k, most, share }) => {
        const values = [wholes(seed, users * dim, most), wholes(seed + 1, items * dim, most)] as const
        const exclude = share === 0 ? null : someItems(seed, users, items, share)
        const asked = idsOf(createRng(seed), users, users)
        const places = 1 + (Math.abs(seed) % 9)
        const given = {
          users: asked,
          items: idsOf(createRng(seed + 2), users * places, items, 0.2),
          k: places,
        }
        const [plain, fast] = [createPlainEngine(), fastEngine(simd, 2)].map((engine) => {
          const { user, item } = world(engine, dim, ...values)
          const ranking = engine.rank(user, item, asked, k, exclude)
          const positions = new Uint32Array(users * places)
          engine.positions(user, item, given, exclude, positions)
          engine.dispose()
          return { ...ranking, positions }
        })
        expect([...fast.items]).toEqual([...plain.items])
        expect([...fast.scores].map((x) => x + 0)).toEqual([...plain.scores].map((x) => x + 0))
        expect([...fast.positions]).toEqual([...plain.positions])
      }),
      { numRuns: 60 },
    )
  })

/** Where each user's ranking has its items, by asking for the positions. */
function expectAt(
  engine: Engine,
  { user, item }: { user: Table; item: Table },
  users: Uint32Array,
  positions: Uint32Array,
  exclude: Csr | null,
) {
  const n = positions.length / users.length
  const got = new Uint32Array(positions.length)
  engine.itemsAt(user, item, users, positions, exclude, got)
  const { items } = engine.rank(user, item, users, item.rows, exclude)
  const expected = positions.map((at, place) =>
    at < item.rows ? items[Math.floor(place / n) * item.rows + at] : NO_ITEM,
  )
  expect([...got]).toEqual([...expected])
}

describe.each(Object.entries(engines))('%s', (name, create) => {
  test('items at positions are those of the whole ranking, with ties, exclusion and positions beyond the end', () => {
    fc.assert(
      fc.property(shapes, ({ seed, dim, users, items, most, share }) => {
        const engine = create()
        const values = [wholes(seed, users * dim, most), wholes(seed + 1, items * dim, most)] as const
        const exclude = share === 0 ? null : someItems(seed, users, items, share)
        const n = 1 + (Math.abs(seed) % 6)
        const positions = idsOf(createRng(seed + 2), users * n, items + 3, 0.1)
        expectAt(
          engine,
          world(engine, dim, ...values),
          idsOf(createRng(seed), users, users),
          positions,
          exclude,
        )
        engine.dispose()
      }),
      { numRuns: name === 'tensorflow' ? 10 : 40 },
    )
  })

  test('items at positions of a catalogue so large that a sample guides the search', () => {
    const rng = createRng(21)
    const [users, items, dim] = [30, 2600, 9]
    const engine = create()
    const user = engine.table('users', users, dim, { trainable: false })
    const item = engine.table('items', items, dim, { trainable: false })
    const exclude = someItems(3, users, items, 0.01)
    const asked = Uint32Array.from({ length: users }, (_, u) => u)
    // real numbers; a few equal scores over and over; one crowd below a few; half the catalogue the same
    const spreads = [
      normals(rng, items * dim),
      wholes(5, items * dim, 1),
      normals(rng, items * dim).map((x, n) => (n < 20 * dim ? x : 1e-3 * x)),
      normals(rng, items * dim).map((x, n) => (n % (2 * dim) < dim ? 0.5 : x)),
    ]
    for (const values of spreads) {
      engine.write(user, normals(rng, users * dim))
      engine.write(item, values)
      for (const n of [2, 7])
        for (const rows of [null, exclude]) {
          const positions = Uint32Array.from({ length: users * n }, (_, at) =>
            at % 5 === 0 ? rng.int(10) : at % 11 === 0 ? items - 40 + rng.int(60) : rng.int(600),
          )
          expectAt(engine, { user, item }, asked, positions, rows)
        }
    }
    engine.dispose()
  })
})

test('pruning by norms loses nothing on long-tailed real numbers', () => {
  const rng = createRng(8)
  const [users, items, dim] = [150, 3000, 20]
  const itemValues = normals(rng, items * dim)
  for (let i = 0; i < items; i++)
    for (let d = 0; d < dim; d++) itemValues[i * dim + d] *= 10 ** (-6 * (i / items))
  const engine = fastEngine('relaxed', 2)
  const { user, item } = world(engine, dim, normals(rng, users * dim), itemValues)
  const asked = Uint32Array.from({ length: users }, (_, n) => n)
  const k = 25
  const { items: best } = engine.rank(user, item, asked, k, null)
  // scores of rank and positions have the same bits, so the best items stand at 0, 1, 2, ...
  const positions = new Uint32Array(users * k)
  engine.positions(user, item, { users: asked, items: best, k }, null, positions)
  expect([...positions]).toEqual(Array.from({ length: users * k }, (_, n) => n % k))
  const all = engine.rank(user, item, asked, items, null)
  for (let u = 0; u < users; u++)
    expect([...all.items.subarray(u * items, u * items + k)]).toEqual([...best.subarray(u * k, (u + 1) * k)])
  engine.dispose()
})

test('the ranking does not depend on threads or on how users are cut into blocks', () => {
  const rng = createRng(5)
  const values = [normals(rng, 200 * 17), normals(rng, 900 * 17)] as const
  const asked = Uint32Array.from({ length: 200 }, (_, n) => n)
  const [one, three] = [1, 3].map((threads) => {
    const engine = fastEngine('relaxed', threads)
    const { user, item } = world(engine, 17, ...values)
    const whole = engine.rank(user, item, asked, 12, null)
    const single = engine.rank(user, item, asked.subarray(77, 78), 12, null)
    expect([...single.scores]).toEqual([...whole.scores.subarray(77 * 12, 78 * 12)])
    engine.dispose()
    return whole
  })
  expect([...three.items]).toEqual([...one.items])
  expect([...three.scores]).toEqual([...one.scores])
})

describe.each(Object.entries(engines))('%s', (_, create) => {
  test('a ranking follows the tables: after a step of Adam and after new values', () => {
    const engine = create()
    const { user, item } = world(engine, 2, Float32Array.from([1, 0]), Float32Array.from([3, 0, 1, 0, 2, 0]))
    const users = Uint32Array.from([0])
    expect([...engine.rank(user, item, users, 3, null).items]).toEqual([0, 2, 1])
    // the gradient of item 0 is large and positive, so a large step sends it below the others
    engine.pullRows(item, Uint32Array.from([0]), Float32Array.from([5, 0]))
    engine.adam([item], { lr: 10, weightDecay: 0 })
    expect([...engine.rank(user, item, users, 3, null).items]).toEqual([2, 1, 0])
    engine.write(item, Float32Array.from([1, 0, 2, 0, 3, 0]))
    expect([...engine.rank(user, item, users, 4, null).items]).toEqual([2, 1, 0, NO_ITEM])
    expect(engine.rank(user, item, users, 4, null).scores[3]).toBe(-Infinity)
    engine.dispose()
  })
})

test('what was ranked before changes no later ranking, however far the tables have moved', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), fc.boolean(), (seed, k, masked) => {
      const rng = createRng(seed)
      const [users, items, dim] = [23, 61, 6]
      const rows = masked ? someItems(seed, users, items, 0.3) : null
      const asked = Uint32Array.from({ length: users }, (_, user) => user)
      const engine = fastEngine('relaxed', 2)
      const user = engine.table('users', users, dim, { trainable: true })
      const item = engine.table('items', items, dim, { trainable: true })
      const fresh = fastEngine('relaxed', 1)
      const tables = [users, items].map((count) => fresh.table('fresh', count, dim, { trainable: false }))
      for (const scale of [1, 0.01, 1, -1, 0]) {
        const values = [users, items].map((count) => normals(rng, count * dim, scale))
        engine.write(user, values[0])
        engine.write(item, values[1])
        fresh.write(tables[0], values[0])
        fresh.write(tables[1], values[1])
        const again = engine.rank(user, item, asked, k, rows)
        const first = fresh.rank(tables[0], tables[1], asked, k, rows)
        expect([...again.items]).toEqual([...first.items])
        expect([...again.scores]).toEqual([...first.scores])
      }
      fresh.dispose()
      engine.dispose()
    }),
    { numRuns: 40 },
  )
})

test('scores far apart, crowded together, huge or all equal are ordered as a full sort orders them', () => {
  const spreads: Record<string, (n: number) => number> = {
    'one far above a crowd': (n) => (n === 7 ? 2 ** 20 : n % 3),
    'powers of two': (n) => 2 ** (n % 60),
    'both signs': (n) => (n % 2 === 0 ? -n : n) * 2 ** (n % 20),
    'the largest numbers': (n) => (n % 2 === 0 ? 2 ** 127 : -(2 ** 127)),
    'all equal': () => 3,
    even: (n) => n,
  }
  for (const [name, score] of Object.entries(spreads))
    for (const k of [1, 23, 24, 200, 700]) {
      const items = Float32Array.from({ length: 900 }, (_, n) => score((n * 7) % 900))
      const [plain, fast] = [createPlainEngine(), fastEngine('relaxed', 1)].map((engine) => {
        const tables = world(engine, 1, Float32Array.of(1, -1), items)
        const ranking = engine.rank(tables.user, tables.item, Uint32Array.of(0, 1), k, null)
        engine.dispose()
        return { items: [...ranking.items], scores: [...ranking.scores] }
      })
      expect(fast, `${name}, ${k}`).toEqual(plain)
    }
})
