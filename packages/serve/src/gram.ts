/** Sum of y y^T over rows: the upper triangle, row by row, in double precision. [dim (dim + 1) / 2] */
export function gramOf(rows: Float32Array, dim: number): Float64Array {
  const out = new Float64Array((dim * (dim + 1)) / 2)
  for (let at = 0; at < rows.length; at += dim) addOuter(out, rows.subarray(at, at + dim), 1)
  return out
}

/** triangle += weight * y y^T. */
export function addOuter(triangle: Float64Array, y: ArrayLike<number>, weight: number): void {
  const dim = y.length
  for (let i = 0, n = 0; i < dim; i++) {
    const value = weight * y[i]
    for (let j = i; j < dim; j++) triangle[n++] += value * y[j]
  }
}
