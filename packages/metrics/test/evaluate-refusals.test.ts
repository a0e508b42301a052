import { InputError, type Csr, type Ranker, type Ranking } from '@recdistill/core'
import { expect, test } from 'vitest'
import { evaluate, protocols } from '../src/index.ts'
import { rankerFromScores } from './naive-evaluation.ts'
import { randomWorld } from './worlds.ts'

const { strict } = protocols

const { split, scores } = randomWorld(8)
const ranker = rankerFromScores(scores)
const rankOnly: Ranker = { rank: ranker.rank }
const none: Csr = { offsets: new Uint32Array(split.numUsers + 1), items: new Uint32Array(0) }
/** The best item of each list in all its places. */
const doubled = (ranking: Ranking): Ranking => ({
  ...ranking,
  items: ranking.items.map((_, n) => ranking.items[n - (n % ranking.k)]),
})
const cases: [string, () => unknown, RegExp][] = [
  [
    'k = 0',
    () => evaluate(ranker, split, { ...strict, ks: [0] }, 'test'),
    /ks: expected whole numbers of 1 or more, got 0/,
  ],
  [
    'an unknown metric',
    () => evaluate(ranker, split, strict, 'test', { metrics: ['ndgc'] }),
    /did you mean "ndcg"/,
  ],
  ['no metric', () => evaluate(ranker, split, strict, 'test', { metrics: [] }), /one or more names/],
  [
    'a metric without truth',
    () => evaluate(ranker, split, strict, 'test', { metrics: ['gini'] }),
    /beyond: true/,
  ],
  [
    'an empty part',
    () => evaluate(ranker, { ...split, valid: none }, strict, 'valid'),
    /valid part of the split is empty/,
  ],
  [
    'only cold items',
    () => evaluate(ranker, { ...split, train: none }, strict, 'test'),
    /no item of the test part was met in training/,
  ],
  [
    'a part over other users',
    () => evaluate(ranker, { ...split, test: { ...none, offsets: none.offsets.slice(1) } }, strict, 'test'),
    /has 12 users but its test part has 11/,
  ],
  [
    'damaged offsets',
    () => evaluate(ranker, { ...split, test: { ...split.test, items: new Uint32Array(0) } }, strict, 'test'),
    /offsets are damaged/,
  ],
  [
    'an item outside the catalogue',
    () => evaluate(ranker, { ...split, numItems: 3 }, { ...strict, ks: [1], select: 'hr@1' }, 'test'),
    /outside the catalogue of 3/,
  ],
  [
    'a cut-off above the catalogue',
    () => evaluate(ranker, split, { ...strict, ks: [31], select: 'hr@31' }, 'test'),
    /31 is larger than the catalogue of 30/,
  ],
  [
    'an item twice in a list of a ranker',
    () => evaluate({ rank: (...asked) => doubled(ranker.rank(...asked)) }, split, strict, 'test'),
    /the ranker lists item \d+ twice for user \d+/,
  ],
  [
    'a part whose rows are not sorted',
    () =>
      evaluate(
        ranker,
        { ...split, test: { ...split.test, items: split.test.items.toReversed() } },
        strict,
        'test',
      ),
    /evaluate: the test part has item \d+ of user \d+ after \d+; sort its rows/,
  ],
  [
    'a part of another name',
    () => evaluate(ranker, split, strict, 'tset' as never),
    /evaluate\.part: expected "valid" or "test", got "tset"/,
  ],
  [
    'the name of a protocol',
    () => evaluate(ranker, split, 'strict' as never, 'test'),
    /protocol: expected rules such as resolveProtocol\("strict"\) gives, got "strict"/,
  ],
  [
    'a selection that is no text',
    () => evaluate(ranker, split, { ...strict, select: 10 as never }, 'test'),
    /select: expected a metric with its cut-off such as ndcg@10, got 10/,
  ],
  ['blocks of none', () => evaluate(ranker, split, strict, 'test', { blockUsers: 0 }), /blockUsers/],
  [
    'a ranker with short lists',
    () => evaluate({ rank: (users) => ranker.rank(users, 3, null) }, split, strict, 'test'),
    /lists of 20, got .* lists of 3/,
  ],
  ['sampling without scores', () => evaluate(rankOnly, split, protocols['loo-499'], 'test'), /needs? scores/],
  [
    'too few items to sample',
    () => evaluate(ranker, split, protocols['loo-499'], 'test'),
    /left to sample from/,
  ],
  [
    'recommendations of sampled candidates',
    () => evaluate(ranker, split, protocols['loo-499'], 'test', { beyond: true }),
    /samples candidates/,
  ],
]
test.each(cases)('%s cannot be measured, which is said in one line', (_, run, message) => {
  expect(run).toThrow(InputError)
  expect(run).toThrow(message)
})
