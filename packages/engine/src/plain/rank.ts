import { hasItem, NO_ITEM, type Csr, type Ranking } from '@recdistill/core'
import { nonFinite } from './adam.ts'
import { dot } from './score-lists.ts'
import type { PlainTable } from './table.ts'

/** The k best items of each user by dot product: larger score first, then smaller item. One row of scores at a time. */
export function rank(
  user: PlainTable,
  item: PlainTable,
  users: Uint32Array,
  k: number,
  exclude: Csr | null,
): Ranking {
  const items = new Uint32Array(users.length * k).fill(NO_ITEM)
  const scores = new Float32Array(users.length * k).fill(-Infinity)
  const row = new Float32Array(item.rows)
  for (let b = 0; b < users.length; b++) {
    scoreCatalogue(user, users[b], item, row)
    const candidates: number[] = []
    for (let i = 0; i < item.rows; i++)
      if (exclude === null || !hasItem(exclude, users[b], i)) candidates.push(i)
    candidates.sort((x, y) => row[y] - row[x] || x - y)
    for (let j = 0; j < Math.min(k, candidates.length); j++) {
      items[b * k + j] = candidates[j]
      scores[b * k + j] = row[candidates[j]]
    }
  }
  return { users: users.slice(), k, items, scores }
}

/** Scores of one user for all items, rounded to 32 bits. */
export function scoreCatalogue(user: PlainTable, u: number, item: PlainTable, out: Float32Array): void {
  for (let i = 0; i < item.rows; i++) out[i] = dot(user, u, item, i)
  const wrong = out.findIndex((score) => !Number.isFinite(score))
  if (wrong < 0) return
  const values = user.values.subarray(u * user.dim, (u + 1) * user.dim)
  throw values.every(Number.isFinite) ? nonFinite(item, wrong) : nonFinite(user, u)
}
