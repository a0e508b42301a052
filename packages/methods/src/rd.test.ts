import { createRng } from '@recdistill/core'
import { NO_ITEM, parseParams } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors, tf, valueAndGradients } from '@recdistill/tensor'
import { beforeAll, describe, expect, test } from 'vitest'
import { drawLists } from '../test/score-row.ts'
import rd from './rd.ts'

describeMethod(rd, {
  unseen: ['top', 'sampled'],
  repeats: ['sampled'],
  variants: [
    { K: 5, samples: 7, start: 0 },
    { K: 5, samples: 7, start: 2, renormalise: true, rankOffset: 1, T: 3, mu: 0.5 },
  ],
})

beforeAll(() => prepareTensors())

// Spec, TV-7
describe('TV-7', () => {
  const top = [[0.42, -1.31, 2.07, -0.66], [-30.4, 90.1, 0.28, 1.95]] // prettier-ignore
  const sampled = [[0.1, 0.9, -0.3, 1.5, -2, 0.6, 2.4, -0.9, 0.33, 1.1], [0.5, 1.7, -1.2, 2.2, 0.05, -0.4, 3.1, 0.9, -2.6, 1.4]] // prettier-ignore
  const lossAt = (epoch: number, given: object) => {
    const params = parseParams(rd, { K: 4, samples: 10, start: 3, ...given })
    const made = rd.make?.(params, { numItems: 101 } as never)
    const mask = { top: tf.ones([2, 4]), sampled: tf.ones([2, 10]) }
    return valueAndGradients({ top: tf.tensor2d(top), sampled: tf.tensor2d(sampled) }, (scores) =>
      rd.loss({ student: { scores }, mask, made, epoch, params } as never),
    )
  }
  test.each([
    [
      2,
      {},
      20.365287,
      [
        -0.25532279, -0.18654834, -0.0097642628, -0.021134967, -0.64391426, -1.7563083e-40, -0.037511601,
        -0.0039930067,
      ],
    ],
    [
      3,
      {},
      20.361501,
      [-0.25529961, -0.18654833, -0.0064838296, -0.021134959, -0.64391426, 0, -0.037510913, -0.0037350947],
    ],
    [
      9,
      { renormalise: true, rankOffset: 1 },
      26.531239,
      [-0.26178855, -0.19128668, -0.007171772, -0.02167179, -0.84568602, 0, -0.049265194, -0.0049652619],
    ],
    [
      2,
      { renormalise: true, rankOffset: 1 },
      20.365287,
      [-0.25532279, -0.18654834, -0.0097642628, -0.021134967, -0.64391426, 0, -0.037511601, -0.0039930067],
    ],
  ])('epoch %i, %j', (epoch, given, loss, gradient) => {
    // prettier-ignore
    const { value, gradients } = lossAt(epoch, given)
    expect(Math.abs(value - loss) / loss).toBeLessThan(1e-6)
    gradient.forEach((g, n) => expect(Math.abs(gradients.top[n] - g)).toBeLessThan(1e-6))
    expect(Math.max(...gradients.sampled.map(Math.abs))).toBe(0)
  })
})

const noise = (seed: number) => {
  const rng = createRng(seed)
  return Array.from({ length: 30 }, () => rng.normal())
}
const user = { teacher: noise(1), student: noise(2), seen: [0, 3, 9, 27] }

test('the list is the teacher’s first unseen items, samples are unseen and new in every epoch', () => {
  const params = parseParams(rd, { K: 6, samples: 50 })
  const [first, second] = [1, 2].map((seed) => drawLists(rd, params, user, createRng(seed)))
  const order = [...user.teacher.keys()].filter((item) => !user.seen.includes(item))
  order.sort((a, b) => user.teacher[b] - user.teacher[a])
  expect([...first.top]).toEqual(order.slice(0, 6))
  expect([...first.sampled]).not.toEqual([...second.sampled])
  for (const item of first.sampled) expect(user.seen).not.toContain(item)
})

test('a user with few unseen items has a short list, one who has seen everything an empty one', () => {
  const params = parseParams(rd, { K: 6, samples: 4 })
  const all = [...user.teacher.keys()]
  const short = drawLists(rd, params, { ...user, seen: all.slice(2) }, createRng(0))
  expect([...short.top].filter((item) => item !== NO_ITEM).sort()).toEqual([0, 1])
  const none = drawLists(rd, params, { ...user, seen: all }, createRng(0))
  expect([...none.top, ...none.sampled]).toEqual(new Array(10).fill(NO_ITEM))
})

test('a list longer than the catalogue is refused in words', () => {
  expect(rd.check?.(parseParams(rd, { K: 31 }), { numUsers: 1, numItems: 30 })).toEqual([
    'rd.K: expected at most 30, the number of items, got 31',
  ])
})
