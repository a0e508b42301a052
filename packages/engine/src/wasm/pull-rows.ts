import { expectIds } from '../check-input.ts'
import { setWords, type Context } from './context.ts'
import { Kernel } from './layout.ts'
import { readyRows } from './ready-rows.ts'
import { setJob, type WasmTable } from './table.ts'

/** Parts of the user table; each walks all rows of the batch. */
export const USER_PARTS = 8

/** A gradient belongs to the next step, so its row must have done the ones before. */
export function readyToPull(context: Context, table: WasmTable, ids: Uint32Array): void {
  const { machine, arena } = context
  const chunkRows = Math.ceil(ids.length / 32)
  setWords(context, { users: arena.copyIn(ids), rows: ids.length, chunkRows, k0: 0, k1: 0 })
  setJob(machine, { user: table, item: null, all: 0 })
  readyRows(context, table, null, Math.ceil(ids.length / chunkRows), () => expectIds('pullRows', ids, table))
}

/** Adds rows of gradients at `grad` to the rows that `readyToPull` prepared. */
export function pullRows(context: Context, table: WasmTable, grad: number): void {
  const { machine } = context
  const userShift = partShift(table.rows, USER_PARTS)
  setWords(context, { userGrad: grad, parts: 0, userShift })
  setJob(machine, { user: table, item: null, all: 0 })
  machine.fork(Kernel.accumulate, Math.ceil(table.rows / 2 ** userShift))
}

/** Smallest shift that leaves at most `parts` parts of 2^shift rows. */
export function partShift(rows: number, parts: number): number {
  return Math.max(0, Math.ceil(Math.log2(Math.max(rows, 1) / parts)))
}
