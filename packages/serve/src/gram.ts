/** Sum of y y^T over rows: the upper triangle, row by row, in double precision. [dim (dim + 1) / 2] */
export function gramOf(rows: Float32Array, dim: number): Float64Array {
  const out = new Float64Array((dim * (dim + 1)) / 2)
  const count = rows.length / dim
  for (let row = 0; row < count; row += 4) {
    const a = row * dim
    const b = row + 1 < count ? a + dim : -1
    const c = row + 2 < count ? b + dim : -1
    const d = row + 3 < count ? c + dim : -1
    for (let i = 0, n = 0; i < dim; i++) {
      const ai = rows[a + i]
      if (d < 0) {
        // the last few, one after the other
        for (let j = i; j < dim; j++, n++) {
          out[n] += ai * rows[a + j]
          if (b >= 0) out[n] += rows[b + i] * rows[b + j]
          if (c >= 0) out[n] += rows[c + i] * rows[c + j]
        }
        continue
      }
      const bi = rows[b + i]
      const ci = rows[c + i]
      const di = rows[d + i]
      for (let j = i; j < dim; j++, n++)
        out[n] += ai * rows[a + j] + bi * rows[b + j] + (ci * rows[c + j] + di * rows[d + j])
    }
  }
  return out
}

/** triangle += y y^T. */
export function addOuter(triangle: Float64Array, y: ArrayLike<number>): void {
  const dim = y.length
  for (let i = 0, n = 0; i < dim; i++) for (let j = i; j < dim; j++) triangle[n++] += y[i] * y[j]
}
