/** a b + c; one rounding in the relaxed build, two in the other. */
// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

/** c - a b. */
// @ts-ignore: decorator
@inline
export function fnma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c)
  return f32x4.sub(c, f32x4.mul(a, b))
}

/** (x0 + x2) + (x1 + x3). */
// @ts-ignore: decorator
@inline
export function sumLanes(x: v128): f32 {
  const y = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1))
  return f32x4.extract_lane(y, 0) + f32x4.extract_lane(y, 1)
}

// @ts-ignore: decorator
@inline
export function maxLanes(x: v128): f32 {
  const y = f32x4.max(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1))
  return max(f32x4.extract_lane(y, 0), f32x4.extract_lane(y, 1))
}

/** Sums of the lanes of four vectors, in the order of `sumLanes`. */
// @ts-ignore: decorator
@inline
export function sumLanesOf4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7))
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7))
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7))
}

/**
 * Constants of the functions below. They are read from memory where they are used: a splat of a literal costs three
 * instructions each time on x64.
 */
const CONSTANTS = memory.data<f32>([
  -87.33654, 1.4426950408889634, 12582912.0, 0.693359375, -2.12194440054690583e-4, 1.0 / 5040.0, 1.0 / 720.0,
  1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 2.0, 2.0 / 3.0, 2.0 / 5.0, 2.0 / 7.0, 2.0 / 9.0, 2.0 / 11.0,
  2.0 / 13.0, 2.0 / 15.0, 2.0 / 17.0, 1e-37, -Infinity,
])

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load32_splat(CONSTANTS + (index << 2))
}

// @ts-ignore: decorator
@inline
export function one(): v128 {
  return constant(11)
}

// @ts-ignore: decorator
@inline
export function tiny(): v128 {
  return constant(21)
}

// @ts-ignore: decorator
@inline
export function minusInfinity(): v128 {
  return constant(22)
}

/** exp(x) for x <= 0, to about an ulp; 0 below log of the smallest normal number. */
// @ts-ignore: decorator
@inline
export function expNegative(x: v128): v128 {
  const lowest = constant(0)
  const inside = f32x4.ge(x, lowest)
  const bounded = f32x4.pmax(x, lowest)
  // x = n log 2 + r with |r| <= log(2) / 2; adding 1.5 x 2^23 rounds to a whole number that stands in the low bits
  const magic = constant(2)
  const shifted = f32x4.add(f32x4.mul(bounded, constant(1)), magic)
  const n = f32x4.sub(shifted, magic)
  // the high part of log 2 has 10 bits, so n times it is exact
  let r = fnma(n, constant(3), bounded)
  r = fnma(n, constant(4), r)
  let y = fma(constant(5), r, constant(6))
  y = fma(y, r, constant(7))
  y = fma(y, r, constant(8))
  y = fma(y, r, constant(9))
  y = fma(y, r, constant(10))
  y = fma(f32x4.mul(y, r), r, r)
  y = f32x4.add(y, one())
  // the bits of 1.5 x 2^23 leave the word, the exponent of y gains n
  return v128.and(i32x4.add(y, i32x4.shl(shifted, 23)), inside)
}

/** log(x) for normal x > 0, to about an ulp away from 1. */
// @ts-ignore: decorator
@inline
export function logPositive(x: v128): v128 {
  const e = exponentOf(x)
  const m = i32x4.sub(x, i32x4.shl(e, 23))
  return logOf(e, m, f32x4.sub(m, one()))
}

/**
 * -log((v + 1/2) / 2^32) of unsigned words v: what `Rng.exponential` makes of them, to 1e-6 of itself. Close to 1 it is made of
 * the distance to 1, which the complement of v holds without loss.
 */
export function exponentialOfWords(v: v128): v128 {
  const unit = f32x4.splat(2.3283064365386963e-10)
  const x = f32x4.mul(f32x4.add(f32x4.convert_i32x4_u(v), constant(10)), unit)
  const rest = f32x4.mul(f32x4.add(f32x4.convert_i32x4_u(v128.not(v)), constant(10)), unit)
  const e = exponentOf(x)
  const m = i32x4.sub(x, i32x4.shl(e, 23))
  const isClose = i32x4.eq(e, i32x4.splat(0))
  return f32x4.neg(logOf(e, m, v128.bitselect(f32x4.neg(rest), f32x4.sub(m, one()), isClose)))
}

/** e of x = 2^e m with m in [sqrt(1/2), sqrt(2)). */
// @ts-ignore: decorator
@inline
function exponentOf(x: v128): v128 {
  return i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23)
}

/** log(2^e m), of which `above` is m - 1: log m = 2 atanh((m - 1) / (m + 1)). */
// @ts-ignore: decorator
@inline
function logOf(e: v128, m: v128, above: v128): v128 {
  const z = f32x4.div(above, f32x4.add(m, one()))
  const w = f32x4.mul(z, z)
  let y = fma(constant(16), w, constant(15))
  y = fma(y, w, constant(14))
  y = fma(y, w, constant(13))
  y = fma(f32x4.mul(y, w), z, f32x4.add(z, z))
  const exponent = f32x4.convert_i32x4_s(e)
  y = fma(exponent, constant(4), y)
  return fma(exponent, constant(3), y)
}

/** log(1 + y) for y in [0, 1]. */
// @ts-ignore: decorator
@inline
export function log1pUnit(x: v128): v128 {
  const z = f32x4.div(x, f32x4.add(x, constant(12)))
  const w = f32x4.mul(z, z)
  let y = fma(constant(20), w, constant(19))
  y = fma(y, w, constant(18))
  y = fma(y, w, constant(17))
  y = fma(y, w, constant(16))
  y = fma(y, w, constant(15))
  y = fma(y, w, constant(14))
  y = fma(y, w, constant(13))
  return fma(f32x4.mul(y, w), z, f32x4.add(z, z))
}
