import { logSumExp, type Scalar, softplus, type Tensor2D, tf } from '@recdistill/tensor'
import { relaxedRanking } from './relaxed-ranking.ts'
import { expectColumn, expectPositive, expectSameRows, expectSameShape } from './shapes.ts'

/** One value for each of the two lists of heterogeneous model compression. */
export interface HetCompLists<T> {
  /** Training positives to be kept on top, best first. */
  readonly observed: T
  /** The teachers' present list, best first. */
  readonly target: T
}

export interface HetCompOptions {
  /** Scores beyond it in magnitude count as it, without gradient; the background must have been summed with the same one. */
  readonly clamp?: number
  /** 1 where a list holds an item, 0 where it is padding. */
  readonly mask?: Partial<HetCompLists<Tensor2D | null>>
}

/**
 * The easy objective: each listed item above everything that is not listed, whatever the order within the lists.
 *
 *     loss = sum over rows of sum over i of log(e^background + e^c_i) - c_i,   c = score clamped to [-clamp, clamp]
 *     d loss / d c_i = e^c_i / D_i - 1        d loss / d background = sum over i of e^background / D_i
 *
 * with i over both lists and D_i = e^background + e^c_i.
 *
 * @param scores Scores of both lists by the model in training. [rows, P] and [rows, K]
 * @param background Log of the sum of e^c over all items that are neither listed nor training positives; minus infinity, or
 *   anything below -1e30, where there is none. [rows, 1]
 * @returns Summed over rows.
 * @throws RangeError when shapes disagree or the clamp is not above 0.
 * @see Kang et al., Distillation from Heterogeneous Models for Top-K Recommendation, WWW 2023.
 */
export function hetCompOverall(
  scores: HetCompLists<Tensor2D>,
  background: Tensor2D,
  { clamp = 40, mask = {} }: HetCompOptions = {},
): Scalar {
  expectLists('hetCompOverall', scores, background, { clamp, mask })
  return tf.tidy(() => {
    const rest = atLeast(background)
    const above = (list: keyof HetCompLists<unknown>): Scalar => {
      if (scores[list].size === 0) return tf.scalar(0) // TensorFlow.js has no gradient of a column against none
      const terms = softplus(tf.sub<Tensor2D>(rest, within(scores[list], clamp)))
      const kept = mask[list]
      return tf.sum(kept ? tf.mul(terms, kept) : terms)
    }
    return tf.add(above('observed'), above('target'))
  })
}

/**
 * The hard objective: relaxed ranking of the observed items, of the first half of the target list, and of its first tenth.
 *
 *     loss = K3(observed; N \ Q1) + (K3(Q1; N \ Q1) + K3(Q2; N \ Q2)) / 2
 *
 * K3(list; background) is `relaxedRanking`, Q1 the first floor(K / 2) and Q2 the first floor(K / 10) items of the target list,
 * N all items but training positives. N \ Q1 is the background given and the rest of the list: sums are added, none is subtracted.
 *
 * @param scores As for `hetCompOverall`.
 * @param options.K Length of the target list without padding at its end.
 * @param background The same background as for `hetCompOverall`, without the whole target list. [rows, 1]
 * @returns Summed over rows.
 * @throws RangeError when shapes disagree or the clamp is not above 0.
 * @see Kang et al., Distillation from Heterogeneous Models for Top-K Recommendation, WWW 2023. The released code takes the
 *   listed exponentials from the total of all, which cancels; here the background is summed directly.
 */
export function hetCompRankAware(
  scores: HetCompLists<Tensor2D>,
  background: Tensor2D,
  { clamp = 40, mask = {}, K = scores.target.shape[1] }: HetCompOptions & { readonly K?: number } = {},
): Scalar {
  expectLists('hetCompRankAware', scores, background, { clamp, mask })
  if (!(K >= 0 && K <= scores.target.shape[1]))
    throw new RangeError(
      `hetCompRankAware: K must be 0 to ${scores.target.shape[1]}, the length of target, got ${K}`,
    )
  return tf.tidy(() => {
    const target = within(scores.target, clamp)
    const kept = mask.target ?? null
    const others = atLeast(background)
    const below = (size: number) => withTail(others, target, kept, size)
    const head = (size: number) =>
      relaxedRanking(places(target, 0, size), below(size), { listedMask: kept && places(kept, 0, size) })
    const [half, tenth] = [Math.floor(K / 2), Math.floor(K / 10)]
    const observed = relaxedRanking(within(scores.observed, clamp), below(half), {
      listedMask: mask.observed ?? null,
    })
    return tf.add(observed, tf.mul(tf.add(head(half), head(tenth)), 0.5))
  })
}

/** Below every sum of clamped scores, yet finite: differences of two of them are numbers. */
const NOTHING = -1e30

function atLeast(background: Tensor2D): Tensor2D {
  return tf.maximum(background, NOTHING)
}

function within(scores: Tensor2D, clamp: number): Tensor2D {
  return tf.clipByValue(scores, -clamp, clamp)
}

/** Log of the sum of e^background and of e^score over the places from `from` on. [rows, 1] */
function withTail(background: Tensor2D, scores: Tensor2D, mask: Tensor2D | null, from: number): Tensor2D {
  let tail = places(scores, from, scores.shape[1])
  if (mask) {
    const kept = places(mask, from, mask.shape[1])
    tail = tf.add(tf.mul(tail, kept), tf.mul(tf.sub(1, kept), NOTHING))
  }
  return logSumExp(tf.concat([background, tail], 1))
}

function places(of: Tensor2D, from: number, to: number): Tensor2D {
  return tf.slice(of, [0, from], [of.shape[0], to - from])
}

function expectLists(
  who: string,
  { observed, target }: HetCompLists<Tensor2D>,
  background: Tensor2D,
  { clamp, mask }: Required<HetCompOptions>,
): void {
  expectColumn(who, 'background', background)
  expectSameRows(who, { background, observed, target })
  const why = 'the mask says which scores are real'
  expectSameShape(who, { observed, observedMask: mask.observed }, why)
  expectSameShape(who, { target, targetMask: mask.target }, why)
  expectPositive(who, 'clamp', clamp)
}
