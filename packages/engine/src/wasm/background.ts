import type { Csr } from '@recdistill/core'
import { expectBackground, expectIds, expectSameDim } from '../check-input.ts'
import type { ListRows } from '../engine.ts'
import { expectSum } from '../plain/background.ts'
import { pullRows, readyRows, type Context } from './list-kernels.ts'
import { Arg, Background, Control, Kernel } from './layout.ts'
import { flush, setJob, type WasmTable } from './table.ts'

/** Pieces of the catalogue that the pullback is cut into, and bytes their parts of the users' gradient take together at most. */
const PIECES = { least: 4, most: 32, bytes: 2 ** 24 }

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
  expectBackground(what, rows, exclude, clamp, { out })
  const { machine, arena, threads } = context
  const { users } = rows
  if (users.length === 0) return
  prepare(context, what, user, item, rows, exclude, clamp, Infinity)
  const result = arena.take(users.length * 4)
  const chunkRows = Background.batch
  const scratchBytes = (chunkRows * 5 + (Background.items + 5) * Background.users) * 4 + 64
  const scratch = arena.take(scratchBytes * threads)
  setWords(context, { out: result, chunkRows, scratch, scratchBytes })
  machine.fork(Kernel.backgroundSums, Math.ceil(users.length / chunkRows))
  out.set(machine.heap.f32.subarray(result / 4, result / 4 + users.length))
  for (let row = 0; row < out.length; row++) expectSum(user, users[row], row, out[row])
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
  expectBackground(what, rows, exclude, clamp, { grad, background })
  const { machine, arena, threads } = context
  const { users } = rows
  if (users.length === 0 || item.rows === 0) return
  // what is hidden, at minus infinity, is beyond every clamp
  const blocks = prepare(context, what, user, item, rows, exclude, clamp, LARGEST)
  const padded = blocks * Background.users
  // neither users that stand beside the last ones nor those with an empty background have a share in anything
  const grads = new Float32Array(padded)
  const sums = new Float32Array(padded)
  for (let row = 0; row < users.length; row++) {
    if (background[row] === -Infinity) continue
    grads[row] = grad[row]
    sums[row] = background[row]
  }
  const partBytes = padded * user.stride * 4
  const pieces = Math.min(PIECES.most, Math.max(PIECES.least, Math.floor(PIECES.bytes / partBytes)))
  const tileItems = Math.ceil(item.rows / pieces / Background.items) * Background.items
  const parts = Math.ceil(item.rows / tileItems)
  const scratchBytes = Background.batch * (Background.items + 5) * 4 + padded * 8 + 64
  const scratch = arena.take(scratchBytes * threads)
  const userGrad = user.trainable ? arena.take(partBytes) : 0
  const records = user.trainable ? arena.take(partBytes * parts) : 0
  const [grad0, grad1] = [arena.copyIn(grads), arena.copyIn(sums)]
  setWords(context, { grad0, grad1, tileItems, parts, scratch, scratchBytes, userGrad, records })
  machine.fork(Kernel.backgroundPull, parts)
  if (!user.trainable) return
  machine.fork(Kernel.backgroundJoin, blocks)
  pullRows(context, user, userGrad)
}

/** Rows brought up to date, users side by side, lists in order. @returns Blocks of users. */
function prepare(
  context: Context,
  what: string,
  user: WasmTable,
  item: WasmTable,
  { users, items, k }: ListRows,
  exclude: Csr | null,
  clamp: number | null,
  noClamp: number,
): number {
  const { machine, arena } = context
  expectSameDim(what, user, item)
  flush(machine, item)
  arena.begin()
  const blocks = Math.ceil(users.length / Background.users)
  const bytes = blocks * Background.users * user.stride * 4
  const sorted = arena.take(items.length * 4)
  machine.heap.u32.set(items, sorted / 4)
  const chunkRows = Math.ceil(users.length / 32)
  setWords(context, {
    users: arena.copyIn(users),
    rows: users.length,
    chunkRows,
    items0: sorted,
    k0: k,
    k1: 0,
    mode: 0,
    tiles: arena.take(bytes),
    values: arena.take(bytes),
    ...excludedRows(context, users, exclude),
  })
  machine.heap.f32[machine.control + Control.args + Arg.cap] = clamp ?? noClamp
  setJob(machine, { user, item, all: 0 })
  readyRows(context, user, item === user ? null : item, Math.ceil(users.length / chunkRows), () => {
    expectIds(`${what}: users`, users, user)
    expectIds(`${what}: items`, items, item, true)
  })
  machine.fork(Kernel.backgroundUsers, blocks)
  return blocks
}

/** Rows of `exclude` for the users at hand, one after the other. */
function excludedRows({ machine: { heap }, arena }: Context, users: Uint32Array, exclude: Csr | null) {
  if (exclude === null) return { exclude: 0, excludeOffsets: 0 }
  const { offsets, items } = exclude
  let total = 0
  for (const user of users) total += offsets[user + 1] - offsets[user]
  const at = { excludeOffsets: arena.take((users.length + 1) * 4), exclude: arena.take(total * 4) }
  let end = 0
  users.forEach((user, row) => {
    heap.u32[at.excludeOffsets / 4 + row] = end
    heap.u32.set(items.subarray(offsets[user], offsets[user + 1]), at.exclude / 4 + end)
    end += offsets[user + 1] - offsets[user]
  })
  heap.u32[at.excludeOffsets / 4 + users.length] = end
  return at
}

function setWords({ machine }: Context, words: Partial<Record<keyof typeof Arg, number>>) {
  const at = machine.control + Control.args
  for (const name in words)
    machine.heap.u32[at + Arg[name as keyof typeof Arg]] = words[name as keyof typeof Arg] ?? 0
}
