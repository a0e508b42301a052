import type { Rng, Split } from '@recdistill/core'
import type { PairBatch } from '@recdistill/plugin'
import { drawNegatives } from '@recdistill/samplers'

/** All training pairs of an epoch in random order, with fresh negatives: a pure function of split, seed and epoch. */
export interface PairBatches {
  readonly steps: number
  beginEpoch(epoch: number): void
  /** Views, valid until the next call. The last batch holds what is left. */
  at(step: number): PairBatch
}

export function pairBatches(
  { train, numUsers, numItems }: Split,
  { batch, negatives: perPair, rng }: { batch: number; negatives: number; rng: Rng },
): PairBatches {
  const pairs = train.items.length
  const userOf = new Uint32Array(pairs)
  for (let user = 0; user < numUsers; user++) userOf.fill(user, train.offsets[user], train.offsets[user + 1])
  const order = new Uint32Array(pairs)
  const negatives = new Uint32Array(pairs * perPair)
  const out = {
    users: new Uint32Array(batch),
    positives: new Uint32Array(batch),
    negatives: new Uint32Array(batch * perPair),
  }
  return {
    steps: Math.ceil(pairs / batch),
    beginEpoch(epoch) {
      for (let n = 0; n < pairs; n++) order[n] = n
      rng.fork('order').fork(epoch).shuffle(order)
      drawNegatives(train, numItems, negatives, rng.fork('negatives').fork(epoch), { perPair })
    },
    at(step) {
      const first = step * batch
      const rows = Math.min(batch, pairs - first)
      for (let row = 0; row < rows; row++) {
        const pair = order[first + row]
        out.users[row] = userOf[pair]
        out.positives[row] = train.items[pair]
        for (let n = 0; n < perPair; n++) out.negatives[row * perPair + n] = negatives[pair * perPair + n]
      }
      return {
        users: out.users.subarray(0, rows),
        positives: out.positives.subarray(0, rows),
        negatives: out.negatives.subarray(0, rows * perPair),
        negativesPerRow: perPair,
      }
    },
  }
}
