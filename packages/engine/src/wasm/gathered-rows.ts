import { expectIds } from '../check-input.ts'
import { setWords, type Context } from './context.ts'
import { Kernel } from './layout.ts'
import { pullRows, readyToPull } from './pull-rows.ts'
import { readyRows } from './ready-rows.ts'
import { copyPadded, setJob, withoutPadding, type WasmTable } from './table.ts'

/** See `Engine.gatherRows`. */
export function gatherRows(context: Context, table: WasmTable, ids: Uint32Array, out: Float32Array): void {
  const { machine, arena } = context
  const { dim, stride } = table
  if (ids.length === 0) return
  arena.begin()
  const chunkRows = Math.ceil(ids.length / 32)
  const chunks = Math.ceil(ids.length / chunkRows)
  const result = arena.take(ids.length * stride * 4)
  setWords(context, { users: arena.copyIn(ids), rows: ids.length, chunkRows, k0: 0, k1: 0, out: result })
  setJob(machine, { user: table, item: null, all: 0 })
  readyRows(context, table, null, chunks, () => expectIds('gatherRows', ids, table))
  machine.fork(Kernel.gather, chunks)
  const rows = machine.heap.f32.subarray(result / 4, result / 4 + ids.length * stride)
  withoutPadding(rows, dim, stride, out)
}

/** See `Engine.pullRows`. */
export function pullGatheredRows(
  context: Context,
  table: WasmTable,
  ids: Uint32Array,
  grad: Float32Array,
): void {
  const { machine, arena } = context
  const { dim, stride } = table
  if (ids.length === 0) return
  arena.begin()
  readyToPull(context, table, ids)
  let rows = grad
  if (stride !== dim) {
    const padded = arena.take(ids.length * stride * 4)
    rows = machine.heap.f32.subarray(padded / 4, padded / 4 + ids.length * stride)
    copyPadded(grad, dim, rows, stride)
  }
  pullRows(context, table, arena.copyIn(rows))
}
