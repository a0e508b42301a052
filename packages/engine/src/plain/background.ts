import { NumericError, type Csr } from '@recdistill/core'
import type { ListRows } from '../engine.ts'
import { dot } from './score-lists.ts'
import type { PlainTable } from './table.ts'

/** Log-sum-exp of the scores of all items that a row neither excludes nor lists; see `Engine`. In double precision. */
export function backgroundLogSumExp(
  user: PlainTable,
  item: PlainTable,
  rows: ListRows,
  exclude: Csr | null,
  clamp: number | null,
  out: Float32Array,
): void {
  const limit = clamp ?? Infinity
  for (let b = 0; b < rows.users.length; b++) {
    const scores = backgroundOf(item, rows, exclude, b).map((i) => {
      const score = dot(user, rows.users[b], item, i)
      return Math.min(Math.max(score, -limit), limit)
    })
    const top = scores.reduce((a, score) => Math.max(a, score), -Infinity)
    out[b] = top === -Infinity ? top : top + Math.log(scores.reduce((sum, s) => sum + Math.exp(s - top), 0))
    expectSum(user, rows.users[b], b, out[b])
  }
}

/** The score of each background item within the clamp gains grad[b] e^(score - background[b]), pulled to the tables. */
export function pullBackground(
  user: PlainTable,
  item: PlainTable,
  rows: ListRows,
  exclude: Csr | null,
  clamp: number | null,
  grad: Float32Array,
  background: Float32Array,
): void {
  const dim = user.dim
  const total = new Float64Array(dim)
  const items = new Float64Array(item.trainable ? item.rows * dim : 0)
  for (let b = 0; b < rows.users.length; b++) {
    if (background[b] === -Infinity) continue // there is none, or no score above it
    const u = rows.users[b] * dim
    total.fill(0)
    for (const j of backgroundOf(item, rows, exclude, b)) {
      const score = dot(user, rows.users[b], item, j)
      if (clamp !== null && Math.abs(score) > clamp) continue
      const g = grad[b] * Math.exp(score - background[b])
      for (let d = 0; d < dim; d++) {
        total[d] += g * item.values[j * dim + d]
        if (item.trainable) items[j * dim + d] += g * user.values[u + d]
      }
    }
    if (user.trainable) for (let d = 0; d < dim; d++) user.grad[u + d] += total[d]
  }
  for (let n = 0; n < items.length; n++) item.grad[n] += items[n]
}

/** @throws NumericError when a background is NaN or plus infinity; minus infinity is an empty one. */
export function expectSum(user: { readonly name: string }, id: number, row: number, sum: number): void {
  if (sum < Infinity) return
  throw new NumericError(
    `backgroundLogSumExp: the background of row ${row} (table "${user.name}", row ${id}) is ${sum}; its scores are beyond the range of 32-bit floats`,
  )
}

function backgroundOf(
  item: PlainTable,
  { users, items, k }: ListRows,
  exclude: Csr | null,
  b: number,
): number[] {
  const left = new Set(items.subarray(b * k, (b + 1) * k))
  if (exclude)
    for (let n = exclude.offsets[users[b]]; n < exclude.offsets[users[b] + 1]; n++) left.add(exclude.items[n])
  return Array.from({ length: item.rows }, (_, i) => i).filter((i) => !left.has(i))
}
