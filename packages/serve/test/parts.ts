import { createRng } from '@recdistill/core'
import type { BundleParts } from '../src/index.ts'

/** Random users and items with ids like `u3` and `i7`, and about five seen items a user. */
export function randomParts({ users = 7, items = 100, dim = 8, seed = 1 } = {}): BundleParts & {
  seen: { offsets: Uint32Array; items: Uint32Array }
} {
  const rng = createRng(seed)
  const normal = (name: string, length: number) => {
    const stream = rng.fork(name)
    return Float32Array.from({ length }, () => stream.normal())
  }
  const stream = rng.fork('seen')
  const offsets = Uint32Array.from({ length: users + 1 }, (_, u) => 5 * u)
  return {
    users: Array.from({ length: users }, (_, n) => `u${n}`),
    items: Array.from({ length: items }, (_, n) => `i${n}`),
    dim,
    userVectors: normal('users', users * dim),
    itemVectors: normal('items', items * dim),
    seen: { offsets, items: Uint32Array.from({ length: 5 * users }, () => stream.int(items)) },
    meta: { model: 'random', metrics: { 'recall@20': 0.5 } },
  }
}

/** The numbers of a row. */
export function rowOf(table: Float32Array, dim: number, row: number): number[] {
  return [...table.subarray(row * dim, (row + 1) * dim)]
}

export function dot(x: readonly number[], y: readonly number[]): number {
  return x.reduce((sum, value, d) => sum + value * y[d], 0)
}
