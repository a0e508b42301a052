import { InputError } from '@recdistill/core'
import { expect, test } from 'vitest'
import { evaluateRankings, resolveProtocol, splitFromLists } from '../src/index.ts'

test('users who are rows have their place for an id, items of theirs may be spelled', () => {
  const named = splitFromLists({ train: [['emma'], []], test: [['dune'], ['emma', 'ulysses']], numUsers: 3 })
  expect(named.ids).toEqual({ users: ['0', '1', '2'], items: ['emma', 'dune', 'ulysses'] })
  const keep = resolveProtocol('strict', { ks: [2], select: 'mrr@2', coldItems: 'keep' })
  const rows = [
    ['dune', 'ulysses'],
    ['dune', 'emma'],
  ]
  expect([...evaluateRankings(rows, named, keep).perUser['mrr@2']]).toEqual([1, 1 / 2])
})

const cases: [string, () => unknown, RegExp][] = [
  [
    'a split of plain objects',
    () => splitFromLists({ train: { ann: ['emma'] }, test: [] } as never),
    /splitFromLists\.train: expected rows or a Map/,
  ],
  [
    'a split without a test part',
    () => splitFromLists({ train: [[0]] } as never),
    /splitFromLists\.test: expected rows or a Map .* got undefined/,
  ],
  ['mixed ids', () => splitFromLists({ train: new Map([['a', [1]]]), test: [] }), /spell all ids one way/],
  ['an id that is not dense', () => splitFromLists({ train: [[5e9]], test: [] }), /give it as a string/],
  ['no item', () => splitFromLists({ train: [[null as never]], test: [] }), /as item id, got null/],
  [
    'no item among names',
    () => splitFromLists({ train: [['emma', undefined as never]], test: [] }),
    /as item id, got undefined/,
  ],
  ['a negative user', () => splitFromLists({ train: new Map([[-1, [1]]]), test: [] }), /user id, got -1/],
  [
    'a catalogue too small',
    () => splitFromLists({ train: [[4]], test: [], numItems: 4 }),
    /numItems: expected an integer >= 5/,
  ],
]
test.each(cases)('%s', (_, run, message) => {
  expect(run).toThrow(InputError)
  expect(run).toThrow(message)
})
