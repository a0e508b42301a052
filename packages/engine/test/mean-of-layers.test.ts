import { createRng, InputError, NumericError, type Rng } from '@recdistill/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPlainEngine, type Engine, type SparseMatrix, type Table } from '../src/index.ts'
import { distance, engines, fastEngine, gradientOf, idsOf, normals } from './engines.ts'

interface Tied {
  readonly base: readonly [Table, Table]
  readonly out: readonly [Table, Table]
}

/** Two trained tables, two that follow them, and values drawn for the first. */
function tables(
  engine: Engine,
  users: number,
  items: number,
  dim: number,
  seed: number,
  trainable = true,
): Tied {
  const pair = (name: string) =>
    [users, items].map((rows, n) =>
      engine.table(`${name} ${n === 0 ? 'users' : 'items'}`, rows, dim, { trainable }),
    ) as unknown as readonly [Table, Table]
  const [base, out] = [pair('base'), pair('mean')]
  for (const table of base) engine.write(table, normals(createRng(seed).fork(table.name), table.rows * dim))
  return { base, out }
}

/** Any symmetric matrix: users and items, rows without entries, and entries on the diagonal. */
function symmetric(rng: Rng, nodes: number, entries: number): SparseMatrix {
  const rows = Array.from({ length: nodes }, () => new Map<number, number>())
  for (let n = 0; n < entries; n++) {
    const [a, b, value] = [rng.int(nodes), rng.int(nodes), rng.normal()]
    rows[a].set(b, value)
    rows[b].set(a, value)
  }
  return matrixOf(rows)
}

function matrixOf(rows: readonly Map<number, number>[]): SparseMatrix {
  const offsets = new Uint32Array(rows.length + 1)
  rows.forEach((row, n) => (offsets[n + 1] = offsets[n] + row.size))
  const indices = Uint32Array.from(rows.flatMap((row) => [...row.keys()]))
  const values = Float32Array.from(rows.flatMap((row) => [...row.values()]))
  return { rows: rows.length, columns: rows.length, offsets, indices, values }
}

const shapes = fc.record({
  seed: fc.integer(),
  users: fc.integer({ min: 1, max: 25 }),
  items: fc.integer({ min: 1, max: 70 }),
  entries: fc.integer({ min: 0, max: 200 }),
  layers: fc.integer({ min: 1, max: 4 }),
  dim: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(64)),
  rows: fc.integer({ min: 1, max: 20 }),
})

/** Some steps that read a few rows, or all, and train by them; every value that was seen, in order. */
function trained(engine: Engine, { seed, users, items, entries, layers, dim, rows }: Shape): number[][] {
  const rng = createRng(seed)
  const { base, out } = tables(engine, users, items, dim, seed)
  const means = engine.meanOfLayers(symmetric(rng, users + items, entries), layers, base, out)
  const seen: number[][] = []
  for (let step = 0; step < 3; step++) {
    means.refresh()
    const batch = [idsOf(rng, rows, users), idsOf(rng, rows, items), idsOf(rng, rows, items)] as const
    seen.push([engine.bpr(...out, ...batch, 1)])
    const list = { users: batch[0], items: idsOf(rng, rows * 3, items, 0.2), k: 3 }
    const scores = new Float32Array(rows * 3)
    engine.scoreLists(...out, list, scores)
    seen.push([...scores])
    engine.pullScores(...out, list, normals(rng, rows * 3))
    if (step === 1) seen.push([...engine.read(out[1])])
    if (step === 2) engine.pullRows(base[0], batch[0], normals(rng, rows * dim))
    means.pullBack()
    if (step === 0) engine.pullRows(base[1], batch[1], normals(rng, rows * dim))
    engine.adam(base, { lr: 0.05, weightDecay: 0.01 })
    if (step === 1) seen.push(...base.map((table) => [...engine.read(table)]))
  }
  means.refresh()
  means.pullBack() // of no gradient
  for (const table of base) seen.push([...engine.read(table)], [...engine.optimizerState(table).v])
  means.release()
  engine.dispose()
  return seen
}

interface Shape {
  readonly seed: number
  readonly users: number
  readonly items: number
  readonly entries: number
  readonly layers: number
  readonly dim: number
  readonly rows: number
}

describe.each(Object.entries(engines))('means of layers, engine %s', (name, create) => {
  test('are the mean of powers of the graph, of values and of gradients', () => {
    const [users, items, dim] = [4, 9, 3]
    const rng = createRng(8)
    const graph = symmetric(rng, users + items, 30)
    for (const layers of [1, 2, 3, 4]) {
      const engine = create()
      const { base, out } = tables(engine, users, items, dim, 2)
      const both = (of: (table: Table) => Float32Array, pair: readonly [Table, Table]) =>
        Float64Array.from(pair.flatMap((table) => [...of(table)]))
      const means = engine.meanOfLayers(graph, layers, base, out)
      means.refresh()
      const values = both(engine.read, base)
      expect(distance(both(engine.read, out), meanOfPowers(graph, layers, values, dim))).toBeLessThan(1e-5)

      const gradient = normals(rng, items * dim)
      engine.pullRows(
        out[1],
        Uint32Array.from({ length: items }, (_, n) => n),
        gradient,
      )
      means.pullBack()
      const given = new Float64Array((users + items) * dim)
      given.set(gradient, users * dim)
      const pulled = both((table) => gradientOf(engine, table), base)
      expect(distance(pulled, meanOfPowers(graph, layers, given, dim))).toBeLessThan(1e-5)
      expect([...gradientOf(engine, out[1])]).toEqual(new Array(items * dim).fill(0))
      engine.dispose()
    }
  })

  test('of tables that are not trained follow them', () => {
    const engine = create()
    const { base, out } = tables(engine, 3, 5, 6, 1, false)
    const graph = symmetric(createRng(3), 8, 12)
    const means = engine.meanOfLayers(graph, 2, base, out)
    means.refresh()
    const before = [...engine.read(out[0])]
    engine.write(base[0], new Float32Array(18).fill(1))
    means.refresh()
    expect([...engine.read(out[0])]).not.toEqual(before)
    engine.write(base[0], normals(createRng(1).fork(base[0].name), 18))
    means.refresh()
    expect([...engine.read(out[0])]).toEqual(before)
    expect(() => means.pullBack()).toThrow(/pullBack: table "base users" is not trainable/)
    engine.dispose()
  })

  test('agree with the plain engine through steps of training', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const [plain, other] = [trained(createPlainEngine(), shape), trained(create(), shape)]
        // Adam divides by the root of a gradient's square, so rounding of a gradient near zero is seen
        plain.forEach((expected, n) => expect(distance(other[n], expected, 1), `${n}`).toBeLessThan(2e-3))
      }),
      { numRuns: name === 'tensorflow' ? 5 : 40 },
    )
  })

  const refused: [string, RegExp, (engine: Engine, tied: Tied) => unknown][] = [
    ['graph that is not symmetric', /entry \[0, 2\] has no equal at \[2, 0\]/, (engine, { base, out }) =>
      engine.meanOfLayers(matrixOf([new Map([[2, 1]]), new Map(), new Map()]), 1, base, out)],
    ['value that differs', /entry \[0, 1\] has no equal at \[1, 0\]/, (engine, { base, out }) =>
      engine.meanOfLayers(matrixOf([new Map([[1, 1]]), new Map([[0, 2]]), new Map()]), 1, base, out)],
    ['graph of other nodes', /meanOfLayers: rows of the graph: expected 3/, (engine, { base, out }) =>
      engine.meanOfLayers(matrixOf([new Map(), new Map()]), 1, base, out)],
    ['number of layers', /meanOfLayers.layers: expected an integer >= 1, got 0/, (engine, { base, out }) =>
      engine.meanOfLayers(matrixOf([new Map(), new Map(), new Map()]), 0, base, out)],
    ['table', /rows of "base items": expected 1/, (engine, { base, out }) =>
      engine.meanOfLayers(matrixOf([new Map(), new Map(), new Map()]), 1, base, [base[1], out[1]])],
  ] // prettier-ignore

  test.each(refused)('a wrong %s is an input error', (_name, message, act) => {
    const engine = create()
    const tied = tables(engine, 1, 2, 2, 1)
    expect(() => act(engine, tied)).toThrow(InputError)
    expect(() => act(engine, tied)).toThrow(message)
    engine.dispose()
  })

  test('a gradient that is not finite is a numeric error of the table below', () => {
    const engine = create()
    const { base, out } = tables(engine, 2, 3, 4, 1)
    const graph = matrixOf([new Map([[3, 1]]), new Map(), new Map(), new Map([[0, 1]]), new Map()])
    const means = engine.meanOfLayers(graph, 1, base, out)
    means.refresh()
    engine.pullRows(out[1], Uint32Array.of(1), Float32Array.of(0, NaN, 0, 0))
    means.pullBack()
    const next = () => {
      engine.adam(base, { lr: 0.1, weightDecay: 0 })
      means.refresh()
      for (const table of base) engine.read(table)
    }
    expect(next).toThrow(NumericError)
    engine.dispose()
  })

  test('a mean beyond the range of floats is a numeric error that names its table', () => {
    const engine = create()
    const { base, out } = tables(engine, 1, 1, 4, 1)
    for (const table of base) engine.write(table, new Float32Array(4).fill(3e38))
    const graph = matrixOf([new Map([[1, 1]]), new Map([[0, 1]])])
    const means = engine.meanOfLayers(graph, 1, base, out)
    const read = () => {
      means.refresh()
      engine.read(out[0])
    }
    expect(read).toThrow(NumericError)
    expect(read).toThrow(/mean (users|items)/)
    engine.dispose()
  })
})

test('means of layers have the same bits for any number of threads, with and without blocks to share', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const [one, two, five] = [1, 2, 5].map((threads) => trained(fastEngine('relaxed', threads), shape))
      expect(two).toEqual(one)
      expect(five).toEqual(one)
    }),
    { numRuns: 15 },
  )
})

test('a row has the same bits whether it is asked for alone, with others or with all', () => {
  const engine = fastEngine('relaxed', 2)
  const { base, out } = tables(engine, 20, 50, 24, 4)
  const means = engine.meanOfLayers(symmetric(createRng(6), 70, 180), 3, base, out)
  const rowOf = (row: number) => {
    const one = new Float32Array(24)
    engine.gatherRows(out[1], Uint32Array.of(row), one)
    return [...one]
  }
  means.refresh()
  const alone = [7, 3, 7, 49].map(rowOf)
  const all = engine.read(out[1])
  expect(alone).toEqual([7, 3, 7, 49].map((row) => [...all.subarray(row * 24, (row + 1) * 24)]))
  means.refresh()
  expect([...engine.read(out[1])]).toEqual([...all])
  engine.dispose()
})

test('gradients of few rows and of all rows go back with the same bits', () => {
  const [users, items, dim] = [30, 60, 20]
  const graph = symmetric(createRng(2), users + items, 200)
  const pulled = [false, true].map((everywhere) => {
    const engine = fastEngine('relaxed', 1)
    const { base, out } = tables(engine, users, items, dim, 4)
    const means = engine.meanOfLayers(graph, 3, base, out)
    means.refresh()
    const ids = Uint32Array.of(5, 17, 5)
    engine.pullRows(out[0], ids, normals(createRng(9), 3 * dim))
    if (everywhere)
      for (const table of out)
        engine.pullRows(
          table,
          Uint32Array.from({ length: table.rows }, (_, n) => n),
          new Float32Array(table.rows * dim),
        )
    means.pullBack()
    const gradient = base.map((table) => [...gradientOf(engine, table)])
    engine.dispose()
    return gradient
  })
  expect(pulled[1]).toEqual(pulled[0])
})

test('rows that were never asked for are gone once the gradient went back', () => {
  const engine = fastEngine()
  const { base, out } = tables(engine, 2, 3, 4, 1)
  const means = engine.meanOfLayers(symmetric(createRng(1), 5, 6), 2, base, out)
  means.refresh()
  const row = new Float32Array(4)
  engine.gatherRows(out[1], Uint32Array.of(2), row)
  means.pullBack()
  const again = new Float32Array(4)
  engine.gatherRows(out[1], Uint32Array.of(2), again)
  expect(again).toEqual(row)
  expect(() => engine.read(out[1])).toThrow(
    /"mean items" is read after its gradient went back; refresh it first/,
  )
  means.refresh()
  engine.read(out[1])
  engine.dispose()
})

/** (I + A + ... + A^layers) input / (layers + 1) in double precision. */
function meanOfPowers(
  { rows, offsets, indices, values }: SparseMatrix,
  layers: number,
  input: Float64Array,
  dim: number,
) {
  const mean = new Float64Array(input.length)
  let power = input
  for (let layer = 0; layer <= layers; layer++) {
    power.forEach((value, n) => (mean[n] += value / (layers + 1)))
    const next = new Float64Array(input.length)
    for (let row = 0; row < rows; row++)
      for (let e = offsets[row]; e < offsets[row + 1]; e++)
        for (let d = 0; d < dim; d++) next[row * dim + d] += values[e] * power[indices[e] * dim + d]
    power = next
  }
  return mean
}

describe.each(Object.entries(engines))('%s', (_, create) => {
  test('two means of the same tables do not lose the gradient of one another', () => {
    const engine = create()
    const { base, out } = tables(engine, 3, 4, 5, 7)
    const others = tables(engine, 3, 4, 5, 8).out
    const graph = symmetric(createRng(9), 7, 12)
    const [first, second] = [out, others].map((to, n) => engine.meanOfLayers(graph, 1 + n, base, to))
    const upstream = normals(createRng(10), 15)
    const rows = Uint32Array.of(0, 1, 2)
    const gradients = (between: () => void) => {
      first.refresh()
      second.refresh()
      engine.pullRows(out[0], rows, upstream)
      first.pullBack()
      between()
      return base.map((table) => [...gradientOf(engine, table)])
    }
    const expected = gradients(() => {})
    expect(expected.flat().some((slope) => slope !== 0)).toBe(true)
    expect(gradients(() => second.refresh())).toEqual(expected)
    for (const mean of [first, second]) mean.release()
    engine.dispose()
  })
})
