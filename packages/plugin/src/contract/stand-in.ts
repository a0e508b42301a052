import { NO_ITEM, type Rng } from '@recdistill/core'
import type { Ranked } from '@recdistill/samplers'

/** A model that is nothing but two small tables: score = <user row, item row>, in double precision. */
export interface StandIn {
  readonly numUsers: number
  readonly numItems: number
  readonly dim: number
  readonly users: Float64Array // [users, dim]
  readonly items: Float64Array // [items, dim]
}

/** @param spread Standard deviation of the scores. */
export function standIn(numUsers: number, numItems: number, rng: Rng, { spread = 1, dim = 4 } = {}): StandIn {
  const deviation = Math.sqrt(spread / Math.sqrt(dim))
  const table = (rows: number) => Float64Array.from({ length: rows * dim }, () => deviation * rng.normal())
  return { numUsers, numItems, dim, users: table(numUsers), items: table(numItems) }
}

export function scoreOf({ users, items, dim }: StandIn, user: number, item: number): number {
  let sum = 0
  for (let d = 0; d < dim; d++) sum += users[user * dim + d] * items[item * dim + d]
  return sum
}

/** What list programs see of it, by a full sort. */
export function rankedBy(model: StandIn, user: number, seen: Uint32Array): Ranked {
  const scores = Float32Array.from({ length: model.numItems }, (_, item) => scoreOf(model, user, item))
  const order = (skip: 'skip' | 'keep') =>
    Uint32Array.from(scores.keys())
      .filter((item) => skip === 'keep' || !seen.includes(item))
      .sort((a, b) => scores[b] - scores[a] || a - b)
  return {
    top: (k, { seen: skip = 'keep' } = {}) => order(skip).subarray(0, k),
    positionOf(items, { seen: skip = 'keep' } = {}) {
      const ranking = order(skip)
      return items.map((item) => ranking.indexOf(item))
    },
    scoresOf: (items) => Float32Array.from(items, (item) => (item === NO_ITEM ? 0 : scores[item])),
  }
}
