import type { ProductShape } from '../engine.ts'

/** out = left x right, summed in double precision. */
export function product(
  left: Float32Array,
  right: Float32Array,
  { rows, inner, columns, transposed = false }: ProductShape,
  out: Float32Array,
): void {
  const sums = new Float64Array(columns)
  for (let row = 0; row < rows; row++) {
    sums.fill(0)
    for (let n = 0; n < inner; n++) {
      const x = left[transposed ? n * rows + row : row * inner + n]
      for (let c = 0; c < columns; c++) sums[c] += x * right[n * columns + c]
    }
    out.set(sums, row * columns)
  }
}
