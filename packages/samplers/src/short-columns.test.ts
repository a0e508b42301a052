import { createRng } from '@recdistill/core'
import { expect, test } from 'vitest'
import {
  bestByScore,
  correctionWeights,
  favouredWeights,
  overRankedWeights,
  rankWithin,
  sampleByCorrection,
} from './index.ts'

const items = Uint32Array.of(4, 5, 6)
const short = new Float32Array(2)
const out = new Uint32Array(3)
const rng = createRng(1)

// What is not there reads as undefined, which compares as neither larger nor smaller: the answer would look like one.
test.each<[string, () => unknown]>([
  ['bestByScore: 3 items need as many scores, got 2', () => bestByScore(items, short, out)],
  ['rankWithin: expected 3 scores, as many as out has places, got 2', () => rankWithin(short, out)],
  [
    'rankWithin: expected 3 scores and items, as many as out has places, got 3 and 2',
    () => rankWithin(new Float32Array(3), out, { items: items.subarray(1) }),
  ],
  [
    'correctionWeights: 3 positions need as many places in out, got 2',
    () => correctionWeights(items, 1, short),
  ],
  [
    'sampleByCorrection: 3 candidates need as many corrections, got 2',
    () => sampleByCorrection(items, short, 'under', out, rng),
  ],
  [
    'sampleByCorrection: expected the sign "under" or "over", got "Under"',
    () => sampleByCorrection(items, new Float32Array(3), 'Under' as never, out, rng),
  ],
  [
    'favouredWeights: expected ranks of the same items and a place in out for each, got 3, 2 and 3',
    () => favouredWeights(items, items.subarray(1), 1, new Float64Array(3)),
  ],
  [
    'overRankedWeights: expected ranks of the same items and a place in out for each, got 3, 3 and 2',
    () => overRankedWeights(items, items, 1, new Float64Array(2)),
  ],
])('%s', (says, call) => {
  expect(call).toThrow(says)
})
