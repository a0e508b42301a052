/**
 * Sums in four parts, so that no addition waits for the one before.
 * @returns Sum over d of a[d] b[at + d].
 */
export function dot(a: Float32Array, b: Float32Array, at: number): number {
  const n = a.length
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  let d = 0
  for (; d + 3 < n; d += 4) {
    s0 += a[d] * b[at + d]
    s1 += a[d + 1] * b[at + d + 1]
    s2 += a[d + 2] * b[at + d + 2]
    s3 += a[d + 3] * b[at + d + 3]
  }
  for (; d < n; d++) s0 += a[d] * b[at + d]
  return s0 + s1 + (s2 + s3)
}

/** Sum over d of a[d] relu(b[at + d] + shift[d]); relu(v) is (v + |v|) / 2, since half of all branches would be guessed wrong. */
export function rectifiedDot(a: Float32Array, shift: Float32Array, b: Float32Array, at: number): number {
  const n = a.length
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  let d = 0
  for (; d + 3 < n; d += 4) {
    const v0 = b[at + d] + shift[d]
    const v1 = b[at + d + 1] + shift[d + 1]
    const v2 = b[at + d + 2] + shift[d + 2]
    const v3 = b[at + d + 3] + shift[d + 3]
    s0 += a[d] * (v0 + Math.abs(v0))
    s1 += a[d + 1] * (v1 + Math.abs(v1))
    s2 += a[d + 2] * (v2 + Math.abs(v2))
    s3 += a[d + 3] * (v3 + Math.abs(v3))
  }
  for (; d < n; d++) {
    const v = b[at + d] + shift[d]
    s0 += a[d] * (v + Math.abs(v))
  }
  return (s0 + s1 + (s2 + s3)) / 2
}
