import { hasItem, NO_ITEM, rowOf, type Csr, type EvalProtocol, type Ranker } from '@recdistill/core'
import type { MeasuredPart } from '../src/evaluate.ts'
import type { EvalSplit } from '../src/eval-split.ts'

/** A ranker over a matrix of scores by full sort: the oracle's half of a model. */
export function rankerFromScores(scores: readonly (readonly number[])[]): Ranker {
  return {
    rank: (users, k, exclude) => {
      const items = new Uint32Array(users.length * k).fill(NO_ITEM)
      const best = new Float32Array(users.length * k).fill(-Infinity)
      users.forEach((user, n) => {
        sorted(scores[user], exclude, user)
          .slice(0, k)
          .forEach((item, place) => {
            items[n * k + place] = item
            best[n * k + place] = scores[user][item]
          })
      })
      return { users, k, items, scores: best }
    },
    scoresOf: (users, items, k) =>
      Float32Array.from(items, (item, at) => scores[users[Math.floor(at / k)]][item]),
  }
}

/**
 * The plain twin of `evaluate` over the catalogue: all users in turn, a full sort, formulas written out over labels.
 * Kept as the oracle of its differential test.
 */
export function naiveMeans(
  scores: readonly (readonly number[])[],
  split: EvalSplit,
  protocol: EvalProtocol,
  part: MeasuredPart,
): Record<string, number> {
  const sums: Record<string, number> = {}
  let users = 0
  for (let user = 0; user < split.numUsers; user++) {
    let truth = [...rowOf(split[part], user)]
    if (protocol.coldItems === 'apart') truth = truth.filter((item) => split.train.items.includes(item))
    if (protocol.users === 'with-truth' && truth.length === 0) continue
    users++
    const allowed = sorted(scores[user], null, user).filter(
      (item) => !protocol.mask[part].some((masked) => hasItem(split[masked], user, item)),
    )
    for (const k of protocol.ks) {
      const labels = allowed.slice(0, k).map((item) => (truth.includes(item) ? 1 : 0))
      const size = Math.max(1, truth.length)
      const hits = labels.filter((label) => label === 1).length
      const gain = (list: readonly number[]) =>
        list.reduce((sum, label, place) => sum + label / Math.log2(place + 2), 0)
      const first = labels.indexOf(1)
      const precisions = labels.map((label, place) =>
        label ? labels.slice(0, place + 1).filter((l) => l === 1).length / (place + 1) : 0,
      )
      const add = (name: string, value: number) =>
        (sums[`${name}@${k}`] = (sums[`${name}@${k}`] ?? 0) + value)
      add('recall', hits / size)
      add('ndcg', gain(labels) / gain(Array.from({ length: Math.min(size, k) }, () => 1)))
      add('hr', hits > 0 ? 1 : 0)
      add('precision', hits / k)
      add('mrr', first < 0 ? 0 : 1 / (first + 1))
      add('map', precisions.reduce((a, b) => a + b, 0) / Math.min(size, k))
    }
  }
  return Object.fromEntries(Object.entries(sums).map(([key, sum]) => [key, sum / users]))
}

function sorted(scores: readonly number[], exclude: Csr | null, user: number): number[] {
  return [...scores.keys()]
    .filter((item) => !exclude || !hasItem(exclude, user, item))
    .sort((a, b) => scores[b] - scores[a] || a - b)
}
