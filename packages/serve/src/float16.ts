const word = new Float32Array(1)
const bits = new Uint32Array(word.buffer)

/** The nearest half (IEEE 754 binary16) of a number, ties to even; too large a number becomes infinite. */
export function toHalf(value: number): number {
  word[0] = value
  const sign = (bits[0] >>> 16) & 0x8000
  const magnitude = bits[0] & 0x7fffffff
  if (magnitude >= 0x7f800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00)
  // from 65520 on, halfway to the next that there would be
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude < 0x38800000) {
    // below 2^-14 the halves are the multiples of 2^-24
    const multiple = Math.abs(word[0]) * 2 ** 24
    const down = Math.floor(multiple)
    const rest = multiple - down
    return sign | (down + (rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? 1 : 0))
  }
  const even = (magnitude >>> 13) & 1
  return sign | ((magnitude - 0x38000000 + 0xfff + even) >>> 13)
}

export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 31
  const fraction = half & 0x3ff
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25))
}
