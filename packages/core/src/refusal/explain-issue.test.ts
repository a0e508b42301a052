import { expect, test } from 'vitest'
import { explainIssue, unknownName, type Issue } from './explain-issue.ts'
import type { JsonSchema } from './json-schema.ts'
import { show } from './show.ts'

const schema: JsonSchema = {
  type: 'object',
  properties: {
    epochs: { type: 'integer', minimum: 1, maximum: 9 },
    rate: { anyOf: [{ type: 'number', exclusiveMinimum: 0 }, { type: 'null' }] },
    draw: { enum: ['sample', 'top'] },
    name: { type: 'string', minLength: 1 },
    since: { type: 'string', format: 'date', pattern: '^....' },
    sizes: { type: 'array', items: { type: 'integer', minimum: 1 } },
    models: { type: 'array', items: { type: 'string' }, minItems: 2 },
    quiet: { type: 'boolean' },
    teacher: {
      anyOf: [{ type: 'string' }, { type: 'object', properties: { dim: { type: 'integer' } } }],
    },
    split: {
      oneOf: [
        { type: 'object', properties: { rule: { const: 'ratio' }, order: { enum: ['file', 'time'] } } },
        { type: 'object', properties: { rule: { const: 'last' }, n: { type: 'integer' } } },
      ],
    },
    settings: { type: 'object', additionalProperties: { type: 'number', minimum: 0 } },
    own: {},
  },
}

const said = (value: unknown, issue: Partial<Issue>) =>
  explainIssue(
    { path: [], message: 'Invalid input', ...issue },
    { value, schema, place: (path) => ['x', ...path].join('.') },
  )
const refused = (key: string, value: unknown, path: PropertyKey[] = []) =>
  said({ [key]: value }, { path: [key, ...path] })

test('what was expected is said by the schema: all bounds, whichever was crossed', () => {
  expect(refused('epochs', 10)).toBe('x.epochs: expected an integer >= 1 and <= 9, got 10')
  expect(refused('rate', 'fast')).toBe('x.rate: expected a number > 0 or null, got "fast"')
  expect(refused('draw', 'best')).toBe('x.draw: expected one of sample, top, got "best"')
  expect(refused('name', '')).toBe('x.name: expected a string of at least 1 character, got ""')
  expect(refused('since', 'May')).toBe('x.since: expected a date, got "May"')
  expect(refused('sizes', 3)).toBe('x.sizes: expected a list of integer >= 1, got 3')
  expect(refused('sizes', [4, 0], [1])).toBe('x.sizes.1: expected an integer >= 1, got 0')
  expect(refused('models', ['mf'])).toBe('x.models: expected a list of at least 2, got ["mf"]')
  expect(refused('quiet', 'yes')).toBe('x.quiet: expected true or false, got "yes"')
  expect(refused('settings', { lr: -1 }, ['lr'])).toBe('x.settings.lr: expected a number >= 0, got -1')
  expect(refused('teacher', 7)).toBe('x.teacher: expected a string or a group of keys, got 7')
})

test('an author’s words stand as they are; those of the library stand where the schema says nothing', () => {
  const odd = { code: 'custom', path: ['epochs'], message: 'expected an even number' }
  expect(said({ epochs: 3 }, odd)).toBe('x.epochs: expected an even number, got 3')
  expect(said({ epochs: 3 }, { ...odd, message: 'Invalid input' })).toBe('x.epochs: Invalid input, got 3')
  expect(said({ own: 3 }, { path: ['own'], message: 'Invalid input: expected map, received number' })).toBe(
    'x.own: expected map, received number, got 3',
  )
})

test('of alternatives the one is explained that fits furthest', () => {
  const errors = [
    [{ path: [], message: 'Invalid input: expected string, received object' }],
    [{ path: ['dim'], message: 'Invalid input' }],
  ]
  expect(said({ teacher: { dim: 'big' } }, { path: ['teacher'], errors })).toBe(
    'x.teacher.dim: expected an integer, got "big"',
  )
})

test('alternatives that are told apart by a constant: those of the one that is named', () => {
  const stray = { path: ['split'], keys: ['m'] }
  expect(said({ split: { rule: 'last', m: 1 } }, stray)).toBe(
    'x.split: unknown key "m"; did you mean "n"? it takes rule, n',
  )
  expect(refused('split', { rule: 'lost' }, ['rule'])).toBe(
    'x.split.rule: expected one of ratio, last, got "lost"',
  )
})

test('an unknown key is answered with those there are', () => {
  expect(said({ teacher: { dims: 3 } }, { path: ['teacher'], keys: ['dims'] })).toBe(
    'x.teacher: unknown key "dims"; did you mean "dim"? it takes dim',
  )
  expect(unknownName('parameter', 'colour', ['K', 'L'])).toBe('unknown parameter "colour"; it takes K, L')
  expect(unknownName('parameter', 'K', [])).toBe('unknown parameter "K"; it takes none')
  expect(unknownName('metric', 'mrr', [], 'there are')).toBe('unknown metric "mrr"; there are none')
  const many = Array.from({ length: 21 }, (_, at) => `setting${at}`)
  expect(unknownName('key', 'seting7', many)).toBe('unknown key "seting7"; did you mean "setting7"?')
})

test('whatever came can be shown', () => {
  const itself: Record<string, unknown> = {}
  itself['itself'] = itself
  expect([undefined, 7n, { id: 7n }, itself, () => 1, 'x'.repeat(99)].map(show)).toEqual([
    'nothing',
    '7',
    '{"id":7}',
    'an object that JSON cannot hold',
    'a function',
    `"${'x'.repeat(56)}...`,
  ])
})
