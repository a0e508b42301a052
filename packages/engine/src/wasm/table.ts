import { InputError, NumericError } from '@recdistill/core'
import type { AdamOptions, Table } from '../engine.ts'
import { nonFinite } from '../plain/adam.ts'
import { Control, Head } from './layout.ts'
import type { Machine } from './machine.ts'

/**
 * A table in the memory of the kernels. Rows are padded with zeros to a multiple of 4 floats.
 *
 * Adam is deferred: `last` holds the step each row has reached, and before a row is read the steps it missed are done
 * with the same arithmetic, in order, while it is in cache: the same bits as a pass over all rows every step, for a
 * fraction of the memory traffic.
 */
export interface WasmTable extends Table {
  readonly stride: number
  readonly head: number
  /** Gradients kept apart and added in order when a row takes its step; 1 for a table too large to keep several. */
  readonly lanes: number
  readonly chunks: number
  step: number
  /** Grows with every change of the values, so that what was derived from them is known to be old. */
  version: number
  /** Step that the constants kept for catching up begin after. */
  first: number
  options: Required<AdamOptions> | null
  moments: boolean
  freed: boolean
  /** Does what was put off until rows are read, marked ones or all: set where values or gradient wait in other memory. */
  settle: ((all: boolean) => void) | null
}

/** Lanes of a table whose gradient takes at most `LANE_BYTES`. Neither depends on the number of threads. */
export const LANES = 4
const LANE_BYTES = 2 ** 24

export function createWasmTable(
  machine: Machine,
  name: string,
  rows: number,
  dim: number,
  trainable: boolean,
  mostLanes: number,
): WasmTable {
  const { heap } = machine
  const stride = Math.ceil(dim / 4) * 4
  const bytes = rows * stride * 4
  if (bytes > 2 ** 32 - 2 ** 20)
    throw new InputError(
      `table "${name}": ${rows} x ${dim} floats are more than the 4 GiB this memory can hold`,
    )
  // one row of zeros follows, for padding
  const laneBytes = bytes + stride * 4
  const laneMarks = Math.ceil((rows + 16) / 64) * 64
  const lanes = laneBytes <= LANE_BYTES ? mostLanes : 1
  const ofTraining = trainable ? [laneBytes * lanes, rows + 16, laneMarks * lanes, rows * 4] : []
  const sizes = [Head.words * 4, laneBytes, ...ofTraining]
  const taken = heap.takeAll(sizes)
  taken.forEach((at, n) => heap.u8.fill(0, at, at + sizes[n]))
  const [head, values, grad = 0, need = 0, dirty = 0, last = 0] = taken
  const fields = { rows, dim, stride, values, grad, need, dirty, last, lanes, laneBytes, laneMarks }
  for (const [field, value] of Object.entries(fields))
    heap.u32[head / 4 + Head[field as keyof typeof fields]] = value
  return {
    name,
    rows,
    dim,
    trainable,
    stride,
    head,
    lanes,
    chunks: machine.chunksOf(head),
    step: 0,
    version: 0,
    first: 0,
    options: null,
    moments: false,
    freed: false,
    settle: null,
  }
}

export function field(machine: Machine, table: WasmTable, index: Head): number {
  return machine.heap.u32[table.head / 4 + index]
}

/** One of the arrays of a table, padded. [rows, stride] */
export function paddedArray(machine: Machine, table: WasmTable, index: Head): Float32Array {
  const at = field(machine, table, index)
  return machine.heap.f32.subarray(at / 4, at / 4 + table.rows * table.stride)
}

/** [rows, dim]: a view where rows have no padding, otherwise a copy. */
export function arrayOf(machine: Machine, table: WasmTable, index: Head): Float32Array {
  const padded = paddedArray(machine, table, index)
  return table.stride === table.dim ? padded : withoutPadding(padded, table.dim, table.stride)
}

/** Copies [rows, dim] into rows of `stride`; the padding stays zero. */
export function copyPadded(source: Float32Array, dim: number, target: Float32Array, stride: number): void {
  if (stride === dim) target.set(source)
  else
    for (let row = 0; row * dim < source.length; row++) {
      target.set(source.subarray(row * dim, (row + 1) * dim), row * stride)
      target.fill(0, row * stride + dim, (row + 1) * stride)
    }
}

export function withoutPadding(
  padded: Float32Array,
  dim: number,
  stride: number,
  out: Float32Array = new Float32Array((padded.length / stride) * dim),
): Float32Array {
  if (stride === dim) out.set(padded)
  else
    for (let row = 0; row * dim < out.length; row++)
      out.set(padded.subarray(row * stride, row * stride + dim), row * dim)
  return out
}

export function freeTable(machine: Machine, table: WasmTable): void {
  for (const index of [
    Head.values,
    Head.grad,
    Head.m,
    Head.v,
    Head.need,
    Head.dirty,
    Head.last,
    Head.constants,
  ])
    machine.heap.give(field(machine, table, index))
  machine.heap.give(table.head)
  table.freed = true
}

/** Moves the sum of the lanes into `out` [rows, dim], or drops it; the gradient is zero afterwards. */
export function clearGradient(machine: Machine, table: WasmTable, out: Float32Array | null): void {
  const { f32, u8 } = machine.heap
  const { rows, dim, stride, lanes } = table
  const [grad, laneBytes, dirty, laneMarks] = [Head.grad, Head.laneBytes, Head.dirty, Head.laneMarks].map(
    (index) => field(machine, table, index),
  )
  out?.fill(0)
  for (let lane = 0; lane < lanes; lane++) {
    const marks = u8.subarray(dirty + lane * laneMarks, dirty + lane * laneMarks + rows + 1)
    const first = (grad + lane * laneBytes) / 4
    // the row after the last takes what padding pulls
    for (let row = marks.indexOf(1); row >= 0; row = marks.indexOf(1, row + 1)) {
      const from = first + row * stride
      if (out !== null && row < rows) for (let d = 0; d < dim; d++) out[row * dim + d] += f32[from + d]
      f32.fill(0, from, from + stride)
      marks[row] = 0
    }
  }
}

/** Which tables a kernel that walks rows of tables is for. */
export function setJob(
  { heap, control }: Machine,
  { user, item, all }: { user: WasmTable | null; item: WasmTable | null; all: number },
): void {
  const at = control + Control.args
  heap.u32[at] = user?.head ?? 0
  heap.u32[at + 1] = item?.head ?? 0
  heap.u32[at + 2] = user?.chunks ?? 0
  heap.u32[at + 3] = item?.chunks ?? 0
  heap.u32[at + 4] = all
  heap.u32.fill(0xffffffff, control + Control.bad, control + Control.bad + 2)
}

/** @throws NumericError when a kernel met a row that is not finite. */
export function expectFinite({ heap, control }: Machine, tables: readonly WasmTable[]): void {
  const row = heap.u32[control + Control.bad]
  if (row === 0xffffffff) return
  const head = heap.u32[control + Control.bad + 1]
  const table = tables.find((one) => one.head === head)
  throw table ? nonFinite(table, row) : new NumericError(`row ${row} of a table is not finite`)
}
