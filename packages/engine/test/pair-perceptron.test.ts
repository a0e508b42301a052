import { createRng, InputError, NO_ITEM, type Rng } from '@recdistill/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createPlainEngine,
  type Engine,
  type ListRows,
  type PerceptronTables,
  type Table,
} from '../src/index.ts'
import { distance, engines, fastEngine, gradientOf, idsOf, normals } from './engines.ts'

interface Sizes {
  readonly users: number
  readonly items: number
  readonly dim: number
  readonly widths: readonly number[]
}

function tables(
  engine: Engine,
  { users, items, dim, widths }: Sizes,
  rng: Rng,
  trainable = true,
): PerceptronTables {
  const table = (name: string, rows: number, columns: number): Table => {
    const made = engine.table(name, rows, columns, { trainable })
    engine.write(made, normals(rng.fork(name), rows * columns, 0.5))
    return made
  }
  return {
    user: table('users', users, dim),
    item: table('items', items, dim),
    deepUser: table('deep users', users, dim),
    deepItem: table('deep items', items, dim),
    layers: widths.map((width, n) => ({
      weights: table(`hidden ${n}`, n === 0 ? 2 * dim : widths[n - 1], width),
      bias: table(`bias ${n}`, 1, width),
    })),
    output: table('output', 1, dim + widths[widths.length - 1]),
    outputBias: table('output bias', 1, 1),
  }
}

const all = ({ user, item, deepUser, deepItem, layers, output, outputBias }: PerceptronTables): Table[] => [
  ...[user, item, deepUser, deepItem, output, outputBias],
  ...layers.flatMap(({ weights, bias }) => [weights, bias]),
]

const shapes = fc.record({
  seed: fc.integer(),
  users: fc.integer({ min: 1, max: 12 }),
  items: fc.integer({ min: 1, max: 60 }),
  dim: fc.integer({ min: 1, max: 21 }),
  widths: fc.array(fc.integer({ min: 1, max: 19 }), { minLength: 1, maxLength: 4 }),
  rows: fc.integer({ min: 0, max: 25 }),
  k: fc.integer({ min: 0, max: 30 }),
  padding: fc.constantFrom(0, 0.2, 1),
  itemsFirst: fc.boolean(),
})
type Shape = Sizes & { seed: number; rows: number; k: number; padding: number; itemsFirst: boolean }

/** Steps of training, and every value that was seen. */
function trained(engine: Engine, { seed, rows, k, padding, itemsFirst, ...sizes }: Shape): number[][] {
  const rng = createRng(seed)
  const given = { ...tables(engine, sizes, rng), itemsFirst }
  const scorer = engine.pairPerceptron(given)
  const everybody = Uint32Array.from({ length: sizes.users }, (_, user) => user)
  const seen: number[][] = []
  const scoreAll = () => {
    const out = new Float32Array(sizes.users * sizes.items)
    scorer.scoreAll(everybody, out)
    seen.push([...out])
  }
  for (let step = 0; step < 3; step++) {
    const lists: ListRows = {
      users: idsOf(rng, rows, sizes.users),
      items: idsOf(rng, rows * k, sizes.items, padding),
      k,
    }
    const scores = normals(rng, rows * k)
    scorer.score(lists, scores)
    seen.push([...scores])
    scorer.pull(lists, normals(rng, rows * k))
    if (step === 0) scoreAll()
    engine.adam(all(given), { lr: 0.02, weightDecay: 0.01 })
    scorer.forget()
  }
  scoreAll()
  for (const table of all(given)) seen.push([...engine.read(table)])
  scorer.release()
  engine.dispose()
  return seen
}

describe.each(Object.entries(engines))('scores of pairs by a perceptron, engine %s', (name, create) => {
  const sizes = { users: 3, items: 30, dim: 6, widths: [7, 5, 2] }

  test('are the weighted product and the layers, added up', () => {
    const engine = create()
    const given = tables(engine, sizes, createRng(1))
    const scorer = engine.pairPerceptron(given)
    const items = Uint32Array.of(29, NO_ITEM, 4)
    const out = new Float32Array(3)
    scorer.score({ users: Uint32Array.of(2), items, k: 3 }, out)
    const whole = new Float32Array(30)
    scorer.scoreAll(Uint32Array.of(2), whole)
    const expected = [29, 4].map((item) => scoreOf(engine, given, 2, item))
    expect(distance([out[0], out[2]], expected)).toBeLessThan(1e-6)
    expect(out[1]).toBe(0)
    expect(distance([whole[29], whole[4]], expected)).toBeLessThan(1e-6)
    engine.dispose()
  })

  test('are the same with users and items in exchanged places', () => {
    const engine = create()
    const given = tables(engine, sizes, createRng(2))
    const turned = {
      ...given,
      user: given.item,
      item: given.user,
      deepUser: given.deepItem,
      deepItem: given.deepUser,
      itemsFirst: true,
    }
    const scorer = engine.pairPerceptron(turned)
    const out = new Float32Array(2)
    scorer.score({ users: Uint32Array.of(17), items: Uint32Array.of(2, 0), k: 2 }, out)
    const whole = new Float32Array(3)
    scorer.scoreAll(Uint32Array.of(17), whole)
    const expected = [2, 0].map((user) => scoreOf(engine, given, user, 17))
    expect(distance(out, expected)).toBeLessThan(1e-6)
    expect(distance([whole[2], whole[0]], expected)).toBeLessThan(1e-6)
    engine.dispose()
  })

  test('go back as finite differences say', () => {
    const engine = create()
    const given = tables(engine, sizes, createRng(3))
    const scorer = engine.pairPerceptron(given)
    const rng = createRng(4)
    const lists = { users: Uint32Array.of(0, 2, 0), items: Uint32Array.of(3, 7, NO_ITEM, 3, 29, 7), k: 2 }
    const grad = normals(rng, 6)
    const loss = () => {
      let sum = 0
      lists.items.forEach((item, e) => {
        if (item !== NO_ITEM) sum += grad[e] * scoreOf(engine, given, lists.users[e >> 1], item)
      })
      return sum
    }
    scorer.pull(lists, grad)
    const gradients = all(given).map((table) => gradientOf(engine, table))
    all(given).forEach((table, t) => {
      const values = engine.read(table).slice()
      for (let n = 0; n < 3; n++) {
        const at = table.rows > 3 && n === 0 ? 3 * table.dim : rng.int(values.length)
        const moved = [1e-3, -1e-3].map((by) => {
          engine.write(
            table,
            values.map((value, m) => (m === at ? value + by : value)),
          )
          return loss()
        })
        const slope = (moved[0] - moved[1]) / 2e-3
        expect(gradients[t][at], `${table.name} ${at}`).toBeCloseTo(slope, 3)
      }
      engine.write(table, values)
    })
    engine.dispose()
  })

  test('agree with the plain engine through steps of training', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const [plain, other] = [trained(createPlainEngine(), shape), trained(create(), shape)]
        // Adam divides by the root of a gradient's square, so rounding of a gradient near zero is seen
        plain.forEach((expected, n) => expect(distance(other[n], expected, 1), `${n}`).toBeLessThan(5e-3))
      }),
      { numRuns: name === 'tensorflow' ? 5 : 60 },
    )
  })

  test('of a model that is not trained are scored, not pulled', () => {
    const engine = create()
    const given = tables(engine, sizes, createRng(5), false)
    const scorer = engine.pairPerceptron(given)
    const lists = { users: Uint32Array.of(1), items: Uint32Array.of(2), k: 1 }
    const out = new Float32Array(1)
    scorer.score(lists, out)
    expect(distance(out, [scoreOf(engine, given, 1, 2)])).toBeLessThan(1e-6)
    expect(() => scorer.pull(lists, out)).toThrow(/pairPerceptron.pull: table "users" is not trainable/)
    engine.dispose()
  })

  test('follow the tables once what was kept is forgotten', () => {
    const engine = create()
    const given = tables(engine, sizes, createRng(6))
    const scorer = engine.pairPerceptron(given)
    const whole = new Float32Array(30)
    scorer.scoreAll(Uint32Array.of(1), whole)
    engine.write(given.deepItem, normals(createRng(7), 180))
    scorer.forget()
    scorer.scoreAll(Uint32Array.of(1), whole)
    expect(distance([whole[8]], [scoreOf(engine, given, 1, 8)])).toBeLessThan(1e-6)
    engine.dispose()
  })

  const refused: [string, RegExp, (engine: Engine, given: PerceptronTables) => unknown][] = [
    ['user', /pairPerceptron.score: users: id 3 at place 0 is outside table "users" of 3 rows/, (engine, given) =>
      engine.pairPerceptron(given).score({ users: Uint32Array.of(3), items: Uint32Array.of(1), k: 1 }, new Float32Array(1))],
    ['item', /pairPerceptron.pull: items: id 30 at place 1 is outside table "items" of 30 rows/, (engine, given) =>
      engine.pairPerceptron(given).pull({ users: Uint32Array.of(1), items: Uint32Array.of(1, 30), k: 2 }, new Float32Array(2))],
    ['user of all items', /pairPerceptron.scoreAll: users: id 9 at place 0/, (engine, given) =>
      engine.pairPerceptron(given).scoreAll(Uint32Array.of(9), new Float32Array(30))],
    ['length', /pairPerceptron.scoreAll: out: expected 30 entries, got 29/, (engine, given) =>
      engine.pairPerceptron(given).scoreAll(Uint32Array.of(0), new Float32Array(29))],
    ['number of layers', /pairPerceptron: expected one hidden layer or more, got none/, (engine, given) =>
      engine.pairPerceptron({ ...given, layers: [] })],
    ['layer', /expected table "hidden 1" to have 12 rows of 5, got 7 of 5/, (engine, given) =>
      engine.pairPerceptron({ ...given, layers: given.layers.slice(1) })],
    ['output', /expected table "output" to have 1 rows of 13, got 1 of 8/, (engine, given) =>
      engine.pairPerceptron({ ...given, layers: given.layers.slice(0, 1) })],
  ] // prettier-ignore

  test.each(refused)('a wrong %s is an input error', (_name, message, act) => {
    const engine = create()
    const given = tables(engine, sizes, createRng(1))
    expect(() => act(engine, given)).toThrow(InputError)
    expect(() => act(engine, given)).toThrow(message)
    engine.dispose()
  })

  test('a table that was freed is refused', () => {
    const engine = create()
    const given = tables(engine, sizes, createRng(1))
    const scorer = engine.pairPerceptron(given)
    engine.free(given.output)
    expect(() => scorer.scoreAll(Uint32Array.of(0), new Float32Array(30))).toThrow(
      /"output" is not of this engine/,
    )
    engine.dispose()
  })
})

test('scores and gradients of pairs have the same bits for any number of threads', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const [one, two, five] = [1, 2, 5].map((threads) => trained(fastEngine('relaxed', threads), shape))
      expect(two).toEqual(one)
      expect(five).toEqual(one)
    }),
    { numRuns: 15 },
  )
})

test('lists of more pairs than are kept at once are scored and pulled as by themselves', () => {
  const [k, width] = [3000, 1024]
  const sizes = { users: 2, items: 40, dim: 2, widths: [width] }
  const rng = createRng(8)
  const lists = { users: idsOf(rng, 6, 2), items: idsOf(rng, 6 * k, 40, 0.1), k }
  const grad = normals(rng, 6 * k)
  const [plain, fast] = [createPlainEngine(), fastEngine('relaxed', 2)].map((engine) => {
    const given = tables(engine, sizes, createRng(2))
    const scorer = engine.pairPerceptron(given)
    const out = new Float32Array(6 * k)
    scorer.score(lists, out)
    scorer.pull(lists, grad)
    const seen = [out, ...all(given).map((table) => gradientOf(engine, table))]
    engine.dispose()
    return seen
  })
  plain.forEach((expected, n) => expect(distance(fast[n], expected), `${n}`).toBeLessThan(1e-5))
})

/** One score in double precision. */
function scoreOf(engine: Engine, given: PerceptronTables, user: number, item: number): number {
  const { layers, output, outputBias } = given
  const row = (table: Table, id: number) =>
    [...engine.read(table)].slice(id * table.dim, (id + 1) * table.dim)
  let h = [...row(given.deepUser, user), ...row(given.deepItem, item)]
  for (const { weights, bias } of layers) {
    const values = engine.read(weights).slice()
    h = row(bias, 0).map((b, d) =>
      Math.max(
        0,
        h.reduce((sum, x, n) => sum + x * values[n * weights.dim + d], b),
      ),
    )
  }
  const items = row(given.item, item)
  const all = [...row(given.user, user).map((x, d) => x * items[d]), ...h]
  return row(output, 0).reduce((sum, weight, d) => sum + weight * all[d], engine.read(outputBias)[0])
}
