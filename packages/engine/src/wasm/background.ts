import type { Csr } from '@recdistill/core'
import type { ListRows } from '../engine.ts'
import { setWords, type Context } from './context.ts'
import { Kernel } from './layout.ts'
import { paddedRows, placeUsers, pullPieces, sumRows } from './side-by-side.ts'
import type { WasmTable } from './table.ts'

/** The largest 32-bit float. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127

export function backgroundLogSumExp(
  context: Context,
  user: WasmTable,
  item: WasmTable,
  rows: ListRows,
  exclude: Csr | null,
  clamp: number | null,
  out: Float32Array,
): void {
  const what = 'backgroundLogSumExp'
  if (rows.users.length === 0) return
  context.arena.begin()
  const job = { context, what, user, item, rows, exclude, clamp: clamp ?? Infinity, temperature: 1 }
  placeUsers(job)
  out.set(sumRows(job))
}

export function pullBackground(
  context: Context,
  user: WasmTable,
  item: WasmTable,
  rows: ListRows,
  exclude: Csr | null,
  clamp: number | null,
  grad: Float32Array,
  background: Float32Array,
): void {
  const what = 'pullBackground'
  if (rows.users.length === 0 || item.rows === 0) return
  context.arena.begin()
  // what is hidden, at minus infinity, is beyond every clamp
  const job = { context, what, user, item, rows, exclude, clamp: clamp ?? LARGEST, temperature: 1 }
  placeUsers(job)
  // neither users that stand beside the last ones nor those with an empty background have a share in anything
  const grads = new Float32Array(paddedRows(rows.users))
  const sums = new Float32Array(grads.length)
  for (let row = 0; row < rows.users.length; row++) {
    if (background[row] === -Infinity) continue
    grads[row] = grad[row]
    sums[row] = background[row]
  }
  setWords(context, { grad0: context.arena.copyIn(grads), grad1: context.arena.copyIn(sums) })
  pullPieces(job, Kernel.backgroundPull)
}
