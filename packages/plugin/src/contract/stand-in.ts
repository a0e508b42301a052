import { NO_ITEM, type Rng } from '@recdistill/core'
import type { Ranked } from '@recdistill/samplers'
import { norm } from './norm.ts'

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

/** The model at another time of its training: item rows moved by `distance` times their size, users left as they are. */
export function earlier(model: StandIn, distance: number, rng: Rng): StandIn {
  const size = norm(model.items) / Math.sqrt(model.items.length)
  return { ...model, items: model.items.map((x) => x + distance * size * rng.normal()) }
}

export function scoreOf({ users, items, dim }: StandIn, user: number, item: number): number {
  let sum = 0
  for (let d = 0; d < dim; d++) sum += users[user * dim + d] * items[item * dim + d]
  return sum
}

const known = new WeakMap<StandIn, Map<number, Ranked>>()

/** What list programs see of it, by a full sort; made once for a user. */
export function rankedBy(model: StandIn, user: number, seen: Uint32Array): Ranked {
  const ofModel = known.get(model) ?? new Map<number, Ranked>()
  known.set(model, ofModel)
  const ranked = ofModel.get(user) ?? rank(model, user, seen)
  ofModel.set(user, ranked)
  return ranked
}

function rank(model: StandIn, user: number, seen: Uint32Array): Ranked {
  const scores = Float32Array.from({ length: model.numItems }, (_, item) => scoreOf(model, user, item))
  const keep = Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b)
  const known = new Set(seen)
  const skip = keep.filter((item) => !known.has(item))
  const order = (of: 'skip' | 'keep' | undefined) => (of === 'skip' ? skip : keep)
  const positionOf = (item: number, of: 'skip' | 'keep' | undefined) => {
    if (item === NO_ITEM) return NO_ITEM
    const before = keep.subarray(0, keep.indexOf(item))
    return (of === 'skip' ? before.filter((other) => !known.has(other)) : before).length
  }
  return {
    top: (k, options) => order(options?.seen).slice(0, k),
    positionOf: (items, options) => items.map((item) => positionOf(item, options?.seen)),
    at: (positions, options) => positions.map((at) => order(options?.seen)[at] ?? NO_ITEM),
    scoresOf: (items) => Float32Array.from(items, (item) => (item === NO_ITEM ? 0 : scores[item])),
  }
}
