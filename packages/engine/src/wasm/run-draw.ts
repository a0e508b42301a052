import { InputError, type Csr } from '@recdistill/core'
import { expectLength } from '../check-input.ts'
import type { DrawnUsers, ItemRows } from '../draws.ts'
import { setWords, type Context, type Words } from './context.ts'
import { Kernel } from './layout.ts'

/** Users of a piece of work. */
const PIECE = 64

/** A draw: the kernel, for whom, where to, and bytes of memory that a thread needs. */
export interface DrawJob {
  readonly kernel: Kernel
  readonly users: DrawnUsers
  readonly out: Uint32Array | Float32Array // [users.count, size]
  readonly size: number
  /** Cleared before. */
  readonly marks?: number
  readonly rest?: number
}

/** Runs the kernel over the users, and returns those it leaves to the twin. */
export function runDraw(
  context: Context,
  { kernel, users, out, size, marks = 0, rest = 0 }: DrawJob,
  words: Words,
): Uint32Array {
  const { machine, arena, threads } = context
  const { heap } = machine
  const { first, count, key, ids } = users
  expectLength(`${Kernel[kernel]}: out`, out.length, count * size)
  if (ids) expectUsers(Kernel[kernel], users, ids)
  if (!heap.holds(out)) return everyone(users)
  const rows = ids ? ids.length : count
  const markBytes = upTo64(marks + 16)
  const scratchBytes = markBytes + upTo64(rest) + 512
  const scratch = arena.take(scratchBytes * threads)
  for (let thread = 0; thread < threads; thread++) {
    const at = scratch + thread * scratchBytes
    heap.u8.fill(0, at, at + markBytes)
  }
  const unsure = arena.take(count)
  heap.u8.fill(0, unsure, unsure + count)
  setWords(context, {
    rows,
    users: ids ? arena.copyIn(ids) : 0,
    chunkRows: PIECE,
    firstUser: first,
    key0: key[0],
    key1: key[1],
    out: out.byteOffset,
    size,
    unsure,
    scratch,
    scratchBytes,
    ...words,
  })
  machine.fork(kernel, Math.ceil(rows / PIECE))
  return left(first, heap.u8.subarray(unsure, unsure + count))
}

/** What a kernel is told of the items it draws from. */
export function placeFrom(context: Context, what: string, from: ItemRows, users: DrawnUsers): Words {
  return { from: placeRows(context, what, from, users), k: from.width }
}

/** Pointer to the rows of all users. */
export function placeRows(
  { arena }: Context,
  what: string,
  { items, width }: ItemRows,
  { count }: DrawnUsers,
): number {
  expectLength(what, items.length, count * width)
  return arena.copyIn(items)
}

/** Pointers to where the rows of all users would begin, of which those of `users` are there: kernels count from the first user of all. */
export function placeSeen({ arena }: Context, { offsets, items }: Csr, { first, count }: DrawnUsers): Words {
  const [from, to] = [offsets[first], offsets[first + count]]
  return {
    excludeOffsets: arena.copyIn(offsets.subarray(first, first + count + 1)) - 4 * first,
    exclude: arena.copyIn(items.subarray(from, to)) - 4 * from,
  }
}

/** Pointer to the arrays, one behind the other. */
export function placeDoubles({ machine, arena }: Context, ...arrays: readonly ArrayLike<number>[]): number {
  const at = arena.take(arrays.reduce((sum, { length }) => sum + length * 8, 0))
  let next = at / 8
  for (const array of arrays) {
    machine.heap.f64.set(array, next)
    next += array.length
  }
  return at
}

/** The users of a draw that is left to the twin as a whole. */
export function everyone({ first, count, ids }: DrawnUsers): Uint32Array {
  return ids ?? Uint32Array.from({ length: count }, (_, n) => first + n)
}

/** Kernels look nothing up: a row that does not exist would be written all the same. */
function expectUsers(what: string, { first, count }: DrawnUsers, ids: Uint32Array): void {
  const wrong = ids.find((id) => id < first || id >= first + count)
  if (wrong !== undefined)
    throw new InputError(`${what}: user ${wrong} is not among the ${count} users from ${first} on`)
}

/** Marked users, usually none. */
function left(first: number, unsure: Uint8Array): Uint32Array {
  const users: number[] = []
  for (let row = unsure.indexOf(1); row >= 0; row = unsure.indexOf(1, row + 1)) users.push(first + row)
  return Uint32Array.from(users)
}

function upTo64(bytes: number): number {
  return Math.ceil(bytes / 64) * 64
}
