import { createRng } from '@recdistill/core'
import { expect, test } from 'vitest'
import { distance, engines, fastEngine, normals } from './engines.ts'
import { train } from './train.ts'

const [rows, dim] = [7, 5]
const adam = { lr: 1e-2, weightDecay: 1e-2, sparse: true }

test.for(Object.entries(engines))('%s: only rows with a gradient take a step', ([, create]) => {
  const rng = createRng(4)
  const engine = create()
  const table = engine.table('t', rows, dim, { trainable: true })
  const values = normals(rng, rows * dim)
  engine.write(table, values)
  const expected = twin(values)
  for (let step = 0; step < 12; step++) {
    const ids = Uint32Array.from([rng.int(rows - 1), rng.int(rows - 1), rng.int(rows - 1)])
    const grad = normals(rng, ids.length * dim)
    if (step === 5) grad.fill(0) // pulled, but with nothing
    engine.pullRows(table, ids, grad)
    engine.adam([table], adam)
    expected.step(ids, grad)
  }
  const { m, v, step } = engine.optimizerState(table)
  expect(distance(engine.read(table), expected.theta)).toBeLessThan(1e-5)
  expect(distance(m, expected.m)).toBeLessThan(1e-5)
  expect(distance(v, expected.v)).toBeLessThan(1e-5)
  expect(step).toBe(12)
  // the last row is never pulled
  expect(engine.read(table).slice(-dim)).toEqual(values.slice(-dim))
  engine.dispose()
})

test.for(Object.entries(engines))('%s: where every row has a gradient it is ordinary Adam', ([, create]) => {
  const results = [true, false].map((sparse) => {
    const rng = createRng(5)
    const engine = create()
    const table = engine.table('t', rows, dim, { trainable: true })
    engine.write(table, normals(rng, rows * dim))
    for (let step = 0; step < 6; step++) {
      engine.pullRows(
        table,
        Uint32Array.from({ length: rows }, (_, row) => row),
        normals(rng, rows * dim),
      )
      engine.adam([table], { ...adam, sparse })
    }
    const values = Array.from(engine.read(table))
    engine.dispose()
    return values
  })
  expect(results[0]).toEqual(results[1])
})

test('threads, lanes and the time at which steps are done change no bit, nor a change from one kind to the other', () => {
  for (const dim of [3, 20, 64]) {
    const options = (step: number) => ({ weightDecay: 1e-3, sparse: step < 8 || step > 14 })
    const [one, two, eager] = [
      fastEngine('relaxed', 1, true, 4),
      fastEngine('relaxed', 2, true, 4),
      fastEngine('relaxed', 1, false, 4),
    ].map((engine) => train(engine, dim, 20, options))
    expect(two.bits).toEqual(one.bits)
    expect(eager.bits).toEqual(one.bits)
    expect(two.losses).toEqual(one.losses)
  }
})

test('a graph of layers trains as the plain engine does', () => {
  const [users, items, width] = [6, 9, 4]
  const nodes = users + items
  // pairs of neighbours, and the last node alone
  const offsets = Uint32Array.from({ length: nodes + 1 }, (_, n) => Math.min(n, nodes - 1))
  const indices = Uint32Array.from({ length: nodes - 1 }, (_, n) => n ^ 1)
  const graph = {
    rows: nodes,
    columns: nodes,
    offsets,
    indices,
    values: new Float32Array(nodes - 1).fill(0.5),
  }
  const results = ['plain', 'relaxed'].map((name) => {
    const rng = createRng(6)
    const engine = engines[name]()
    const pair = (prefix: string) =>
      [users, items].map((n, side) => engine.table(`${prefix}${side}`, n, width, { trainable: true }))
    const [base, out] = [pair('base'), pair('out')]
    for (const table of base) engine.write(table, normals(rng, table.rows * width))
    const layers = engine.meanOfLayers(graph, 2, [base[0], base[1]], [out[0], out[1]])
    for (let step = 0; step < 8; step++) {
      layers.refresh()
      engine.pullRows(out[1], Uint32Array.from([step % 4]), normals(rng, width))
      layers.pullBack()
      engine.adam(base, adam)
    }
    const values = base.flatMap((table) => Array.from(engine.read(table)))
    engine.dispose()
    return values
  })
  expect(distance(results[1], results[0])).toBeLessThan(1e-5)
})

/** The formula, one number after the other, in double precision. */
function twin(values: Float32Array) {
  const theta = Float64Array.from(values)
  const [m, v] = [new Float64Array(values.length), new Float64Array(values.length)]
  let t = 0
  return {
    theta,
    m,
    v,
    step(ids: Uint32Array, pulled: Float32Array) {
      t++
      const grad = new Float64Array(values.length)
      ids.forEach((id, n) => {
        for (let d = 0; d < dim; d++) grad[id * dim + d] += pulled[n * dim + d]
      })
      for (const id of new Set(ids)) {
        if (grad.slice(id * dim, (id + 1) * dim).every((g) => g === 0)) continue
        for (let n = id * dim; n < (id + 1) * dim; n++) {
          const g = grad[n] + adam.weightDecay * theta[n]
          m[n] = 0.9 * m[n] + 0.1 * g
          v[n] = 0.999 * v[n] + 0.001 * g * g
          theta[n] -= (adam.lr * m[n]) / (1 - 0.9 ** t) / (Math.sqrt(v[n] / (1 - 0.999 ** t)) + 1e-8)
        }
      }
    },
  }
}
