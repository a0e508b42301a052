import { defineMethod, itemSide } from '@recdistill/plugin'
import { z } from 'zod'
import { relaxedLists } from './draws/relaxed-lists.ts'
import { presets } from './presets/ir-rrd.ts'
import { interestingFirst, relaxedTerm, scoreCap } from './terms/relaxed-term.ts'

/**
 * Relaxed ranking distillation for users and for items: beside the teacher's order of items for a user, its order of users
 * for an item, which keeps the student from fitting the few lists that were drawn.
 *
 *     loss = sum over distinct users of K3(interesting, uninteresting items)
 *          + itemWeight * sum over distinct items in those lists of K3(interesting, uninteresting users)
 *
 * Lists of both sides are drawn as in `rrd`: K of the teacher's first `maxK` by position, L of those neither candidates nor
 * seen; both anew in every epoch. With too few of the latter the list is shorter.
 */
export default defineMethod({
  name: 'ir-rrd',
  paper: {
    title: 'Item-side ranking regularized distillation for recommender system',
    venue: 'Information Sciences 2021',
    equations: 'section 3, IR-RRD',
  },
  params: z.object({
    K: z.int().min(1).default(40).describe('interesting items per user'),
    L: z.int().min(1).default(40).describe('uninteresting items per user'),
    T: z.number().positive().default(10).describe('temperature of the draw of items'),
    maxK: z.int().min(1).default(500).describe('candidates: the teacher’s first unseen items or users (M)'),
    itemK: z.int().min(1).default(20).describe('interesting users per item'),
    itemL: z.int().min(1).default(20).describe('uninteresting users per item'),
    itemT: z.number().positive().default(10).describe('temperature of the draw of users'),
    itemWeight: z.number().min(0).default(0.5).describe('weight of the item side beside the user side'),
    scoreCap,
  }),
  defaults: { lambda: 1e-3, weightDecay: 1e-3 },
  presets,
  check: ({ K, L, maxK, itemK }, { numItems }) => [
    ...(K > maxK ? [`ir-rrd.K: expected at most maxK = ${maxK}, got ${K}`] : []),
    ...(itemK > maxK ? [`ir-rrd.itemK: expected at most maxK = ${maxK}, got ${itemK}`] : []),
    ...(maxK > numItems
      ? [`ir-rrd.maxK: expected at most ${numItems}, the number of items, got ${maxK}`]
      : []),
    ...(maxK <= numItems && L > numItems - maxK
      ? [`ir-rrd.L: expected at most ${numItems - maxK}, the items that are no candidates, got ${L}`]
      : []),
  ],
  lists: relaxedLists,
  over: 'users',
  loss: (input) => relaxedTerm(input, interestingFirst(input.params)),
  fused: interestingFirst,
  itemSide({ itemK, itemL, itemT, itemWeight, maxK, scoreCap }) {
    if (itemWeight === 0) return null
    return itemSide({
      weight: itemWeight,
      over: 'listed',
      lists: () => relaxedLists({ K: itemK, L: itemL, T: itemT, maxK }),
      loss: (input) => relaxedTerm(input, interestingFirst({ scoreCap })),
      fused: interestingFirst({ scoreCap }),
    })
  },
})
