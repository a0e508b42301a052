import { fma } from './lanes'
import { eightWords } from './threefry'

/** Gumbel(0, 1) numbers, -log(-log(u)), of core's `Rng`. */

/** Row r holds the first `width` numbers of substream ids[r], or where `ids` is 0 all rows hold those of substream 0. */
export function gumbel(
  key0: i32,
  key1: i32,
  ids: usize,
  rows: usize,
  width: usize,
  out: usize,
  scratch: usize,
): void {
  if (ids == 0) return fill(key0, key1, 0, rows * width, out, scratch)
  for (let row: usize = 0; row < rows; row++)
    fill(key0, key1, load<i32>(ids + (row << 2)), width, out + ((row * width) << 2), scratch)
}

/** @param scratch Eight words. */
function fill(key0: i32, key1: i32, substream: i32, size: usize, out: usize, scratch: usize): void {
  const end = out + (size << 2)
  for (let block = 0; out < end; block += 4) {
    eightWords(key0, key1, block, substream, scratch)
    out = store4(gumbelOf(v128.load(scratch)), out, end)
    out = store4(gumbelOf(v128.load(scratch, 16)), out, end)
  }
}

/** Stores what is before `end`; returns where to go on. */
// @ts-ignore: decorator
@inline
function store4(x: v128, out: usize, end: usize): usize {
  if (out + 16 <= end) v128.store(out, x)
  else {
    if (out < end) v128.store_lane<f32>(out, x, 0)
    if (out + 4 < end) v128.store_lane<f32>(out, x, 1, 4)
    if (out + 8 < end) v128.store_lane<f32>(out, x, 2, 8)
  }
  return out + 16
}

/** Of unsigned words v, with u = (v + 1/2) / 2^32. */
function gumbelOf(v: v128): v128 {
  const unit = f32x4.splat(2.3283064365386963e-10)
  const half = f32x4.splat(0.5)
  const one = f32x4.splat(1)
  const u = f32x4.mul(f32x4.add(f32x4.convert_i32x4_u(v), half), unit)
  // 1 - u, which the complement of v holds without loss
  const rest = f32x4.mul(f32x4.add(f32x4.convert_i32x4_u(v128.not(v)), half), unit)
  const e = exponentOf(u)
  const m = i32x4.sub(u, i32x4.shl(e, 23))
  const above = v128.bitselect(f32x4.neg(rest), f32x4.sub(m, one), i32x4.eq(e, i32x4.splat(0)))
  const exponential = f32x4.neg(logOf(e, above, m))
  const f = exponentOf(exponential)
  const n = i32x4.sub(exponential, i32x4.shl(f, 23))
  return f32x4.neg(logOf(f, f32x4.sub(n, one), n))
}

/** e of x = 2^e m with m in [sqrt(1/2), sqrt(2)). */
// @ts-ignore: decorator
@inline
function exponentOf(x: v128): v128 {
  return i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23)
}

/** e log 2 + log m, where `above` is m - 1: log m = 2 atanh(z), z = (m - 1) / (m + 1). */
// @ts-ignore: decorator
@inline
function logOf(e: v128, above: v128, m: v128): v128 {
  const z = f32x4.div(above, f32x4.add(m, f32x4.splat(1)))
  const w = f32x4.mul(z, z)
  let y = fma(f32x4.splat(2.0 / 9.0), w, f32x4.splat(2.0 / 7.0))
  y = fma(y, w, f32x4.splat(2.0 / 5.0))
  y = fma(y, w, f32x4.splat(2.0 / 3.0))
  y = fma(f32x4.mul(y, w), z, f32x4.add(z, z))
  // the high part of log 2 has 10 bits, so e times it is exact
  const exponent = f32x4.convert_i32x4_s(e)
  y = fma(exponent, f32x4.splat(-2.12194440054690583e-4), y)
  return fma(exponent, f32x4.splat(0.693359375), y)
}
