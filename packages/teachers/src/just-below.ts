const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** The next smaller number in single precision. */
export function justBelow(value: number): number {
  if (value === 0) return -(2 ** -149)
  float[0] = value
  bits[0] += value > 0 ? -1 : 1
  return float[0]
}
