import type { AdamOptions } from '../engine.ts'
import { All, Head, Kernel } from './layout.ts'
import type { Machine } from './machine.ts'
import { expectFinite, setJob, type WasmTable } from './table.ts'

/** Steps between two passes over all rows at most. */
const KEPT = 4096

/** Applies every deferred update. */
export function flush(machine: Machine, table: WasmTable): void {
  table.settle?.(true)
  if (table.step === table.first) return
  setJob(machine, { user: table, item: null, all: All.users })
  machine.fork(Kernel.catchUp, table.chunks)
  expectFinite(machine, [table])
  noteFlushed(machine, table)
}

/** Every row has done the steps it missed. */
export function noteFlushed(machine: Machine, table: WasmTable): void {
  table.first = table.step
  machine.heap.u32[table.head / 4 + Head.first] = table.step
}

/**
 * One step of Adam, noted but not yet done: every row does it when it is next read. The gradient of a row waits in place,
 * because nothing is added to it before the row has caught up.
 */
export function stepAdam(machine: Machine, table: WasmTable, options: AdamOptions): void {
  const { lr, weightDecay, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, sparse = false } = options
  const old = table.options
  const same =
    old?.weightDecay === weightDecay &&
    old.beta1 === beta1 &&
    old.beta2 === beta2 &&
    old.eps === eps &&
    old.sparse === sparse
  if (!same || table.step - table.first === KEPT) flush(machine, table)
  ensureMoments(machine, table)
  const { heap } = machine
  const base = table.head / 4
  if (!same) {
    table.options = { lr, weightDecay, beta1, beta2, eps, sparse }
    heap.f32[base + Head.weightDecay] = weightDecay
    heap.f32[base + Head.beta1] = beta1
    heap.f32[base + Head.rest1] = 1 - beta1
    heap.f32[base + Head.beta2] = beta2
    heap.f32[base + Head.rest2] = 1 - beta2
    heap.f32[base + Head.eps] = eps
    heap.u32[base + Head.sparse] = Number(sparse)
  }
  const constants = heap.u32[base + Head.constants] / 4 + 2 * (table.step - table.first)
  const t = ++table.step
  heap.f32[constants] = lr / (1 - beta1 ** t)
  heap.f32[constants + 1] = 1 / Math.sqrt(1 - beta2 ** t)
  heap.u32[base + Head.step] = t
  table.version++
}

/** Moments take memory only once a table is stepped or asked for them. */
export function ensureMoments(machine: Machine, table: WasmTable): void {
  if (table.moments) return
  const { heap } = machine
  const size = table.rows * table.stride * 4
  const [m, v, constants] = heap.takeAll([size, size, KEPT * 8])
  for (const at of [m, v]) heap.u8.fill(0, at, at + size)
  for (const [field, at] of Object.entries({ m, v, constants }))
    heap.u32[table.head / 4 + Head[field as 'm' | 'v' | 'constants']] = at
  table.moments = true
}

/** Sets step and state of all rows: nothing is deferred any more. */
export function resetStep(machine: Machine, table: WasmTable, step: number): void {
  const { heap } = machine
  const base = table.head / 4
  table.step = step
  table.first = step
  heap.u32[base + Head.step] = step
  heap.u32[base + Head.first] = step
  const last = heap.u32[base + Head.last] / 4
  heap.u32.fill(step, last, last + table.rows)
}
