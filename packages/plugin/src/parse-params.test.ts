import { InputError } from '@recdistill/core'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { describeParams, parseParams, paramsJsonSchema, complaintsOf } from './index.ts'

const rrd = {
  name: 'rrd',
  params: z.object({
    K: z.int().min(1).default(100).describe('interesting items'),
    L: z.int().min(1).max(9).default(2).describe('others'),
    maxK: z.int().default(500).describe('candidates'),
    T: z.number().positive().default(10).describe('temperature'),
    cap: z.number().positive().nullable().default(null).describe('bound'),
    draw: z.enum(['sample', 'top']).default('sample').describe('how'),
    sizes: z.array(z.int().min(1)).default([8]).describe('layers'),
    even: z
      .int()
      .refine((n) => n % 2 === 0, 'expected an even number')
      .default(2)
      .describe('pairs'),
  }),
}

const refusal = (given: unknown) => {
  try {
    parseParams(rrd, given)
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    return (error as Error).message
  }
  throw new Error('accepted')
}

test('a step is said', () => {
  const params = z.object({ heads: z.int().min(2).multipleOf(2).default(4) })
  expect(() => parseParams({ name: 'mine', params }, { heads: 3 })).toThrow(
    'mine.heads: expected an integer divisible by 2 and >= 2, got 3',
  )
})

test('defaults fill what is not given', () => {
  const params = parseParams(rrd, { K: 3 })
  expect(params).toEqual({ K: 3, L: 2, maxK: 500, T: 10, cap: null, draw: 'sample', sizes: [8], even: 2 })
  expect(parseParams(rrd).K).toBe(100)
})

test.each([
  [{ K: 0 }, 'rrd.K: expected an integer >= 1, got 0'],
  [{ K: 1.5 }, 'rrd.K: expected an integer >= 1, got 1.5'],
  [{ K: '5' }, 'rrd.K: expected an integer >= 1, got "5"'],
  [{ K: null }, 'rrd.K: expected an integer >= 1, got null'],
  [{ L: 10 }, 'rrd.L: expected an integer >= 1 and <= 9, got 10'],
  [{ maxK: 1e300 }, 'rrd.maxK: expected an integer, got 1e+300'],
  [{ T: 0 }, 'rrd.T: expected a number > 0, got 0'],
  [{ T: NaN }, 'rrd.T: expected a number > 0, got NaN'],
  [{ T: Infinity }, 'rrd.T: expected a number > 0, got Infinity'],
  [{ cap: 'none' }, 'rrd.cap: expected a number > 0 or null, got "none"'],
  [{ draw: 'best' }, 'rrd.draw: expected one of sample, top, got "best"'],
  [{ sizes: [4, 0] }, /^rrd\.sizes\.1: .*, got 0$/],
  [{ even: 3 }, 'rrd.even: expected an even number, got 3'],
  [
    { KK: 3 },
    'rrd: unknown parameter "KK"; did you mean "K"? it takes K, L, maxK, T, cap, draw, sizes, even',
  ],
  [
    { temperature: 3, K: 0 },
    /^rrd: unknown parameter "temperature"; it takes K, .*; rrd\.K: expected an integer >= 1, got 0$/,
  ],
  [null, 'rrd: expected parameters by name, got null'],
  [[1], 'rrd: expected parameters by name, got [1]'],
])('%j is refused in one line', (given, message) => {
  if (typeof message === 'string') expect(refusal(given)).toBe(message)
  else expect(refusal(given)).toMatch(message)
  expect(refusal(given)).not.toContain('\n')
})

test('a definition without parameters says so', () => {
  expect(() => parseParams({ name: 'plain', params: z.object({}) }, { K: 1 })).toThrow(
    'plain: unknown parameter "K"; it takes none',
  )
})

test('parameters are described from their declaration', () => {
  expect(describeParams(rrd.params).map(({ name, type }) => `${name}: ${type}`)).toEqual([
    'K: integer >= 1',
    'L: integer >= 1 and <= 9',
    'maxK: integer',
    'T: number > 0',
    'cap: number > 0 | null',
    'draw: sample | top',
    'sizes: list of integer >= 1',
    'even: integer',
  ])
  expect(describeParams(rrd.params)[0]).toEqual({
    name: 'K',
    type: 'integer >= 1',
    default: 100,
    required: false,
    description: 'interesting items',
  })
})

test('a JSON schema refuses unknown keys and names what is required', () => {
  const schema = paramsJsonSchema(z.object({ a: z.number(), b: z.string().default('x') }))
  expect(schema.additionalProperties).toBe(false)
  expect(schema.required).toEqual(['a'])
  expect(schema.properties.b).toEqual({ type: 'string', default: 'x' })
})

test('a check that gives no list of texts is told so', () => {
  const size = { numUsers: 3, numItems: 4 }
  const saying = (what: unknown) => () =>
    complaintsOf({ name: 'rrd', check: () => what as string[] }, parseParams(rrd), size)
  expect(saying(undefined)()).toEqual([])
  expect(saying(['rrd.K: too long'])()).toEqual(['rrd.K: too long'])
  for (const [what, shown] of [
    ['too long', '"too long"'],
    [true, 'true'],
    [[3], '[3]'],
  ])
    // prettier-ignore
    expect(saying(what)).toThrow(`rrd: its check gives ${String(shown)}, expected a list of texts`)
})
