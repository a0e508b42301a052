import type { Csr } from '@recdistill/core'
import { expectIds, expectSameDim } from '../check-input.ts'
import type { ListRows } from '../engine.ts'
import { expectSum } from '../plain/background.ts'
import { setWords, type Context } from './context.ts'
import { flush } from './deferred-adam.ts'
import { excludedRows } from './excluded-rows.ts'
import { Arg, Background, Control, Kernel } from './layout.ts'
import { pullRows } from './pull-rows.ts'
import { readyRows } from './ready-rows.ts'
import { setJob, type WasmTable } from './table.ts'

/** What the kernels that put users side by side against the whole catalogue have in common. */
export interface SideBySide {
  readonly context: Context
  readonly what: string
  readonly user: WasmTable
  readonly item: WasmTable
  readonly rows: ListRows
  readonly exclude: Csr | null
  /** Scores beyond it count as it, or not at all. */
  readonly clamp: number
  readonly temperature: number
}

/** Pieces of the catalogue that a pullback is cut into, and bytes their parts of the users' gradient take together at most. */
const PIECES = { least: 4, most: 32, bytes: 2 ** 24 }

/** Users in blocks, the last one filled up. */
export function paddedRows(users: Uint32Array): number {
  return Math.ceil(users.length / Background.users) * Background.users
}

/** Brings rows up to date, puts users side by side and lists in order. @returns Where the rows stand side by side. */
export function placeUsers({
  context,
  what,
  user,
  item,
  rows,
  exclude,
  clamp,
  temperature,
}: SideBySide): number {
  const { machine, arena } = context
  const { users, items, k } = rows
  expectSameDim(what, user, item)
  flush(machine, item)
  const bytes = paddedRows(users) * user.stride * 4
  const sorted = arena.take(items.length * 4)
  machine.heap.u32.set(items, sorted / 4)
  const chunkRows = Math.ceil(users.length / 32)
  const tiles = arena.take(bytes)
  setWords(context, {
    users: arena.copyIn(users),
    rows: users.length,
    chunkRows,
    items0: sorted,
    k0: k,
    k1: 0,
    mode: 0,
    tiles,
    values: arena.take(bytes),
    ...excludedRows(context, users, exclude),
  })
  const at = machine.control + Control.args
  machine.heap.f32[at + Arg.cap] = clamp
  machine.heap.f32[at + Arg.inverseTemperature] = 1 / temperature
  setJob(machine, { user, item, all: 0 })
  readyRows(context, user, item === user ? null : item, Math.ceil(users.length / chunkRows), () => {
    expectIds(`${what}: users`, users, user)
    expectIds(`${what}: items`, items, item, true)
  })
  machine.fork(Kernel.backgroundUsers, paddedRows(users) / Background.users)
  return tiles
}

/** Log-sums of the rows that were placed last. A view, valid until memory is taken. @throws NumericError for a sum that is none. */
export function sumRows({ context, user, rows: { users } }: SideBySide): Float32Array {
  const { machine, arena, threads } = context
  const out = arena.take(users.length * 4)
  const chunkRows = Background.batch
  const scratchBytes = (chunkRows * 5 + (Background.items + 5) * Background.users) * 4 + 64
  const scratch = arena.take(scratchBytes * threads)
  setWords(context, { out, chunkRows, scratch, scratchBytes })
  machine.fork(Kernel.backgroundSums, Math.ceil(users.length / chunkRows))
  const sums = machine.heap.f32.subarray(out / 4, out / 4 + users.length)
  for (let row = 0; row < sums.length; row++) expectSum(user, users[row], row, sums[row])
  return sums
}

/** Pieces that the items are cut into, by the size of the work alone. */
export interface Pieces {
  readonly count: number
  /** Loss of each user in each piece, for the kernel that has one. [count, padded users] */
  readonly losses: number
}

/** Runs a kernel that walks the items piece by piece, for all users placed last, and adds both gradients of tables. */
export function pullPieces({ context, user, item, rows }: SideBySide, kernel: Kernel): Pieces {
  const { machine, arena, threads } = context
  const padded = paddedRows(rows.users)
  const partBytes = padded * user.stride * 4
  const pieces = Math.min(PIECES.most, Math.max(PIECES.least, Math.floor(PIECES.bytes / partBytes)))
  const tileItems = Math.ceil(item.rows / pieces / Background.items) * Background.items
  const parts = Math.ceil(item.rows / tileItems)
  // scores of a group by all users that share it, by 8 of them once more, and where the lists of each user go on
  const scratchBytes = (Background.batch + Background.users) * (Background.items + 5) * 4 + padded * 8 + 64
  const userGrad = user.trainable ? arena.take(partBytes) : 0
  const losses = kernel === Kernel.catalogueLoss ? arena.take(parts * padded * 8) : 0
  setWords(context, {
    tileItems,
    parts,
    scratch: arena.take(scratchBytes * threads),
    scratchBytes,
    userGrad,
    records: user.trainable ? arena.take(partBytes * parts) : 0,
    loss: losses,
  })
  machine.fork(kernel, parts)
  if (user.trainable) {
    machine.fork(Kernel.backgroundJoin, padded / Background.users)
    pullRows(context, user, userGrad)
  }
  return { count: parts, losses }
}
