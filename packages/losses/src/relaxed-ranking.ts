import { type Scalar, type Tensor2D, tf, withGradient } from '@recdistill/tensor'
import { relaxedRankingByRows } from './relaxed-ranking-by-rows.ts'
import { relaxedRankingBySums, spanOf } from './relaxed-ranking-by-sums.ts'
import type { RelaxedRankingGradients, RelaxedRankingMasks } from './relaxed-ranking-gradients.ts'
import { expectPositive, expectSameRows, expectSameShape } from './shapes.ts'

/**
 * The order within the listed items is to be kept, and all of them are to rank above the background, whose own order is
 * free: the negative log-likelihood of drawing the list, best first, without replacement from list and background.
 *
 *     loss   = sum over rows of sum over k of log D_k - a_k
 *     D_k    = sum over m >= k of e^a_m + sum over l of e^b_l
 *     d loss / d a_m = -1 + sum over k <= m of e^a_m / D_k        d loss / d b_l = sum over k of e^b_l / D_k
 *
 * where a are the listed scores and b those of the background. Without a background it is the plain listwise likelihood.
 *
 * Rows whose scores span at most 80 are computed by cumulative sums around their maximum; if any row of the batch spans
 * more, the batch is computed row by row in double precision. Scores of any size are fine.
 *
 * @param listed Scores, the item that should rank first in the first column. [rows, K]
 * @param background Scores of items that should rank below all listed ones, in any order. [rows, L]
 * @param options.scoreCap Replaces each score x by min(x, cap): above the cap the gradient is 0, at the cap it is halved.
 *   Not needed for stability; 80 reproduces released code.
 * @param options.listedMask 1 where `listed` holds an item, 0 where it is padding. [rows, K]
 * @param options.backgroundMask The same for `background`. [rows, L]
 * @returns Summed over rows. A row without listed items adds 0.
 * @throws RangeError when shapes disagree or the cap is NaN.
 * @see Kang et al., DE-RRD: A Knowledge Distillation Framework for Recommender System, CIKM 2020, section 3.2. There
 *   exponentials are taken of raw scores.
 */
export function relaxedRanking(
  listed: Tensor2D,
  background: Tensor2D,
  {
    scoreCap = null,
    listedMask = null,
    backgroundMask = null,
  }: { scoreCap?: number | null; listedMask?: Tensor2D | null; backgroundMask?: Tensor2D | null } = {},
): Scalar {
  const masks = { listed: listedMask, background: backgroundMask }
  expectSameRows('relaxedRanking', { listed, background })
  expectSameShape('relaxedRanking', { listed, listedMask }, 'the mask says which scores are real')
  expectSameShape('relaxedRanking', { background, backgroundMask }, 'the mask says which scores are real')
  if (scoreCap !== null) expectPositive('relaxedRanking', 'scoreCap', scoreCap)
  return withGradient<Scalar>([listed, background], (save) => {
    const { value, ...gradients } = tf.tidy(() => {
      const found = evaluate(capped(listed, scoreCap), capped(background, scoreCap), masks)
      return {
        value: found.value,
        listed: passCap(found.listed, listed, scoreCap),
        background: passCap(found.background, background, scoreCap),
      }
    })
    save(gradients.listed, gradients.background)
    return {
      value,
      gradient: (upstream, listed, background) => [tf.mul(upstream, listed), tf.mul(upstream, background)],
    }
  })
}

/** e^-80 and the inverse of a sum of a thousand of them are still full-precision float32 numbers. */
const WIDEST = 80

function evaluate(
  listed: Tensor2D,
  background: Tensor2D,
  masks: RelaxedRankingMasks,
): RelaxedRankingGradients {
  if (listed.size === 0)
    return { value: tf.scalar(0), listed: tf.zerosLike(listed), background: tf.zerosLike(background) }
  const { highest, span } = spanOf(listed, background, masks)
  return span <= WIDEST
    ? relaxedRankingBySums(listed, background, masks, highest)
    : relaxedRankingByRows(listed, background, masks)
}

function capped(scores: Tensor2D, cap: number | null): Tensor2D {
  return cap === null ? scores : tf.minimum(scores, cap)
}

/** The gradient of min(score, cap): 1 below, 1/2 at equality, 0 above. */
function passCap(gradient: Tensor2D, scores: Tensor2D, cap: number | null): Tensor2D {
  if (cap === null) return gradient
  const open = tf.add(tf.cast(tf.less(scores, cap), 'float32'), tf.cast(tf.lessEqual(scores, cap), 'float32'))
  return tf.mul(gradient, tf.mul(open, 0.5))
}
