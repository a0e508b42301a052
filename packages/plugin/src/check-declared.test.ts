import { InputError } from '@recdistill/core'
import { expect, test } from 'vitest'
import { checkDeclared, type Declared } from './index.ts'

const draw = () => undefined
const none = { lists: {}, values: {}, rows: {}, aux: {}, backgrounds: {} }
const head = { size: 3, refresh: 'once', draw }

test('everything that types allow is allowed', () => {
  expect(() =>
    checkDeclared('fine', {
      lists: {
        head: { size: 3, refresh: 'once', draw },
        off: { size: 0, refresh: { epochs: 2 }, draw },
        now: { size: 2, per: 'user', refresh: 'batch', draw },
        drawn: { size: 2, per: 'pair', refresh: { epochs: 1 }, draw },
        positive: { pair: 'positive' },
        negatives: { pair: 'negatives' },
        all: { size: 'catalogue' },
      },
      values: { weight: { size: 1, refresh: 'once', fill: draw }, count: { size: 1, refresh: { epochs: 1 }, carried: true, fill: draw } }, // prettier-ignore
      rows: {
        users: 'users',
        positives: 'positives',
        negatives: 'negatives',
        items: 'items',
        some: { of: 'items', random: 4 },
        every: { of: 'users', all: true, raw: true },
        own: { of: 'users', per: 'row' },
        listed: { of: 'items', list: 'head' },
      },
      aux: {
        a: { shape: [], init: 'zeros' },
        b: { shape: [2, 3], init: { uniform: 0.1 } },
        c: { shape: [2], init: { normal: 1 } },
      },
      backgrounds: { rest: { without: ['head', 'drawn'], clamp: 4 } },
    }),
  ).not.toThrow()
})

const refused: [change: object, problem: string][] = [
  [{ lists: [head] }, 'lists: expected an object of them by name, got [{"size":3,"refresh":"once"}]'],
  [{ lists: { head: 3 } }, 'list "head": expected an object, got 3'],
  [
    { lists: { head: { size: 3, draw } } },
    "list \"head\": refresh: expected 'once', 'batch' or { epochs: n }, got nothing",
  ],
  [
    { lists: { head: { ...head, refresh: { epochs: 0 } } } },
    'list "head": refresh: expected \'once\', \'batch\' or { epochs: n }, got {"epochs":0}',
  ],
  [
    { lists: { head: { ...head, per: 'pair' } } },
    'list "head": refresh: expected { epochs: n } for a list of training pairs, got "once"',
  ],
  [
    { lists: { head: { ...head, per: 'pairs' } } },
    'list "head": per: expected \'user\' or \'pair\', got "pairs"',
  ],
  [
    { lists: { head: { ...head, size: undefined } } },
    'list "head": size: expected an integer >= 0, or \'catalogue\', got nothing',
  ],
  [
    { lists: { head: { ...head, size: 2.5 } } },
    'list "head": size: expected an integer >= 0, or \'catalogue\', got 2.5',
  ],
  [{ lists: { head: { size: 3, refresh: 'once' } } }, 'list "head": draw: expected a function, got nothing'],
  [
    { lists: { head: { ...head, size: 'catalogue' } } },
    'list "head": holds every item, so there is nothing to draw; leave draw out, or give a size',
  ],
  [
    { lists: { own: { pair: 'positiv' } } },
    'list "own": pair: expected \'positive\' or \'negatives\', got "positiv"',
  ],
  [
    { values: { weight: { size: 'one', refresh: 'once', fill: draw } } },
    'value "weight": size: expected an integer >= 0, got "one"',
  ],
  [
    { values: { weight: { size: 1, refresh: 'once' } } },
    'value "weight": fill: expected a function, got nothing',
  ],
  [
    { values: { weight: { size: 1, fill: draw } } },
    "value \"weight\": refresh: expected 'once', 'batch' or { epochs: n }, got nothing",
  ],
  [
    { rows: { users: 'user' } },
    "rows \"users\": expected 'users', 'positives', 'negatives', 'items', or { of, ... } with random, all, per or list, got \"user\"",
  ],
  [
    { lists: { head }, rows: { listed: { of: 'items', list: 'haed' } } },
    'rows "listed": there is no list "haed"; did you mean "head"? declared are head',
  ],
  [{ aux: { w: [3, 4] } }, 'aux "w": expected an object, got [3,4]'],
  [
    { aux: { w: { shape: [3, 0], init: 'zeros' } } },
    'aux "w": has shape [3, 0]; every side must be at least 1',
  ],
  [{ aux: { w: { shape: 3, init: 'zeros' } } }, 'aux "w": shape: expected a list of whole numbers, got 3'],
  [
    { aux: { w: { shape: [3], init: 'ones' } } },
    'aux "w": init: expected \'zeros\', { uniform: a } or { normal: deviation }, got "ones"',
  ],
  [{ backgrounds: { rest: {} } }, 'background "rest": without: expected the names of lists, got nothing'],
  [
    { backgrounds: { rest: { without: ['head'] } } },
    'background "rest": there is no list "head"; declared are none',
  ],
  [
    { fused: { kind: 'crossEntropy', list: 'head' } },
    'fused gives { kind, ... }, its kind one of softCrossEntropy, catalogueCrossEntropy, binaryCrossEntropy, relaxedRanking, rceKd; got {"kind":"crossEntropy","list":"head"}',
  ],
  [
    { lists: { head }, fused: { kind: 'softCrossEntropy', list: 'heat', temperature: 1 } },
    'fused: there is no list "heat"; did you mean "head"? declared are head',
  ],
  [
    {
      lists: { head },
      fused: { kind: 'rceKd', top: 'head', approximate: 'head', gamma: 'g', temperature: 1 },
    },
    'fused: there is no value "g"; declared are none',
  ],
]

test.each(refused)('%o is refused by name', (change, problem) => {
  const refusal = () => checkDeclared('bad', { ...none, ...change } as unknown as Declared)
  expect(refusal).toThrow(InputError)
  expect(refusal).toThrow(new InputError(`bad: ${problem}`))
})
