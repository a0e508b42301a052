import { InputError } from '@recdistill/core'
import { tf } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { asMethod, defineMethod, type AnyMethod } from './index.ts'

const method = defineMethod({
  name: 'plain',
  paper: { title: 'none', venue: 'none' },
  params: z.object({}),
  defaults: { lambda: 1, weightDecay: 0 },
  over: 'users',
  lists: () => ({ all: { size: 'catalogue' } }),
  loss: ({ student }) => tf.sum(student.scores.all),
}) as AnyMethod

const parts = {
  check: () => [],
  make: () => null,
  values: () => ({}),
  rows: () => ({ users: 'users' }),
  aux: () => ({}),
  backgrounds: () => ({}),
  fused: () => null,
  itemSide: () => null,
  teacherLoss: () => tf.scalar(0),
  base: () => false,
  trajectory: () => 3,
  warmUp: () => 0,
  reduce: () => 'mean',
} as const

test('a method is a method, with and without its optional parts', () => {
  expect(asMethod(method, 'file.js')).toBe(method)
  const whole = { ...method, ...parts, startsFrom: 'scratch', defaults: { ...method.defaults, teacherWeightDecay: 0 } } // prettier-ignore
  expect(asMethod(whole, 'file.js')).toBe(whole)
})

const refused: [change: object, problem: string][] = [
  ...Object.keys(parts).map(
    (name) => [{ [name]: { K: 1 } }, `${name} is there but not a function`] satisfies [object, string],
  ),
  [{ lists: undefined }, 'lists is not a function'],
  [{ loss: 'bpr' }, 'loss is not a function'],
  [{ over: 'rows' }, 'over is neither "pairs" nor "users"'],
  [{ startsFrom: 'pretrained' }, 'startsFrom is neither "random" nor "scratch"'],
  [{ defaults: { lambda: 1 } }, 'defaults does not hold the numbers lambda and weightDecay'],
  [
    { defaults: { lambda: 1, weightDecay: 0, teacherWeightDecay: '0' } },
    'defaults.teacherWeightDecay is not a number',
  ],
  [{ name: '' }, 'it has no name'],
  [{ paper: {} }, 'paper does not hold the texts title and venue'],
  [{ name: 'My Method' }, 'its name "My Method" is not of lower case words joined by hyphens, e.g. soft-top'],
  [{ name: '../up' }, 'its name "../up" is not of lower case words joined by hyphens, e.g. soft-top'],
  [{ params: { K: 1 } }, 'params is not an object of zod 4'],
  [{ params: z.object({ K: z.int().min(1).default(0) }) }, 'parameter K refuses its own default 0'],
  [{ teacherloss: () => 0 }, 'no method has a part "teacherloss", did you mean "teacherLoss"?'],
  [{ somethingElse: 1 }, 'no method has a part "somethingElse"'],
]

test.each(refused)('%o is refused in one line', (change, problem) => {
  const refusal = () => asMethod({ ...method, ...change }, 'file.js')
  expect(refusal).toThrow(InputError)
  expect(refusal).toThrow(
    `file.js: its default export is not a method: ${problem}; declare it with defineMethod({ ... })`,
  )
})

test('a default is what comes out of a parameter that changes what it is given', () => {
  const params = z.object({ K: z.string().transform(Number).default(3), L: z.int().nullable().default(null) })
  expect(() => asMethod({ ...method, params }, 'file.js')).not.toThrow()
})

test('what is no object at all is refused too', () => {
  expect(() => asMethod(undefined, 'file.js')).toThrow(
    'file.js: expected its default export to be defineMethod({ ... }), got undefined',
  )
})
