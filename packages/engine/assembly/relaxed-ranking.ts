import { expNegative, logPositive, maxLanes, minusInfinity, one, sumLanes } from './simd'
import { clear } from './vectors'

/** Below this the sum of a suffix is too small beside the largest score for one common reference. */
const SMALLEST: f64 = 1e-20

/**
 * One row of relaxed ranking: listed scores a, best first, and background scores b, each padded to a multiple of 4 with
 * minus infinity, become `weight` times their gradients. Returns the loss without the weight.
 *
 *     D_k = sum of exp(a_m), m >= k, + sum of exp(b_l);  loss = sum over k of log D_k - a_k
 */
export function relaxedRanking(a: usize, k: u32, b: usize, l: u32, cap: f32, weight: f32, scratch: usize): f64 {
  const aBytes = <usize>k << 2
  const bBytes = <usize>l << 2
  const absent = minusInfinity()
  const limit = f32x4.splat(cap)
  let highest = absent
  for (let o: usize = 0; o < aBytes; o += 16) highest = f32x4.pmax(highest, f32x4.pmin(v128.load(a + o), limit))
  const anyListed = maxLanes(highest) > -Infinity
  for (let o: usize = 0; o < bBytes; o += 16) highest = f32x4.pmax(highest, f32x4.pmin(v128.load(b + o), limit))
  if (!anyListed) {
    clear(a, aBytes)
    clear(b, bBytes)
    return 0
  }
  const top = f32x4.splat(maxLanes(highest))
  const expA = scratch
  const expB = expA + aBytes
  const sums = expB + bBytes
  const heads = sums + aBytes
  for (let o: usize = 0; o < aBytes; o += 16) v128.store(expA + o, expCapped(v128.load(a + o), limit, top))
  let background = f32x4.splat(0)
  for (let o: usize = 0; o < bBytes; o += 16) {
    const e = expCapped(v128.load(b + o), limit, top)
    v128.store(expB + o, e)
    background = f32x4.add(background, e)
  }
  // D_k from the last place to the first
  let tail = <f64>sumLanes(background)
  let smallest: f64 = Infinity
  for (let j = aBytes; j > 0; ) {
    j -= 4
    tail += <f64>load<f32>(expA + j)
    store<f32>(sums + j, <f32>tail)
    if (load<f32>(a + j) > -Infinity) smallest = min(smallest, tail)
  }
  if (smallest < SMALLEST) return relaxedRankingWide(a, k, b, l, cap, weight, scratch)
  // log D_k - a_k and 1 / D_k side by side, then sums of 1 / D_k from the first place on
  let loss = f32x4.splat(0)
  for (let o: usize = 0; o < aBytes; o += 16) {
    const s = v128.load(a + o)
    const there = f32x4.gt(s, absent)
    const sum = v128.bitselect(v128.load(sums + o), one(), there)
    const below = f32x4.sub(top, f32x4.pmin(s, limit))
    loss = f32x4.add(loss, v128.and(f32x4.add(logPositive(sum), below), there))
    v128.store(heads + o, v128.and(f32x4.div(one(), sum), there))
  }
  let total: f64 = 0
  for (let j: usize = 0; j < aBytes; j += 4) {
    total += <f64>load<f32>(heads + j)
    store<f32>(heads + j, <f32>total)
  }
  const scale = f32x4.splat(weight)
  for (let o: usize = 0; o < aBytes; o += 16) {
    const s = v128.load(a + o)
    const g = f32x4.sub(f32x4.mul(v128.load(expA + o), v128.load(heads + o)), one())
    v128.store(a + o, f32x4.mul(f32x4.mul(g, slope(s, limit)), scale))
  }
  const all = f32x4.splat(<f32>total)
  for (let o: usize = 0; o < bBytes; o += 16) {
    const g = f32x4.mul(v128.load(expB + o), all)
    v128.store(b + o, f32x4.mul(f32x4.mul(g, slope(v128.load(b + o), limit)), scale))
  }
  return <f64>sumLanes(loss)
}

// @ts-ignore: decorator
@inline
function expCapped(s: v128, limit: v128, top: v128): v128 {
  return expNegative(f32x4.sub(f32x4.pmin(s, limit), top))
}

/** Derivative of min(s, limit), half at equality; 0 for what takes no part. */
// @ts-ignore: decorator
@inline
function slope(s: v128, limit: v128): v128 {
  const below = v128.and(f32x4.lt(s, limit), one())
  const equal = v128.and(f32x4.eq(s, limit), f32x4.splat(0.5))
  return v128.and(v128.or(below, equal), f32x4.gt(s, minusInfinity()))
}

/** The same for scores that lie far apart: running log-sums in double precision. */
function relaxedRankingWide(a: usize, k: u32, b: usize, l: u32, cap: f32, weight: f32, scratch: usize): f64 {
  const aBytes = <usize>k << 2
  const bBytes = <usize>l << 2
  const limit = <f64>cap
  let tail: f64 = -Infinity
  for (let j: usize = 0; j < bBytes; j += 4) tail = logAdd(tail, min(<f64>load<f32>(b + j), limit))
  let loss: f64 = 0
  for (let j = aBytes; j > 0; ) {
    j -= 4
    const s = <f64>load<f32>(a + j)
    if (s == -Infinity) continue
    tail = logAdd(tail, min(s, limit))
    store<f64>(scratch + (j << 1), tail)
    loss += tail - min(s, limit)
  }
  let total: f64 = 0
  let last: f64 = 0
  for (let j: usize = 0; j < aBytes; j += 4) {
    const s = <f64>load<f32>(a + j)
    if (s == -Infinity) {
      store<f32>(a + j, 0)
      continue
    }
    const here = load<f64>(scratch + (j << 1))
    total = (total == 0 ? 0 : total * Math.exp(here - last)) + 1
    last = here
    store<f32>(a + j, <f32>(slopeOf(s, limit) * (Math.exp(min(s, limit) - last) * total - 1)) * weight)
  }
  for (let j: usize = 0; j < bBytes; j += 4) {
    const s = <f64>load<f32>(b + j)
    const g = s == -Infinity ? 0 : slopeOf(s, limit) * Math.exp(min(s, limit) - last) * total
    store<f32>(b + j, <f32>g * weight)
  }
  return loss
}

function slopeOf(s: f64, limit: f64): f64 {
  return s < limit ? 1 : s > limit ? 0 : 0.5
}

function logAdd(x: f64, y: f64): f64 {
  const top = max(x, y)
  return top == -Infinity ? top : top + Math.log1p(Math.exp(min(x, y) - top))
}
