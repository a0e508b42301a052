import { z } from 'zod'

const share = z.number().min(0).max(1)
const order = z.enum(['file', 'time', 'random'])

/** How interactions are divided, as data. */
export const splitRuleSchema = z.discriminatedUnion('rule', [
  z
    .strictObject({
      rule: z.literal('ratio'),
      ratios: z.tuple([share, share, share]),
      order: order.default('random'),
      rest: z.enum(['test', 'train']).optional(),
    })
    .describe(
      'train, valid and test shares of each user, cut in the order given; what shares leave over is for rest, test if not said',
    ),
  z
    .strictObject({ rule: z.literal('leave-one-out'), pick: z.enum(['last', 'random']).default('last') })
    .describe('one item of each user for test and one for valid; last by time, else by place in the file'),
  z
    .strictObject({
      rule: z.literal('leave-last'),
      n: z.int().min(1),
      order: z.enum(['last', 'file', 'time', 'random']).default('last'),
      validLast: z.boolean().optional(),
    })
    .describe(
      'the last n items of each user for test, the n before them for valid; validLast exchanges the two',
    ),
  z
    .strictObject({
      rule: z.literal('time'),
      by: z.enum(['share', 'moment']),
      cuts: z.tuple([z.number(), z.number()]),
    })
    .describe(
      'before the first moment train, before the second valid, then test; the same moments for everyone',
    ),
  z
    .strictObject({ rule: z.literal('user-groups'), held: share, valid: share })
    .describe(
      'held: share of each user’s items held out at random, rounded up; valid: share of the users, at random, whose held-out items are for validation, the others’ are for test',
    ),
  z
    .strictObject({ rule: z.literal('files'), valid: share.default(0) })
    .describe('as the files say; valid: share of each user’s training items taken for validation, at random'),
])

export type SplitRule = z.output<typeof splitRuleSchema>

/** Whether the seed changes what comes out. */
export function isRandom(rule: SplitRule): boolean {
  switch (rule.rule) {
    case 'ratio':
      return rule.order === 'random'
    case 'leave-one-out':
      return rule.pick === 'random'
    case 'leave-last':
      return rule.order === 'random'
    case 'user-groups':
      return true
    case 'time':
      return false
    case 'files':
      return rule.valid > 0
  }
}
