import { expNegative, log1pUnit, minusInfinity, one, sumLanes } from './simd'

/**
 * One row of binary cross-entropy against the teacher's probabilities. Scores [k, a multiple of 4] become `weight` times their
 * gradient; minus infinity marks what takes no part. `teacher` may be read a little past its row.
 *
 *     y = sigmoid((t + shift) / T);  loss = sum of softplus(s) - y s = sum of softplus(-|s|) + |s| (s > 0 ? 1 - y : y)
 */
export function binaryCrossEntropy(
  scores: usize,
  teacher: usize,
  k: u32,
  inverseTemperature: f32,
  shift: f32,
  weight: f32,
): f64 {
  const zero = f32x4.splat(0)
  const inverse = f32x4.splat(inverseTemperature)
  const shifts = f32x4.splat(shift)
  const scale = f32x4.splat(weight)
  let loss: f64 = 0
  for (let o: usize = 0; o < <usize>k << 2; o += 16) {
    const s = v128.load(scores + o)
    const there = f32x4.gt(s, minusInfinity())
    const above = f32x4.gt(s, zero)
    const odds = expNegative(f32x4.neg(f32x4.abs(s)))
    const t = f32x4.mul(f32x4.add(v128.load(teacher + o), shifts), inverse)
    const likely = f32x4.gt(t, zero)
    const oddsOf = expNegative(f32x4.neg(f32x4.abs(t)))
    const share = f32x4.div(one(), f32x4.add(one(), oddsOf))
    const rest = f32x4.mul(oddsOf, share)
    const y = v128.bitselect(share, rest, likely)
    const missed = v128.bitselect(v128.bitselect(rest, share, likely), y, above)
    const terms = f32x4.add(log1pUnit(odds), f32x4.mul(f32x4.abs(s), missed))
    loss += <f64>sumLanes(v128.and(terms, there))
    const sigmoid = f32x4.div(v128.bitselect(one(), odds, above), f32x4.add(one(), odds))
    v128.store(scores + o, v128.and(f32x4.mul(f32x4.sub(sigmoid, y), scale), there))
  }
  return loss
}
