import { type Tensor2D, tf } from '@recdistill/tensor'
import type { RelaxedRankingGradients, RelaxedRankingMasks } from './relaxed-ranking-gradients.ts'

/**
 * Relaxed ranking by cumulative sums, every score taken relative to its row's maximum; right while no row spans more
 * than float32 exponents do.
 *
 * @param highest The largest score of each row. [rows, 1]
 */
export function relaxedRankingBySums(
  listed: Tensor2D,
  background: Tensor2D,
  masks: RelaxedRankingMasks,
  highest: Tensor2D,
): RelaxedRankingGradients {
  const shifted = keep(tf.sub(listed, highest), masks.listed)
  const a = keep(tf.exp(shifted), masks.listed)
  const b = keep(tf.exp(keep(tf.sub(background, highest), masks.background)), masks.background)
  const sums: Tensor2D = tf.add(tf.cumsum(a, 1, false, true), tf.sum(b, 1, true))
  // Behind the last item of a row without background the sum is 0; any number above does there, it is masked.
  const D: Tensor2D = masks.listed ? tf.add(sums, tf.sub(1, masks.listed)) : sums
  const inverse = keep(tf.reciprocal(D), masks.listed)
  return {
    value: tf.sum(keep(tf.sub(tf.log(D), shifted), masks.listed)),
    listed: tf.sub(tf.mul(a, tf.cumsum(inverse, 1)), masks.listed ?? 1),
    background: tf.mul(b, tf.sum(inverse, 1, true)),
  }
}

/** The largest score of each row [rows, 1], and the largest difference of two scores of one row; padding left out. */
export function spanOf(
  listed: Tensor2D,
  background: Tensor2D,
  masks: RelaxedRankingMasks,
): { highest: Tensor2D; span: number } {
  const max = (x: Tensor2D, mask: Tensor2D | null): Tensor2D => tf.max(aside(x, mask), 1, true)
  const highestOf = (a: Tensor2D, b: Tensor2D): Tensor2D =>
    background.shape[1] === 0
      ? max(a, masks.listed)
      : tf.maximum(max(a, masks.listed), max(b, masks.background))
  const highest = highestOf(listed, background)
  const lowestNegated = highestOf(tf.neg(listed), tf.neg(background))
  return { highest, span: tf.max(tf.add(highest, lowestNegated)).dataSync()[0] }
}

/** Below every score, yet finite: a row of padding alone has no NaN. */
const BELOW_ALL = -1e30

/** Padding put where it is never the maximum. */
function aside(x: Tensor2D, mask: Tensor2D | null): Tensor2D {
  return mask ? tf.add(tf.mul(x, mask), tf.mul(tf.sub(1, mask), BELOW_ALL)) : x
}

function keep(x: Tensor2D, mask: Tensor2D | null): Tensor2D {
  return mask ? tf.mul(x, mask) : x
}
