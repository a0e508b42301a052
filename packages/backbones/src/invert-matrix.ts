import { NumericError } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'

/**
 * Replaces a symmetric positive definite matrix [n, n] by its inverse: Gauss and Jordan's elimination by blocks of rows, without
 * pivots, which such a matrix does not need. The products are the engine's, on all cores; 2 n^3 operations.
 * @throws NumericError when the matrix is singular, or so nearly that float32 cannot tell.
 */
export function invertMatrix(engine: Engine, matrix: Float32Array, n: number, block = 256): void {
  const panel = new Float32Array(Math.min(block, n) * n)
  const change = new Float32Array(Math.min(block, n) * n)
  const rowsOf = (from: number, to: number) => matrix.subarray(from * n, to * n)
  for (let first = 0; first < n; first += block) {
    const last = Math.min(first + block, n)
    const width = last - first
    const pivot = takeColumns(matrix, n, [first, last], [first, last])
    invertSmall(pivot, width)
    // R = P A[block, :], with P itself in its own columns
    const reduced = panel.subarray(0, width * n)
    engine.product(pivot, rowsOf(first, last), { rows: width, inner: width, columns: n }, reduced)
    putColumns(reduced, n, first, pivot, width)
    for (let from = 0; from < n; from += block) {
      if (from === first) continue
      const to = Math.min(from + block, n)
      const factor = takeColumns(matrix, n, [from, to], [first, last])
      const rows = rowsOf(from, to)
      const part = change.subarray(0, rows.length)
      putColumns(rows, n, first, new Float32Array(factor.length), width)
      engine.product(factor, reduced, { rows: to - from, inner: width, columns: n }, part)
      for (let e = 0; e < rows.length; e++) rows[e] -= part[e]
    }
    rowsOf(first, last).set(reduced)
  }
}

type Range = readonly [from: number, to: number]

function takeColumns(matrix: Float32Array, n: number, [top, bottom]: Range, [left, right]: Range) {
  const out = new Float32Array((bottom - top) * (right - left))
  for (let row = top; row < bottom; row++)
    out.set(matrix.subarray(row * n + left, row * n + right), (row - top) * (right - left))
  return out
}

function putColumns(rows: Float32Array, n: number, left: number, columns: Float32Array, width: number): void {
  for (let row = 0; row * n < rows.length; row++)
    rows.set(columns.subarray(row * width, (row + 1) * width), row * n + left)
}

/** The same elimination, one row at a time, in double precision. */
function invertSmall(matrix: Float32Array, n: number): void {
  const a = Float64Array.from(matrix)
  for (let k = 0; k < n; k++) {
    const pivot = a[k * n + k]
    if (!(pivot > 0) || !Number.isFinite(pivot))
      throw new NumericError(
        `invertMatrix: the matrix is not positive definite (pivot ${pivot}); regularise it more`,
      )
    a[k * n + k] = 1
    for (let d = 0; d < n; d++) a[k * n + d] /= pivot
    for (let row = 0; row < n; row++) {
      if (row === k) continue
      const factor = a[row * n + k]
      a[row * n + k] = 0
      for (let d = 0; d < n; d++) a[row * n + d] -= factor * a[k * n + d]
    }
  }
  matrix.set(a)
}
