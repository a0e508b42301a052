import { createRng, InputError, NumericError, type Ranker } from '@recdistill/core'
import type { UserCollector } from './collect-users.ts'
import { viewsOf, type EvalSplit } from './eval-split.ts'

/**
 * Places of the truth among itself and sampled items that the user met in no part. Against a sampled item an equal
 * score counts as worse; among the truth, as everywhere, the smaller id comes first. The draw depends on seed and user
 * alone: validation and test, every model and every epoch meet the same items.
 *
 * @throws InputError when the ranker has no scores, or a user has too few items left to sample from.
 */
export function rankSampled(
  ranker: Ranker,
  split: EvalSplit,
  collector: UserCollector,
  { negatives, seed, blockUsers }: { negatives: number; seed: number; blockUsers: number },
): void {
  if (!ranker.scoresOf)
    throw new InputError(
      'evaluate: sampled candidates need scores of given items but this ranker has rankings only; use a protocol over the catalogue',
    )
  const { truth, users } = collector
  const drawOf = negativesOf(split, negatives, seed)
  let most = 0
  for (const user of users) most = Math.max(most, truth.offsets[user + 1] - truth.offsets[user])
  const width = most + negatives
  const candidates = new Uint32Array(Math.min(blockUsers, users.length) * width)
  const places = new Float64Array(most)
  for (let start = 0; start < users.length; start += blockUsers) {
    const block = users.subarray(start, start + blockUsers)
    block.forEach((user, n) => {
      const from = n * width
      const row = truth.items.subarray(truth.offsets[user], truth.offsets[user + 1])
      // Rows with less truth are filled up with their first item, whose copies nobody reads.
      candidates.fill(row[0], from + row.length, from + most)
      candidates.set(row, from)
      candidates.set(drawOf(user), from + most)
    })
    const scores = ranker.scoresOf(block, candidates.subarray(0, block.length * width), width)
    block.forEach((user, n) => {
      const size = truth.offsets[user + 1] - truth.offsets[user]
      const row = scores.subarray(n * width, (n + 1) * width)
      for (let c = 0; c < width; c++)
        if (Number.isNaN(row[c]))
          throw new NumericError(
            `evaluate: the score of user ${user}, item ${candidates[n * width + c]} is NaN`,
          )
      for (let t = 0; t < size; t++) places[t] = placeOf(row, t, size, most)
      collector.add(places.subarray(0, size).sort(), size)
    })
  }
}

/** Items before truth `t` of `size`; sampled items stand from `most` on. */
function placeOf(scores: Float32Array, t: number, size: number, most: number): number {
  const own = scores[t]
  let before = 0
  for (let other = 0; other < size; other++)
    if (scores[other] > own || (scores[other] === own && other < t)) before++
  for (let sampled = most; sampled < scores.length; sampled++) if (scores[sampled] >= own) before++
  return before
}

/** Draws of all users with truth, made once for a split. */
function negativesOf(split: EvalSplit, negatives: number, seed: number): (user: number) => Uint32Array {
  const views = viewsOf(split)
  return views.once(`negatives ${negatives} ${seed}`, () => {
    const met = views.mask(['train', 'valid', 'test'])!
    const rng = createRng(seed).fork('sampled candidates')
    const drawn = new Map<number, Uint32Array>()
    /** `marks[item]` is user + 1 where the user met the item or it was drawn already. */
    const marks = new Uint32Array(split.numItems)
    return (user) => {
      let list = drawn.get(user)
      if (list) return list
      const row = met.items.subarray(met.offsets[user], met.offsets[user + 1])
      const free = split.numItems - row.length
      if (free < negatives)
        throw new InputError(
          `evaluate: user ${user} has ${free} items left to sample from but the protocol draws ${negatives}; lower candidates.negatives`,
        )
      for (const item of row) marks[item] = user + 1
      list = new Uint32Array(negatives)
      rng.at(user)
      if (negatives * 2 > free) {
        const left = new Uint32Array(free)
        for (let item = 0, n = 0; item < marks.length; item++) if (marks[item] !== user + 1) left[n++] = item
        rng.shuffle(left)
        list.set(left.subarray(0, negatives))
      } else {
        for (let n = 0; n < negatives;) {
          const item = rng.int(split.numItems)
          if (marks[item] === user + 1) continue
          marks[item] = user + 1
          list[n++] = item
        }
      }
      drawn.set(user, list)
      return list
    }
  })
}
