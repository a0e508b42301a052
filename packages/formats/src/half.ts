/** Half-precision bits (IEEE 754 binary16) of numbers: nearest, ties to even; beyond 65504 they become infinite. */
export function toHalf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const out = new Uint16Array(values.length)
  for (let n = 0; n < out.length; n++) out[n] = halfOf(bits[n])
  return out
}

/** Exact: every half has a single-precision twin. */
export function fromHalf(bits: Uint16Array): Float32Array {
  const values = halves()
  const out = new Float32Array(bits.length)
  for (let n = 0; n < out.length; n++) out[n] = values[bits[n]]
  return out
}

/** bfloat16 is the upper half of a single. */
export function fromBfloat(bits: Uint16Array): Float32Array {
  const out = new Uint32Array(bits.length)
  for (let n = 0; n < out.length; n++) out[n] = bits[n] << 16
  return new Float32Array(out.buffer)
}

function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const rest = bits & 0x7fffffff
  if (rest > 0x7f800000) return sign | 0x7e00 // NaN
  if (rest >= 0x477ff000) return sign | 0x7c00 // rounds beyond the largest half
  if (rest >= 0x38800000) return sign | roundShift(rest - 0x38000000, 13)
  const exponent = rest >>> 23
  if (exponent < 102) return sign // below half of the smallest subnormal
  return sign | roundShift((rest & 0x7fffff) | 0x800000, 126 - exponent)
}

/** value / 2^shift, ties to even. */
function roundShift(value: number, shift: number): number {
  const kept = value >>> shift
  const lost = value & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  return lost > half || (lost === half && (kept & 1) === 1) ? kept + 1 : kept
}

let table: Float32Array | undefined

function halves(): Float32Array {
  return (table ??= Float32Array.from({ length: 65536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1
    const exponent = (bits >>> 10) & 31
    const fraction = bits & 1023
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
  }))
}
