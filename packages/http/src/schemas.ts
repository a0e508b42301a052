import { z } from '@hono/zod-openapi'
import type { Limits } from './limits.ts'

const recommendation = z
  .object({
    item: z.string().openapi({ example: 'i17' }),
    score: z.number().openapi({ description: 'Higher is better; comparable within one list', example: 1.25 }),
  })
  .openapi('Recommendation')

/** A list of items, best first. */
export const listSchema = z
  .object({
    items: z.array(recommendation).openapi({ description: 'Best first' }),
  })
  .openapi('List')

/** The same for a body: with those of the items sent that the bundle does not know. */
export const answerSchema = listSchema
  .extend({
    unknown: z.array(z.string()).openapi({
      description: 'Of `items` and `only`, what the bundle does not know and so counts for nothing',
    }),
  })
  .openapi('Answer')

export const infoSchema = z
  .object({
    users: z.int(),
    items: z.int(),
    dim: z.int().openapi({ description: 'Numbers of a vector' }),
    precision: z.enum(['f32', 'f16', 'int8']),
    bytes: z.int().openapi({ description: 'Size of the bundle' }),
    simd: z.string().openapi({ description: 'Which kernels score here', example: 'simd' }),
    foldIn: z.object({ unobserved: z.number(), regularisation: z.number() }),
    meta: z.record(z.string(), z.unknown()).openapi({ description: 'What the bundle says of its model' }),
    limits: z
      .object({ maxK: z.int(), maxIds: z.int() })
      .openapi({ description: 'What a request may ask for' }),
  })
  .openapi('Info')

export const healthSchema = z.object({ status: z.literal('ok') }).openapi('Health')

/** What requests may hold, within limits. Unknown names are refused: a misspelt one must not be ignored quietly. */
export function requestSchemas({ maxK, defaultK, maxIds, maxIdLength }: Limits) {
  const id = z.string().min(1).max(maxIdLength)
  const ids = z.array(id).max(maxIds)
  const k = z.int().min(1).max(maxK).default(defaultK)
  const kDocument = { description: 'Length of the list', example: Math.min(10, maxK) }
  const wholeNumber = z
    .string()
    .regex(/^\d{1,9}$/, 'expected an integer')
    .transform(Number)
  // A name that is there once comes as text, one that is there several times as a list.
  const repeated = z.preprocess((value) => (typeof value === 'string' ? [value] : value), ids)
  const excludeDocument = {
    type: 'array' as const,
    items: { type: 'string' as const },
    maxItems: maxIds,
    description: 'Items to leave out, beside those that `seen` does; may be repeated',
  }
  const seen = z.enum(['skip', 'keep']).default('skip')
  const seenDocument = {
    description:
      'Whether to leave out what the user has seen, of someone new the items sent (skip), or not (keep)',
  }
  const parameter = (name: string) => ({ param: { name, in: 'query' as const } })
  const kInQuery = wholeNumber
    .pipe(z.int().min(1).max(maxK))
    .default(defaultK)
    .openapi({
      ...parameter('k'),
      type: 'integer',
      minimum: 1,
      maximum: maxK,
      default: defaultK,
      ...kDocument,
    })
  const excludeInQuery = repeated
    .optional()
    .openapi({ param: { name: 'exclude', in: 'query', style: 'form', explode: true }, ...excludeDocument })
  const inPath = (name: string, description: string) =>
    id.openapi({ param: { name, in: 'path' }, description, example: name === 'user' ? 'u42' : 'i17' })

  return {
    userPath: z.object({ user: inPath('user', 'Id of the user as in the data the model was trained on') }),
    itemPath: z.object({ item: inPath('item', 'Id of the item as in the data the model was trained on') }),
    userQuery: z.strictObject({
      k: kInQuery,
      exclude: excludeInQuery,
      seen: seen.openapi({ param: { name: 'seen', in: 'query' }, ...seenDocument }),
    }),
    itemQuery: z.strictObject({ k: kInQuery, exclude: excludeInQuery }),
    body: z
      .strictObject({
        user: id.optional().openapi({ description: 'A user of the bundle', example: 'u42' }),
        items: ids
          .min(1)
          .optional()
          .openapi({
            description: 'What someone new likes',
            example: ['i17', 'i3'],
          }),
        k: k.openapi(kDocument),
        exclude: ids.optional().openapi({ description: 'Items to leave out, beside those that `seen` does' }),
        seen: seen.openapi(seenDocument),
        only: ids.optional().openapi({ description: 'Items to choose from; without it the whole catalogue' }),
      })
      .refine(({ user, items }) => (user === undefined) !== (items === undefined), {
        path: ['items'],
        message: 'expected either user or items',
      })
      .openapi('Question'),
  }
}
