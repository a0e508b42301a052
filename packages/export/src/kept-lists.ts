import type { Deployable, VectorForm } from './deployable.ts'
import { expectVectors } from './expect-vectors.ts'

/** What rounding does to lists: the share of the best `k` items that are the same, averaged over some users. */
export interface KeptLists {
  readonly k: number
  readonly users: number
  readonly overlap: number
}

const budget = 2e8 // products: about a second

/**
 * Compares lists of rounded vectors with those of the model itself, over users at even distances.
 * @throws RangeError when the two are of different sizes.
 */
export function keptLists(
  { seen, form }: Pick<Deployable, 'seen' | 'form'>,
  rounded: VectorForm,
  k = 20,
): KeptLists {
  const { dim, users, items } = expectVectors(form)
  if (rounded.users.length !== users.length || rounded.items.length !== items.length)
    throw new RangeError('keptLists: the rounded tables are of another size')
  const numUsers = users.length / dim
  const numItems = items.length / dim
  const count = Math.max(1, Math.min(numUsers, 1000, Math.floor(budget / items.length)))
  let same = 0
  let all = 0
  for (let n = 0; n < count; n++) {
    const user = Math.floor((n * numUsers) / count)
    const row = seen.items.subarray(seen.offsets[user], seen.offsets[user + 1])
    const best = topItems(scoresOf(users, items, { user, dim, row }), Math.min(k, numItems - row.length))
    const other = new Set(topItems(scoresOf(rounded.users, rounded.items, { user, dim, row }), best.length))
    same += best.filter((item) => other.has(item)).length
    all += best.length
  }
  return { k, users: count, overlap: all === 0 ? 1 : same / all }
}

function scoresOf(
  users: Float32Array,
  items: Float32Array,
  { user, dim, row }: { user: number; dim: number; row: Uint32Array },
): Float64Array {
  const scores = new Float64Array(items.length / dim)
  const start = user * dim
  for (let i = 0; i < scores.length; i++)
    for (let d = 0; d < dim; d++) scores[i] += users[start + d] * items[i * dim + d]
  for (const item of row) scores[item] = -Infinity
  return scores
}

/** The `k` largest, in no order of note; of equal scores the smaller places. */
function topItems(scores: Float64Array, k: number): number[] {
  if (k <= 0) return []
  const bar = Float64Array.from(scores).sort()[scores.length - k]
  const best: number[] = []
  for (let i = 0; i < scores.length; i++) if (scores[i] > bar) best.push(i)
  for (let i = 0; i < scores.length && best.length < k; i++) if (scores[i] === bar) best.push(i)
  return best
}
