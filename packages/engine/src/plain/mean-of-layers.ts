import { expectTrainable } from '../check-input.ts'
import type { Engine, MeanOfLayers, SparseMatrix, Table } from '../engine.ts'

/**
 * Means of layers by the other operations of an engine. Horner's rule, `x = A x + input`, as one sparse product a layer: two blocks of
 * rows stand in a row, [x, input], and a product reads both with the matrix [A I]. The first layer reads the input alone, with A + I.
 */
export function meanOfLayers(
  engine: Pick<Engine, 'propagate' | 'read' | 'write' | 'takeGradient' | 'pullRows'>,
  graph: SparseMatrix,
  layers: number,
  base: readonly [Table, Table],
  out: readonly [Table, Table],
): MeanOfLayers {
  const { rows } = graph
  const { dim } = base[0]
  const [once, twice] = [besideIdentity(graph, 0), besideIdentity(graph, rows)]
  const all = base.map((table) => Uint32Array.from({ length: table.rows }, (_, row) => row))
  const halves = (values: Float32Array) => {
    const end = base[0].rows * dim
    return [values.subarray(0, end), values.subarray(end)]
  }
  const mean = (fill: (halves: Float32Array[]) => void): Float32Array[] => {
    const given = new Float32Array(2 * rows * dim)
    const next = new Float32Array(rows * dim)
    const [x, input] = [given.subarray(0, rows * dim), given.subarray(rows * dim)]
    fill(halves(input))
    for (let layer = 1; layer <= layers; layer++) {
      engine.propagate(layer === 1 ? once : twice, layer === 1 ? input : given, dim, next)
      x.set(next)
    }
    return halves(next.map((value) => value / (layers + 1)))
  }
  return {
    refresh() {
      const values = mean((input) => base.forEach((table, n) => input[n].set(engine.read(table))))
      out.forEach((table, n) => engine.write(table, values[n]))
    },
    pullBack() {
      for (const table of [...base, ...out]) expectTrainable('pullBack', table)
      const gradient = mean((input) => out.forEach((table, n) => engine.takeGradient(table, input[n])))
      base.forEach((table, n) => engine.pullRows(table, all[n], gradient[n]))
    },
    release() {},
  }
}

/** [A I] where the identity begins at column `at`, or A + I in one where that is 0: the entries of a row of A, then the 1. */
function besideIdentity({ rows, offsets, indices, values }: SparseMatrix, at: number): SparseMatrix {
  const length = indices.length + rows
  const beside = { indices: new Uint32Array(length), values: new Float32Array(length) }
  let n = 0
  for (let row = 0; row < rows; row++) {
    for (let e = offsets[row]; e < offsets[row + 1]; e++, n++) {
      beside.indices[n] = indices[e]
      beside.values[n] = values[e]
    }
    beside.indices[n] = row + at
    beside.values[n++] = 1
  }
  return { rows, columns: rows + at, offsets: offsets.map((offset, row) => offset + row), ...beside }
}
