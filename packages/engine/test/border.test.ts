import { InputError, NO_ITEM, NumericError } from '@recdistill/core'
import { describe, expect, test } from 'vitest'
import { createEngine, type Engine } from '../src/index.ts'
import { kernels } from '../src/wasm/binaries.ts'
import { createHeap } from '../src/wasm/heap.ts'
import { createMachine } from '../src/wasm/machine.ts'
import { engines, fastEngine, gradientOf, world } from './engines.ts'

const ids = (...list: number[]) => Uint32Array.from(list)
const floats = (...list: number[]) => Float32Array.from(list)
const small = (engine: Engine) => world(engine, 2, floats(1, 2, 3, 4), floats(1, 0, 0, 1, 1, 1))

describe.each(Object.entries(engines))('%s', (_, create) => {
  const wrong: [string, RegExp, (w: ReturnType<typeof small>) => unknown][] = [
    ['user id', /scoreLists: users: id 2 at place 1 .*"users" of 2 rows/, ({ engine, user, item }) =>
      engine.scoreLists(user, item, { users: ids(0, 2), items: ids(0, 0), k: 1 }, floats(0, 0))],
    ['item id', /scoreLists: items: id 3 at place 1 .*"items" of 3 rows/, ({ engine, user, item }) =>
      engine.scoreLists(user, item, { users: ids(0), items: ids(0, 3), k: 2 }, floats(0, 0))],
    ['padding in bpr', /bpr: (positives|items)/, ({ engine, user, item }) =>
      engine.bpr(user, item, ids(0), ids(NO_ITEM), ids(1), 1)],
    ['list length', /scoreLists.items: expected 4 entries, got 3/, ({ engine, user, item }) =>
      engine.scoreLists(user, item, { users: ids(0, 1), items: ids(0, 1, 2), k: 2 }, floats(0, 0, 0, 0))],
    ['out length', /scoreLists: out: expected 2 entries, got 1/, ({ engine, user, item }) =>
      engine.scoreLists(user, item, { users: ids(0), items: ids(0, 1), k: 2 }, floats(0))],
    ['dims', /rank: table "users" has dim 2 but "wide" has 5/, ({ engine, user }) =>
      engine.rank(user, engine.table('wide', 3, 5, { trainable: false }), ids(0), 1, null)],
    ['k', /rank.k: expected an integer >= 1, got 0/, ({ engine, user, item }) =>
      engine.rank(user, item, ids(0), 0, null)],
    ['exclude', /exclude has 1 rows but user 1/, ({ engine, user, item }) =>
      engine.rank(user, item, ids(1), 1, { offsets: ids(0, 0), items: ids() })],
    ['excluded item', /rank: exclude holds id 3, outside table "items" of 3 rows/, ({ engine, user, item }) =>
      engine.rank(user, item, ids(0), 1, { offsets: ids(0, 1), items: ids(3) })],
    ['order of excluded items', /positions: row 1 of exclude holds 2 before 1; rows must be ascending/, ({ engine, user, item }) =>
      engine.positions(user, item, { users: ids(0), items: ids(0), k: 1 }, { offsets: ids(0, 0, 2), items: ids(2, 1) }, ids(0))],
    ['end of excluded rows', /backgroundLogSumExp: row 0 of exclude goes from 0 to 2 of 1 items/, ({ engine, user, item }) =>
      engine.backgroundLogSumExp(user, item, { users: ids(0), items: ids(), k: 0 }, { offsets: ids(0, 2), items: ids(1) }, null, floats(0))],
    ['temperature', /temperature: expected a number above 0, got 0/, ({ engine, user, item }) =>
      engine.softCrossEntropy(user, item, { users: ids(0), items: ids(0), k: 1 }, floats(1), floats(1), 0, 1)],
    ['two lists', /row 0 is user 0 in the first list but 1 in the second/, ({ engine, user, item }) =>
      engine.relaxedRanking(user, item, { users: ids(0), items: ids(0), k: 1 }, { users: ids(1), items: ids(0), k: 1 }, floats(1), null, 1)],
    ['learning rate', /adam.lr: expected a number above 0/, ({ engine, user }) =>
      engine.adam([user], { lr: NaN, weightDecay: 0 })],
    ['constant table', /"fixed" is not trainable/, ({ engine }) =>
      engine.adam([engine.table('fixed', 1, 1, { trainable: false })], { lr: 1, weightDecay: 0 })],
    ['matrix column', /entry 0 is in column 7 of a matrix of 1 columns/, ({ engine }) =>
      engine.propagate({ rows: 1, columns: 1, offsets: ids(0, 1), indices: ids(7), values: floats(1) }, floats(1), 1, floats(0))],
    ['matrix of known indices', /offsets fall from 3 to 0 at row 0/, ({ engine }) => {
      const [indices, values, out] = [ids(0, 1, 0), floats(1, 1, 1), floats(0, 0)]
      const propagate = (offsets: Uint32Array) =>
        engine.propagate({ rows: 2, columns: 2, offsets, indices, values }, floats(1, 10), 1, out)
      propagate(ids(0, 1, 3))
      propagate(ids(3, 0, 3))
    }],
    ['width of a known matrix', /entry 1 is in column 1 of a matrix of 1 columns/, ({ engine }) => {
      const matrix = { rows: 1, offsets: ids(0, 2), indices: ids(0, 1), values: floats(1, 1) }
      engine.propagate({ ...matrix, columns: 2 }, floats(1, 10), 1, floats(0))
      engine.propagate({ ...matrix, columns: 1 }, floats(1), 1, floats(0))
    }],
    ['score cap', /relaxedRanking.scoreCap: expected a number above 0 or null, got NaN/, ({ engine, user, item }) =>
      engine.relaxedRanking(user, item, { users: ids(0), items: ids(0), k: 1 }, { users: ids(0), items: ids(1), k: 1 }, floats(1), NaN, 1)],
    ['rows', /table "none": rows: expected an integer >= 0, got -1/, ({ engine }) =>
      engine.table('none', -1, 1, { trainable: false })],
    ['pullRows id', /pullRows: id 9 at place 0/, ({ engine, user }) =>
      engine.pullRows(user, ids(9), floats(1, 1))],
    ['freed table', /"users" is not of this engine, or was freed/, ({ engine, user }) => {
      engine.free(user)
      engine.read(user)
    }],
  ] // prettier-ignore

  test.each(wrong)('a wrong %s is an input error that says what came', (_name, message, act) => {
    const one = small(create())
    expect(() => act(one)).toThrow(InputError)
    expect(() => act(small(create()))).toThrow(message)
    one.engine.dispose()
  })

  test('NaN in values is refused, naming table and row', () => {
    const { engine, item } = small(create())
    expect(() => engine.write(item, floats(1, 1, 1, 1, NaN, 1))).toThrow(NumericError)
    expect(() => engine.write(item, floats(1, 1, 1, 1, NaN, 1))).toThrow(/"items": row 2/)
    engine.dispose()
  })

  test('a gradient that is not finite is a numeric error at the latest when the row is read', () => {
    for (const bad of [NaN, Infinity]) {
      const { engine, item } = small(create())
      engine.pullRows(item, ids(1, 2), floats(0, 0, 1, bad))
      const step = () => {
        engine.adam([item], { lr: 0.1, weightDecay: 0 })
        engine.read(item)
      }
      expect(step).toThrow(/table "items", row 2/)
      engine.dispose()
    }
  })

  test('a constant table is used and left alone', () => {
    const engine = create()
    const user = engine.table('users', 1, 3, { trainable: false })
    const item = engine.table('items', 2, 3, { trainable: true })
    engine.write(user, floats(1, 2, 3))
    engine.write(item, floats(1, 0, 0, 0, 1, 0))
    engine.bpr(user, item, ids(0), ids(0), ids(1), 1)
    const slope = 1 / (1 + Math.exp(-1)) // margin 2 - 1
    const expected = [-1, -2, -3, 1, 2, 3].map((x) => x * slope)
    gradientOf(engine, item).forEach((g, n) => expect(g).toBeCloseTo(expected[n], 6))
    engine.adam([item], { lr: 0.1, weightDecay: 0 })
    expect([...engine.read(user)]).toEqual([1, 2, 3])
    engine.dispose()
  })

  test('an item that is excluded twice counts once', () => {
    const { engine, user, item } = small(create()) // scores of user 0: 1, 2, 3
    const exclude = { offsets: ids(0, 2, 2), items: ids(2, 2) }
    const [places, at] = [ids(9, 9, 9), ids(9, 9, 9)]
    engine.positions(user, item, { users: ids(0), items: ids(0, 1, 2), k: 3 }, exclude, places)
    engine.itemsAt(user, item, ids(0), ids(0, 1, 2), exclude, at)
    expect([[...places], [...at]]).toEqual([[1, 0, 0], [1, 0, NO_ITEM]]) // prettier-ignore
    expect([...engine.rank(user, item, ids(0), 3, exclude).items]).toEqual([1, 0, NO_ITEM])
    engine.dispose()
  })

  test('one table can be both sides', () => {
    const engine = create()
    const table = engine.table('t', 3, 2, { trainable: true })
    engine.write(table, floats(1, 2, 3, 4, 5, 6))
    engine.pullScores(table, table, { users: ids(0, 1), items: ids(1, 2), k: 1 }, floats(1, 10))
    // row 0: 1 x row 1; row 1: 1 x row 0 + 10 x row 2; row 2: 10 x row 1
    expect([...gradientOf(engine, table)]).toEqual([3, 4, 51, 62, 30, 40])
    engine.dispose()
  })

  test('state of the optimiser goes out and comes back: the next step is the same', () => {
    const engine = create()
    const { user } = world(engine, 3, floats(1, 2, 3, 4, 5, 6), floats(0, 0, 0))
    const options = { lr: 0.1, weightDecay: 0.01 }
    for (let n = 0; n < 4; n++) {
      engine.pullRows(user, ids(n % 2), floats(1, -1, 0.5))
      engine.adam([user], options)
    }
    const values = engine.read(user).slice()
    const { m, v, step } = engine.optimizerState(user)
    const copy = engine.table('copy', 2, 3, { trainable: true })
    engine.write(copy, values)
    engine.restoreOptimizer(copy, { m: m.slice(), v: v.slice(), step })
    for (const table of [user, copy]) {
      engine.pullRows(table, ids(1), floats(1, 1, 1))
      engine.adam([table], options)
    }
    expect(step).toBe(4)
    expect([...engine.read(copy)]).toEqual([...engine.read(user)])
    engine.dispose()
  })
})

test('createEngine: default, none, and wrong threads', () => {
  const engine = createEngine()
  expect(engine.simd).toBe('relaxed')
  engine.dispose()
  expect(createEngine({ simd: 'none' }).threads).toBe(1)
  expect(createEngine({ simd: 'simd', threads: 2 }).simd).toBe('simd')
  expect(() => createEngine({ threads: 0 })).toThrow(/createEngine.threads: expected an integer/)
  expect(() => createEngine({ device: 'cuda' as 'gpu' })).toThrow(
    'createEngine.device: unknown device "cuda"; there are cpu, tensorflow, gpu, auto',
  )
  expect(() => createEngine({ simd: 'sse' as 'simd' })).toThrow(
    'createEngine.simd: expected auto, relaxed, simd or none, got sse',
  )
})

test('memory of freed tables is used again', () => {
  const module = kernels('simd')
  if (module === null) throw new Error('no simd')
  const machine = createMachine(module, 1)
  const before = machine.heap.used()
  const blocks = [1000, 5_000_000, 64, 1].map((bytes) => machine.heap.take(bytes))
  const size = machine.heap.u8.length
  for (const at of blocks) machine.heap.give(at)
  expect(machine.heap.used()).toBe(before)
  expect(machine.heap.take(4_900_000) + 4_900_000).toBeLessThan(size)
  expect(machine.heap.u8.length).toBe(size)
})

test('tables come and go without the memory growing', () => {
  const engine = fastEngine('relaxed', 2)
  let sizes: number[] = []
  for (let n = 0; n < 12; n++) {
    const { user, item } = world(engine, 16, new Float32Array(16_000), new Float32Array(64_000).fill(1))
    engine.bpr(user, item, ids(0, 1), ids(2, 3), ids(4, 5), 1)
    engine.adam([user, item], { lr: 0.1, weightDecay: 0 })
    engine.rank(user, item, ids(0), 5, null)
    sizes = [...sizes, engine.read(user).buffer.byteLength]
    engine.free(user)
    engine.free(item)
  }
  expect(sizes.at(-1)).toBe(sizes[1])
})

test('rankings that meet NaN come and go without the memory growing', () => {
  const engine = fastEngine('simd', 1)
  const { user, item } = world(engine, 2, floats(1, 2, 3, 4), floats(1, 0, 0, 1, 1, 1))
  engine.pullRows(user, ids(0), floats(3e38, 3e38))
  engine.pullRows(user, ids(0), floats(3e38, 3e38))
  engine.adam([user], { lr: 0.1, weightDecay: 0 })
  const memory = () => engine.makeFloats(1).buffer.byteLength
  const rank = () => engine.rank(user, item, new Uint32Array(20_000), 100, null)
  const sizes = Array.from({ length: 10 }, () => {
    expect(rank).toThrow(NumericError)
    return memory()
  })
  expect(sizes.at(-1)).toBe(sizes[2])
})

test('more than the address space is an input error', () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true })
  const heap = createHeap(memory, 0)
  expect(() => heap.take(10 * 65536)).toThrow(InputError)
  expect(heap.take(1000)).toBe(0)
})

test.each(Object.entries(engines))('%s: two matrices of the same indices are two matrices', (_, create) => {
  const engine = create()
  const [indices, values, out] = [ids(0, 1, 0), floats(1, 1, 1), floats(0, 0)]
  const propagate = (offsets: Uint32Array) => {
    engine.propagate({ rows: 2, columns: 2, offsets, indices, values }, floats(1, 10), 1, out)
    return [...out]
  }
  const [a, b] = [ids(0, 1, 3), ids(0, 2, 3)]
  expect([propagate(a), propagate(b), propagate(a)]).toEqual([[1, 11], [11, 1], [1, 11]]) // prettier-ignore
  engine.dispose()
})
