import { InputError } from '@recdistill/core'
import { expectCount, expectLength, expectSameDim } from './check-input.ts'
import type { SparseMatrix, Table } from './engine.ts'

export function expectMatrix(
  matrix: SparseMatrix,
  input: Float32Array,
  dim: number,
  out: Float32Array,
): void {
  expectCount('propagate.dim', dim, 1)
  expectLength('propagate: offsets', matrix.offsets.length, matrix.rows + 1)
  const entries = matrix.offsets[matrix.rows]
  expectLength('propagate: indices', matrix.indices.length, entries)
  expectLength('propagate: values', matrix.values.length, entries)
  expectLength('propagate: input', input.length, matrix.columns * dim)
  expectLength('propagate: out', out.length, matrix.rows * dim)
}

/** What a length check cannot see; done once a matrix. */
export function expectMatrixEntries({ rows, columns, offsets, indices }: SparseMatrix): void {
  for (let r = 0; r < rows; r++)
    if (offsets[r] > offsets[r + 1])
      throw new InputError(`propagate: offsets fall from ${offsets[r]} to ${offsets[r + 1]} at row ${r}`)
  for (let e = 0; e < indices.length; e++)
    if (indices[e] >= columns)
      throw new InputError(
        `propagate: entry ${e} is in column ${indices[e]} of a matrix of ${columns} columns`,
      )
}

/** What `meanOfLayers` takes; done once a graph. */
export function expectGraph(
  graph: SparseMatrix,
  layers: number,
  base: readonly [Table, Table],
  out: readonly [Table, Table],
): void {
  const what = 'meanOfLayers'
  const { rows, columns, offsets, indices, values } = graph
  expectCount(`${what}.layers`, layers, 1)
  expectSameDim(what, ...base)
  for (const n of [0, 1]) {
    expectSameDim(what, base[n], out[n])
    expectLength(`${what}: rows of "${out[n].name}"`, out[n].rows, base[n].rows)
  }
  expectLength(`${what}: rows of the graph`, rows, base[0].rows + base[1].rows)
  expectLength(`${what}: columns of the graph`, columns, rows)
  expectLength(`${what}: offsets`, offsets.length, rows + 1)
  expectLength(`${what}: indices`, indices.length, offsets[rows])
  expectLength(`${what}: values`, values.length, offsets[rows])
  expectMatrixEntries(graph)
  expectSymmetric(graph)
}

/** Rows are gone through in order, so that the entries of a column come in order as well. */
function expectSymmetric({ rows, offsets, indices, values }: SparseMatrix): void {
  const byPlace = (row: number) =>
    Uint32Array.from({ length: offsets[row + 1] - offsets[row] }, (_, n) => offsets[row] + n).sort(
      (a, b) => indices[a] - indices[b],
    )
  const next = offsets.slice(0, rows)
  const sorted = new Uint32Array(indices.length)
  for (let row = 0; row < rows; row++) sorted.set(byPlace(row), offsets[row])
  for (let row = 0; row < rows; row++)
    for (let n = offsets[row]; n < offsets[row + 1]; n++) {
      const column = indices[sorted[n]]
      const twin = next[column]++
      if (
        twin >= offsets[column + 1] ||
        indices[sorted[twin]] !== row ||
        values[sorted[twin]] !== values[sorted[n]]
      )
        throw new InputError(
          `meanOfLayers: expected a symmetric graph, but entry [${row}, ${column}] has no equal at [${column}, ${row}]`,
        )
    }
}
