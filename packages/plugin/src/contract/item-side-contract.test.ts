import { sampleExcept } from '@recdistill/samplers'
import { tf, type Tensor2D } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { failedLaws } from '../../test/failed-laws.ts'
import { defineMethod, itemSide, NO_ITEM, type AnyMethod, type ItemSide, type Row } from '../index.ts'
import { describeMethod, methodChecks } from './index.ts'

const side = (M: number, weight: number) =>
  itemSide({
    weight,
    over: 'listed',
    lists: () => ({
      fans: { size: M, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(M, { seen: 'skip' })) },
      others: {
        size: 2,
        refresh: { epochs: 1 },
        draw: (row, out, rng) => void sampleExcept(row.numItems, [row.seen, row.list('fans')], out, rng),
      },
    }),
    values: ({ numItems }) => ({
      share: { size: 1, refresh: 'once', fill: (row, out) => void (out[0] = row.seen.length / numItems) },
    }),
    loss: ({ student, teacher, mask, values }) =>
      tf.add(
        copy(student.scores.fans, teacher.scores.fans, mask.fans),
        tf.sum(tf.mul(tf.mul(tf.softplus(student.scores.others), mask.others), values.share)),
      ),
  })

function copy(student: Tensor2D, teacher: Tensor2D, mask: Tensor2D): tf.Scalar {
  return tf.sum(tf.mul(tf.square(tf.sub(student, teacher)), mask))
}

/** Copies scores of favourite items and of favourite users: the smallest honest method of two sides. */
const both = defineMethod({
  name: 'both',
  paper: { title: 'none', venue: 'none' },
  params: z.object({
    K: z.int().min(1).default(3).describe('items of a user'),
    M: z.int().min(1).default(4).describe('users of an item'),
    weight: z.number().min(0).default(0.5).describe('of the item side; 0 switches it off'),
  }),
  defaults: { lambda: 1, weightDecay: 0 },
  check: ({ K, M }, { numUsers, numItems }) => [
    ...(K > numItems ? [`both.K: expected at most ${numItems}, got ${K}`] : []),
    ...(M > numUsers ? [`both.M: expected at most ${numUsers}, got ${M}`] : []),
  ],
  lists: ({ K }) => ({
    favourites: { size: K, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(K)) },
  }),
  over: 'users',
  loss: ({ student, teacher, mask }) =>
    copy(student.scores.favourites, teacher.scores.favourites, mask.favourites),
  itemSide: ({ M, weight }) => (weight === 0 ? null : side(M, weight)),
})

const options = { itemSide: { unseen: ['fans', 'others'] }, variants: [{ weight: 0 }, { M: 9, K: 12 }] }

describeMethod(both, options)

test('a side that is switched off has no laws', () => {
  const names = (weight: number) =>
    methodChecks({ ...both, params: both.params.extend({ weight: z.number().default(weight) }) })
      .map(({ name }) => name)
      .filter((name) => name.startsWith('item side: '))
  expect(names(0)).toEqual([])
  expect(names(1).length).toBeGreaterThan(12)
})

const changed = (change: (side: ItemSide) => Partial<ItemSide>): Partial<AnyMethod> => ({
  itemSide: (params) => {
    const honest = both.itemSide?.(params as never) as ItemSide
    return { ...honest, ...change(honest) }
  },
})
const fans = (draw: (row: Row, out: Uint32Array) => void, rest: object = {}) =>
  changed(({ lists }) => ({
    lists: (world) => ({ ...lists(world), fans: { size: 4, refresh: 'once', draw, ...rest } }),
  }))
const loss = (change: (value: tf.Scalar, fans: Tensor2D) => tf.Tensor) =>
  changed((honest) => ({
    loss: (input) => change(honest.loss(input), (input.student.scores as Record<string, Tensor2D>).fans) as tf.Scalar, // prettier-ignore
  }))

const broken: [law: string, change: Partial<AnyMethod>][] = [
  ['says which models train, from where, and what else it adds', changed(() => ({ weight: 0 }))],
  [
    'says which models train, from where, and what else it adds',
    changed(() => ({ over: 'negatives' as never })),
  ],
  [
    'item side: lists and values have sizes, and are drawn once or every n epochs',
    fans(() => {}, { per: 'pair', refresh: { epochs: 1 } }),
  ],
  [
    'item side: lists hold items of the catalogue, none twice, padding behind them',
    fans((row, out) => void (out[0] = row.numItems)),
  ],
  [
    'item side: lists hold items of the catalogue, none twice, padding behind them',
    fans((_, out) => void (out[1] = 0)),
  ],
  ['item side: lists of unseen items hold no seen item', fans((row, out) => out.set(row.teacher.top(2)))],
  [
    'item side: values are finite',
    changed(() => ({
      values: () => ({ share: { size: 1, refresh: 'once', fill: (_, out) => void out.fill(NaN) } }),
    })),
  ],
  [
    'item side: the same seed draws the same, in any order of users',
    fans((row, out) => void (out[0] = Math.floor(Math.random() * row.numItems))),
  ],
  [
    'item side: a resumed run draws what an unbroken one does',
    fans(
      (() => {
        let first = NO_ITEM
        return (row: Row, out: Uint32Array) => {
          if (row.epoch === 1) first = 1
          out[0] = row.epoch === 0 ? 0 : first === 1 ? 1 : 0
          if (row.epoch === 2) first = NO_ITEM
        }
      })(),
      { refresh: { epochs: 1 } },
    ),
  ],
  ['item side: extreme and equal scores draw lists all the same', fans((row, out) => out.set(row.list('nowhere')))], // prettier-ignore
  [
    'item side: two blocks of rows sum to one batch, in value and gradient',
    loss((value, fans) => tf.div(value, fans.shape[0])),
  ],
  [
    'item side: the order of rows does not matter, and a row that stands twice counts twice',
    loss((value, fans) => tf.add(value, tf.sum(tf.square(fans.slice([0, 0], [1, 1]))))),
  ],
  ['item side: padding takes no part', loss((value, fans) => tf.add(value, tf.sum(tf.exp(fans))))],
  [
    'item side: gradient agrees with finite differences through a factor model',
    loss((value, fans) =>
      tf.add(
        value,
        tf.tidy(() => tf.sum(tf.square(fans)).dataSync()[0]),
      ),
    ),
  ],
  [
    'item side: the loss by name equals the loss on the tape, in value and gradient',
    changed(() => ({ fused: { kind: 'softCrossEntropy', list: 'fans', temperature: 1 } })),
  ],
  [
    'item side: the same step gives the same loss, whatever was asked before',
    loss((value) => tf.add(value, Math.random())),
  ],
  [
    'item side: batches of one row give finite numbers',
    loss((value, fans) => tf.div(value, fans.shape[0] - 1)),
  ],
  [
    'item side: scores of plus and minus ninety and beyond give finite numbers',
    loss((value, fans) => tf.add(value, tf.sum(tf.exp(fans)))),
  ],
  [
    'item side: equal scores give finite numbers',
    loss((value, fans) => tf.add(value, tf.sum(tf.sqrt(tf.abs(fans))))),
  ],
  [
    'item side: no tensor is left behind, and inputs are not disposed',
    loss((value) => tf.keep(tf.mul(value, 1))),
  ],
]

test.each(broken)('a broken method is found: %s', async (law, change) => {
  const found = await failedLaws({ ...both, ...change } as AnyMethod, {
    itemSide: { unseen: ['fans', 'others'] },
    laws: [law],
  })
  expect(found).toEqual([law])
})
