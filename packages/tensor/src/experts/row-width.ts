/** The same rows without what fills them up. */
export function withWidth(from: Float32Array, line: number, width: number): Float32Array {
  if (line === width) return from
  const to = new Float32Array((from.length / line) * width)
  copyRows(from, line, to, width)
  return to
}

/** Rows of another width: cut off, or followed by zeros. */
export function copyRows(from: Float32Array, fromWidth: number, to: Float32Array, toWidth: number): void {
  if (fromWidth === toWidth) {
    to.set(from)
    return
  }
  const width = Math.min(fromWidth, toWidth)
  const rows = toWidth === 0 ? 0 : to.length / toWidth
  for (let row = 0; row < rows; row++) {
    const source = row * fromWidth
    const target = row * toWidth
    for (let n = 0; n < width; n++) to[target + n] = from[source + n]
    for (let n = width; n < toWidth; n++) to[target + n] = 0
  }
}
