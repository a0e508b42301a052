import { nextWord } from './stream'

/** Weights below it count as it, where weights have a floor. */
const FLOOR: f64 = 1e-5

/** Running sums of `weights` [n] into `sums` [n]; returns the last. */
export function sumAsTheyAre(n: u32, weights: usize, sums: usize): f64 {
  let sum: f64 = 0
  for (let t: usize = 0; t < <usize>n; t++) {
    sum += <f64>load<f32>(weights + (t << 2))
    store<f64>(sums + (t << 3), sum)
  }
  return sum
}

/** The same of weights brought up to the floor. */
export function sumFromFloor(n: u32, weights: usize, sums: usize): f64 {
  const floor = f64x2.splat(FLOOR)
  let sum: f64 = 0
  for (let t: usize = 0; t < <usize>n; t += 2) {
    const given = v128.load64_zero(weights + (t << 2))
    const two = f64x2.pmax(floor, f64x2.promote_low_f32x4(given))
    store<u64>(weights + (t << 2), i64x2.extract_lane(f32x4.demote_f64x2_zero(two), 0))
    sum += f64x2.extract_lane(two, 0)
    store<f64>(sums + (t << 3), sum)
    if (t + 1 == <usize>n) break
    sum += f64x2.extract_lane(two, 1)
    store<f64>(sums + (t << 3), sum, 8)
  }
  return sum
}

/**
 * Running sums that no addition rounds, so their order is free: all weights are multiples of the last place of the least, which is
 * above 2^-24 of it, and no sum has more than 2^53 of those.
 */
export function sumByFour(n: u32, weights: usize, sums: usize): f64 {
  let before = f64x2.splat(0)
  for (let t: usize = 0; t < <usize>n; t += 4) {
    const four = v128.load(weights + (t << 2))
    const low = pairSums(f64x2.promote_low_f32x4(four))
    const high = f64x2.add(
      pairSums(f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 0, 1))),
      v128.shuffle<i64>(low, low, 1, 1),
    )
    v128.store(sums + (t << 3), f64x2.add(before, low))
    v128.store(sums + (t << 3), f64x2.add(before, high), 16)
    before = f64x2.add(before, v128.shuffle<i64>(high, high, 1, 1))
  }
  return f64x2.extract_lane(before, 0)
}

/** [a, a + b] */
// @ts-ignore: decorator
@inline
function pairSums(x: v128): v128 {
  return f64x2.add(x, v128.shuffle<i64>(f64x2.splat(0), x, 0, 2))
}

/**
 * Of the next four random shares of the total, or as many as there are tries left: the first of n ascending sums above each. Four
 * searches at once, for each step of one waits for the step before.
 */
export function fourAbove(sums: usize, total: f64, n: u32, tries: u32, found: usize): void {
  const a = share(total)
  const b = tries > 1 ? share(total) : 0
  const c = tries > 2 ? share(total) : 0
  const d = tries > 3 ? share(total) : 0
  let atA = sums
  let atB = sums
  let atC = sums
  let atD = sums
  // without branches that cannot be foreseen: up where the sums below are not above the share
  for (let length = n; length > 1;) {
    const half = length >>> 1
    const step = <usize>half << 3
    atA += step & -<usize>(load<f64>(atA + step - 8) <= a)
    atB += step & -<usize>(load<f64>(atB + step - 8) <= b)
    atC += step & -<usize>(load<f64>(atC + step - 8) <= c)
    atD += step & -<usize>(load<f64>(atD + step - 8) <= d)
    length -= half
  }
  store<u32>(found, <u32>(atA - sums) >> 3)
  store<u32>(found, <u32>(atB - sums) >> 3, 4)
  store<u32>(found, <u32>(atC - sums) >> 3, 8)
  store<u32>(found, <u32>(atD - sums) >> 3, 12)
}

// @ts-ignore: decorator
@inline
function share(total: f64): f64 {
  return <f64>nextWord() * 2.3283064365386963e-10 * total
}
