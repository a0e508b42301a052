import { joinedLists, softCrossEntropy, weightedSum } from '@recdistill/losses'
import { defineMethod, itemSide } from '@recdistill/plugin'
import { z } from 'zod'
import { correctedLists, correctionValue } from './draws/corrected-lists.ts'
import { relaxedLists } from './draws/relaxed-lists.ts'
import { unused } from './draws/unused.ts'
import { presets } from './presets/dcd.ts'
import { interestingFirst, relaxedTerm, scoreCap, underestimatedFirst } from './terms/relaxed-term.ts'

/**
 * Dual correction: the student is corrected where its ranking departs from the teacher's. Items it under-estimates are
 * pushed up in the teacher's order, items it over-estimates down as background; for users, and for items the other way round.
 *
 *     v(t) = tanh(max(0, (sigma(t) - t) / T))     o(t) = tanh(max(0, (t - sigma(t)) / T))
 *     loss = sum over distinct users of K3(K items drawn by v, K items drawn by o)
 *          + itemWeight * sum over distinct positive items of the same with users
 *
 * t is a position in the teacher's first `maxK` unseen items, sigma(t) the student's position of that item. The variants:
 * `original` ranks within those items every third epoch and draws for every batch; `port` (a baseline of later papers) ranks
 * within the whole catalogue, seen items included, and draws once an epoch, in the order of the draw, and for users only.
 */
export default defineMethod({
  name: 'dcd',
  paper: {
    title: 'Dual Correction Strategy for Ranking Distillation in Top-N Recommender System',
    venue: 'CIKM 2021',
    equations: 'section 3',
  },
  params: z.object({
    variant: z
      .enum(['original', 'port'])
      .default('original')
      .describe('the paper’s release, or a later port'),
    K: z.int().min(1).default(40).describe('items drawn per user on each side (n_p in the paper)'),
    maxK: z.int().min(1).default(500).describe('candidates: the teacher’s first unseen items (M)'),
    T: z.number().positive().default(10).describe('positions that matter; 1 / T is the paper’s epsilon'),
    itemWeight: z.number().min(0).default(0.5).describe('weight of the item side; original only'),
    refresh: z.int().min(1).default(3).describe('epochs between two looks at the student; original only'),
    withRRD: z.number().min(0).default(0).describe('weight of a plain RRD term beside the corrections'),
    L: z.int().min(1).default(40).describe('uninteresting items of that RRD term'),
    rrdT: z.number().positive().default(10).describe('temperature of the draw of that RRD term'),
    ce: z.boolean().default(false).describe('cross-entropy on both drawn lists instead; port only'),
    tau: z.number().positive().default(1).describe('temperature of that cross-entropy'),
    scoreCap,
  }),
  defaults: { lambda: 1e-3, weightDecay: 1e-5 },
  presets,
  check: ({ variant, K, maxK, withRRD, L, ce }, { numItems }) => [
    ...(K > maxK ? [`dcd.K: expected at most maxK = ${maxK}, got ${K}`] : []),
    ...(maxK > numItems ? [`dcd.maxK: expected at most ${numItems}, the number of items, got ${maxK}`] : []),
    ...(withRRD > 0 && maxK <= numItems && L > numItems - maxK
      ? [`dcd.L: expected at most ${numItems - maxK}, the items that are no candidates, got ${L}`]
      : []),
    ...(ce && variant !== 'port' ? ['dcd.ce: expected variant port, got original'] : []),
  ],
  lists(params) {
    const { K, L, maxK, withRRD, rrdT } = params
    const plain =
      withRRD > 0 ? relaxedLists({ K, L, T: rrdT, maxK }) : { interesting: unused, uninteresting: unused }
    return { ...correctedLists(params), ...plain }
  },
  values: (params, { numItems }) => ({ correction: correctionValue(params, numItems) }),
  over: 'users',
  loss(input) {
    const { student, teacher, mask, params } = input
    const { ce, tau, withRRD } = params
    const correction = ce
      ? softCrossEntropy(
          joinedLists(student.scores.under, student.scores.over),
          joinedLists(teacher.scores.under, teacher.scores.over),
          { temperature: tau, mask: joinedLists(mask.under, mask.over) },
        )
      : relaxedTerm(input, underestimatedFirst(params))
    if (withRRD === 0) return correction
    return weightedSum([
      [1, correction],
      [withRRD, relaxedTerm(input, interestingFirst(params))],
    ])
  },
  fused: (params) => (params.ce || params.withRRD > 0 ? null : underestimatedFirst(params)),
  itemSide(params) {
    const { variant, itemWeight } = params
    if (variant === 'port' || itemWeight === 0) return null
    return itemSide({
      weight: itemWeight,
      over: 'positives',
      lists: () => correctedLists(params),
      values: ({ numItems }) => ({ correction: correctionValue(params, numItems) }),
      loss: (input) => relaxedTerm(input, underestimatedFirst(params)),
      fused: underestimatedFirst(params),
    })
  },
})
