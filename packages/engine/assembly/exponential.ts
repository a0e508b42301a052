import { fma } from './simd'

/** 2^f = 1 + f c1 + ... + f^5 c5 for |f| <= 1/2, to 1e-7; what comes before it in the exponential. */
const CONSTANTS = memory.data<f32>([
  1.4426950408889634, -126.0, 12582912.0, 0.001326472731307149, 0.009671512991189957, 0.05550733581185341,
  0.24022242426872253, 0.6931470036506653, 1.0,
])

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load32_splat(CONSTANTS + (index << 2))
}

/**
 * e^x for x up to about 0, to 2e-7 and 6e-8 |x|: in sums the large terms decide. Half as long as the exponential of the
 * losses. 2^-126, which no sum notices, for what is smaller and for NaN.
 */
// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  const lowest = constant(1)
  const magic = constant(2)
  const t = f32x4.pmax(lowest, f32x4.mul(x, constant(0)))
  // adding 1.5 x 2^23 rounds to a whole number that stands in the low bits
  const shifted = f32x4.add(t, magic)
  const f = f32x4.sub(t, f32x4.sub(shifted, magic))
  let y = fma(constant(3), f, constant(4))
  y = fma(y, f, constant(5))
  y = fma(y, f, constant(6))
  y = fma(y, f, constant(7))
  y = fma(y, f, constant(8))
  return i32x4.add(y, i32x4.shl(shifted, 23))
}
