import { createRng } from '@recdistill/core'
import { describe, expect, test } from 'vitest'
import type { Engine, SparseMatrix, Table } from '../src/index.ts'
import { engines, normals } from './engines.ts'

/** Three users and two items in a circle. */
const graph: SparseMatrix = {
  rows: 5,
  columns: 5,
  offsets: Uint32Array.of(0, 2, 4, 6, 8, 10),
  indices: Uint32Array.of(1, 4, 0, 2, 1, 3, 2, 4, 0, 3),
  values: new Float32Array(10).fill(0.5),
}

function pair(engine: Engine, name: string): [Table, Table] {
  const table = (rows: number) => engine.table(`${name} of ${rows}`, rows, 16, { trainable: true })
  const made: [Table, Table] = [table(3), table(2)]
  for (const one of made) engine.write(one, normals(createRng(1).fork(one.name), one.rows * 16))
  return made
}

describe.each(Object.entries(engines))('means of layers of tables that were freed, %s', (_, create) => {
  test('are refused, and what stands in their place stays as it is', () => {
    const engine = create()
    const [base, out] = [pair(engine, 'base'), pair(engine, 'mean')]
    const means = engine.meanOfLayers(graph, 2, base, out)
    means.refresh()
    engine.pullRows(out[0], Uint32Array.of(1), new Float32Array(16).fill(1))
    means.pullBack()
    for (const table of [...base, ...out]) engine.free(table)
    const others = [pair(engine, 'other'), pair(engine, 'another')].flat()
    const before = others.map((table) => engine.read(table).slice())
    expect(() => means.refresh()).toThrow('is not of this engine, or was freed')
    expect(() => means.pullBack()).toThrow('is not of this engine, or was freed')
    means.release()
    for (const table of others) engine.adam([table], { lr: 0.1, weightDecay: 0 })
    expect(others.map((table) => engine.read(table).slice())).toEqual(before)
    engine.dispose()
  })
})
