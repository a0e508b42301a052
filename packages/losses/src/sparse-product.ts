import type { SparseRows } from '@recdistill/tensor'

export { sparseProduct, type SparseRows } from '@recdistill/tensor'

/**
 * The same matrix without columns that hold nothing.
 * @returns `columns` says which columns of `matrix` are left, in the order they first occur.
 */
export function withoutEmptyColumns(matrix: SparseRows): { matrix: SparseRows; columns: Int32Array } {
  const places = new Uint32Array(matrix.numColumns)
  const kept: number[] = []
  const columns = matrix.columns.map((column) => {
    if (places[column] === 0) places[column] = kept.push(column)
    return places[column] - 1
  })
  return { matrix: { ...matrix, columns, numColumns: kept.length }, columns: Int32Array.from(kept) }
}
