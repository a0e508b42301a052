import { createRng, InputError } from '@recdistill/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Engine, type ProductShape } from '../src/index.ts'
import { distance, engines, fastEngine, normals } from './engines.ts'

const shapes = fc.record({
  seed: fc.integer(),
  rows: fc.integer({ min: 0, max: 70 }),
  inner: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 120, max: 300 })),
  columns: fc.integer({ min: 0, max: 140 }),
  transposed: fc.boolean(),
  isPlaced: fc.boolean(),
})

function productOf(engine: Engine, { seed, isPlaced, ...shape }: Shape): Float32Array {
  const rng = createRng(seed)
  const make = (values: Float32Array) => {
    if (!isPlaced) return values
    const made = engine.makeFloats(values.length)
    made.set(values)
    return made
  }
  const [left, right] = [shape.rows, shape.columns].map((size) => make(normals(rng, size * shape.inner)))
  const out = make(normals(rng, shape.rows * shape.columns))
  engine.product(left, right, shape, out)
  return out.slice()
}

type Shape = ProductShape & { seed: number; isPlaced: boolean }

describe.each(Object.entries(engines))('dense products, engine %s', (name, create) => {
  test('are sums over the inner numbers, either way the left one stands', () => {
    const engine = create()
    fc.assert(
      fc.property(shapes, (shape) => {
        const { rows, inner, columns, transposed, seed } = shape
        const rng = createRng(seed)
        const [left, right] = [normals(rng, rows * inner), normals(rng, inner * columns)]
        const expected = new Float64Array(rows * columns)
        for (let row = 0; row < rows; row++)
          for (let c = 0; c < columns; c++)
            for (let n = 0; n < inner; n++)
              expected[row * columns + c] +=
                left[transposed ? n * rows + row : row * inner + n] * right[n * columns + c]
        expect(distance(productOf(engine, shape), expected, 1)).toBeLessThan(1e-5)
      }),
      { numRuns: name === 'tensorflow' ? 20 : 60 },
    )
    engine.dispose()
  })

  test('refuse other lengths than their shape says', () => {
    const engine = create()
    const [one, two] = [new Float32Array(1), new Float32Array(2)]
    const shape = { rows: 1, inner: 1, columns: 1 }
    expect(() => engine.product(two, one, shape, one)).toThrow(InputError)
    expect(() => engine.product(two, one, shape, one)).toThrow('product: left: expected 1 entries, got 2')
    expect(() => engine.product(one, two, shape, one)).toThrow('product: right: expected 1 entries, got 2')
    expect(() => engine.product(one, one, shape, two)).toThrow('product: out: expected 1 entries, got 2')
    expect(() => engine.product(one, one, { ...shape, rows: -1 }, one)).toThrow(/product.rows: expected/)
    engine.dispose()
  })
})

test('a product has the same bits for any number of threads, and in or out of the engine’s memory', () => {
  const some = [1, 2, 5].map((threads) => fastEngine('relaxed', threads))
  fc.assert(
    fc.property(shapes, (shape) => {
      const [one, ...others] = some.map((engine) => productOf(engine, shape))
      for (const other of others) expect(other).toEqual(one)
      expect(productOf(some[0], { ...shape, isPlaced: !shape.isPlaced })).toEqual(one)
    }),
    { numRuns: 40 },
  )
  for (const engine of some) engine.dispose()
})
