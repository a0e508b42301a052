import { NO_ITEM } from '@recdistill/core'
import type { ListRows } from '../engine.ts'
import type { PlainTable } from './table.ts'

/**
 * The pullback of `scoreLists`: user row users[b] gains grad[b, j] x item row, item row items[b, j] gains
 * grad[b, j] x user row. A table that is not trained is a constant.
 */
export function pullScores(
  user: PlainTable,
  item: PlainTable,
  { users, items, k }: ListRows,
  grad: Float32Array | Float64Array,
): void {
  const dim = user.dim
  const total = new Float64Array(dim)
  for (let b = 0; b < users.length; b++) {
    const u = users[b] * dim
    total.fill(0)
    for (let j = b * k; j < (b + 1) * k; j++) {
      if (items[j] === NO_ITEM) continue
      const i = items[j] * dim
      const g = grad[j]
      for (let d = 0; d < dim; d++) {
        total[d] += g * item.values[i + d]
        if (item.trainable) item.grad[i + d] += g * user.values[u + d]
      }
    }
    if (user.trainable) for (let d = 0; d < dim; d++) user.grad[u + d] += total[d]
  }
}

/** Adds row n of `grad` to the gradient of row ids[n]; an id may repeat. */
export function pullRows(table: PlainTable, ids: Uint32Array, grad: Float32Array): void {
  const dim = table.dim
  for (let n = 0; n < ids.length; n++)
    for (let d = 0; d < dim; d++) table.grad[ids[n] * dim + d] += grad[n * dim + d]
}
