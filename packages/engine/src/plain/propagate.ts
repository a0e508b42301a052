import type { SparseMatrix } from '../engine.ts'

/** out = matrix x input, entry by entry of each row. [matrix.rows, dim] */
export function propagate(matrix: SparseMatrix, input: Float32Array, dim: number, out: Float32Array): void {
  const total = new Float64Array(dim)
  for (let r = 0; r < matrix.rows; r++) {
    total.fill(0)
    for (let e = matrix.offsets[r]; e < matrix.offsets[r + 1]; e++) {
      const from = matrix.indices[e] * dim
      for (let d = 0; d < dim; d++) total[d] += matrix.values[e] * input[from + d]
    }
    out.set(total, r * dim)
  }
}
