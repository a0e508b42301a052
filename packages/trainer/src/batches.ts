import type { Rng, Split } from '@recdistill/core'
import type { BackboneDefinition, PairBatch } from '@recdistill/plugin'
import { drawNegatives } from '@recdistill/samplers'

/** A batch, and the training pairs it stands for: its own, or all pairs of its users where the backbone's batches are users. */
export interface TrainBatch extends PairBatch {
  /** Places in the split's training items. [pairs] */
  readonly pairs: Uint32Array
  readonly pairUsers: Uint32Array // [pairs]
  readonly pairItems: Uint32Array // [pairs]
  /** Unseen items of each pair: the batch's own, or drawn for methods where the backbone's batches are users. [pairs, negativesPerPair] */
  readonly pairNegatives: Uint32Array
  readonly negativesPerPair: number
}

/** Everything of an epoch in random order, with fresh negatives: a pure function of split, seed and epoch. */
export interface Batches {
  readonly steps: number
  beginEpoch(epoch: number): void
  /** Views, valid until the next call. The last batch holds what is left. */
  at(step: number): TrainBatch
}

interface BatchOptions {
  readonly batch: number
  readonly negatives: number
  readonly rng: Rng
}

/** What the backbone takes. */
export function batchesOf(
  { batches = 'pairs', trains = 'steps' }: Pick<BackboneDefinition, 'batches' | 'trains'>,
  split: Split,
  options: BatchOptions,
): Batches {
  if (trains === 'once') return noBatches
  return batches === 'pairs' ? pairBatches(split, options) : userBatches(split, options)
}

/** Of a model that is trained at once. */
const noBatches: Batches = {
  steps: 0,
  beginEpoch() {},
  at: () => {
    throw new RangeError('a model that is trained at once takes no steps')
  },
}

/** Batches of training pairs. */
function pairBatches(
  { train, numUsers, numItems }: Split,
  { batch, negatives: perPair, rng }: BatchOptions,
): Batches {
  const pairs = train.items.length
  const userOf = usersOfPairs(train.offsets, numUsers, pairs)
  const order = new Uint32Array(pairs)
  const negatives = new Uint32Array(pairs * perPair)
  const out = {
    users: new Uint32Array(batch),
    positives: new Uint32Array(batch),
    negatives: new Uint32Array(batch * perPair),
  }
  let steps = rng
  return {
    steps: Math.ceil(pairs / batch),
    beginEpoch(epoch) {
      for (let n = 0; n < pairs; n++) order[n] = n
      rng.fork('order').fork(epoch).shuffle(order)
      drawNegatives(train, numItems, negatives, rng.fork('negatives').fork(epoch), { perPair })
      steps = rng.fork('step').fork(epoch)
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
      const users = out.users.subarray(0, rows)
      const positives = out.positives.subarray(0, rows)
      const drawn = out.negatives.subarray(0, rows * perPair)
      return {
        users,
        positives,
        negatives: drawn,
        negativesPerRow: perPair,
        pairNegatives: drawn,
        negativesPerPair: perPair,
        rng: steps.fork(step),
        pairs: order.subarray(first, first + rows),
        pairUsers: users,
        pairItems: positives,
      }
    },
  }
}

/** Batches of users that have seen something, for backbones that read all a user has seen at once. */
function userBatches(
  { train, numUsers, numItems }: Split,
  { batch, negatives: perPair, rng }: BatchOptions,
): Batches {
  const active = Uint32Array.from({ length: numUsers }, (_, user) => user).filter(
    (user) => train.offsets[user] < train.offsets[user + 1],
  )
  const order = active.slice()
  const none = new Uint32Array(0)
  let negatives: Uint32Array | null = null // few methods ask for them
  let drawn = -1 // the epoch they are of
  let now = 0
  let steps = rng
  /** Drawn for the whole epoch when a method first asks, as the batches of pairs are. */
  const negativesOf = (pairs: Uint32Array) => {
    const all = (negatives ??= new Uint32Array(train.items.length * perPair))
    if (drawn !== now) drawNegatives(train, numItems, all, rng.fork('negatives').fork(now), { perPair })
    drawn = now
    const out = new Uint32Array(pairs.length * perPair)
    pairs.forEach((pair, n) => out.set(all.subarray(pair * perPair, (pair + 1) * perPair), n * perPair))
    return out
  }
  return {
    steps: Math.ceil(order.length / batch),
    beginEpoch(epoch) {
      now = epoch
      order.set(active)
      rng.fork('order').fork(epoch).shuffle(order)
      steps = rng.fork('step').fork(epoch)
    },
    at(step) {
      const users = order.slice(step * batch, (step + 1) * batch)
      const degreeOf = (user: number) => train.offsets[user + 1] - train.offsets[user]
      const pairs = new Uint32Array(users.reduce((sum, user) => sum + degreeOf(user), 0))
      const pairUsers = new Uint32Array(pairs.length)
      let at = 0
      for (const user of users)
        for (let pair = train.offsets[user]; pair < train.offsets[user + 1]; pair++) {
          pairUsers[at] = user
          pairs[at++] = pair
        }
      return {
        users,
        positives: none,
        negatives: none,
        negativesPerRow: 0,
        rng: steps.fork(step),
        pairs,
        pairUsers,
        pairItems: pairs.map((place) => train.items[place]),
        get pairNegatives() {
          return negativesOf(pairs)
        },
        negativesPerPair: perPair,
      }
    },
  }
}

function usersOfPairs(offsets: Uint32Array, numUsers: number, pairs: number): Uint32Array {
  const userOf = new Uint32Array(pairs)
  for (let user = 0; user < numUsers; user++) userOf.fill(user, offsets[user], offsets[user + 1])
  return userOf
}
