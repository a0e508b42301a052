import { InputError, type Csr } from '@recdistill/core'
import { expectLength } from '../check-input.ts'
import type { Draws, DrawnUsers, ItemRows } from '../draws.ts'
import { setWords, type Context, type Words } from './context.ts'
import { Corrected, Kernel, Sorting } from './layout.ts'

/** Users of a piece of work. */
const PIECE = 64
/** e to more than this does not fit the kernels' numbers, and `below` of more items takes another way. */
const LIMITS = { exponent: 80, items: 2 ** 21 }

/** Draws on the kernels; what they cannot do at all is left to the twins for all users. */
export function createDraws(context: Context): Draws {
  const { machine, arena, threads } = context
  const { heap } = machine

  /** Runs a kernel over the users. `scratch` is what a thread needs: marks that are cleared, then the rest. */
  const run = (
    kernel: Kernel,
    users: DrawnUsers,
    out: Uint32Array | Float32Array,
    size: number,
    scratch: { marks: number; rest: number },
    words: Words,
  ): Uint32Array => {
    const { first, count, key, ids } = users
    expectLength(`${Kernel[kernel]}: out`, out.length, count * size)
    if (ids) expectUsers(Kernel[kernel], users, ids)
    if (!heap.holds(out)) return everyone(users)
    const rows = ids ? ids.length : count
    const marks = upTo64(scratch.marks + 16)
    const scratchBytes = marks + upTo64(scratch.rest) + 512
    const at = arena.take(scratchBytes * threads)
    for (let thread = 0; thread < threads; thread++)
      heap.u8.fill(0, at + thread * scratchBytes, at + thread * scratchBytes + marks)
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
      scratch: at,
      scratchBytes,
      ...words,
    })
    machine.fork(kernel, Math.ceil(rows / PIECE))
    return left(first, heap.u8.subarray(unsure, unsure + count))
  }
  const placeRows = (what: string, { items, width }: ItemRows, { count }: DrawnUsers): number => {
    expectLength(what, items.length, count * width)
    return arena.copyIn(items)
  }
  const placeSeen = ({ offsets, items }: Csr): Words => ({
    excludeOffsets: arena.copyIn(offsets),
    exclude: arena.copyIn(items),
  })
  const placeDoubles = (...arrays: readonly ArrayLike<number>[]): number => {
    const at = arena.take(arrays.reduce((sum, { length }) => sum + length * 8, 0))
    let next = at / 8
    for (const array of arrays) {
      heap.f64.set(array, next)
      next += array.length
    }
    return at
  }

  const drawFirst: Draws['first'] = (users, from, out, size) => {
    if (size > from.width) return everyone(users)
    arena.begin()
    const words = { from: placeRows('first', from, users), k: from.width }
    return run(Kernel.drawFirst, users, out, size, { marks: 0, rest: 0 }, words)
  }

  return {
    first: drawFirst,
    byPosition(users, from, { n, tail, chance, slowness, hazard }, { keepDrawOrder }, out, size) {
      if (size >= n) return size === n && !keepDrawOrder ? drawFirst(users, from, out, size) : everyone(users)
      arena.begin()
      return run(
        Kernel.drawByPosition,
        users,
        out,
        size,
        { marks: 0, rest: (n + 32) * 16 },
        {
          from: placeRows('byPosition', from, users),
          k: from.width,
          places: n,
          capacity: tail,
          mode: keepDrawOrder ? 1 : 0,
          table: placeDoubles(chance, slowness, hazard),
        },
      )
    },
    except(users, { numItems, seen }, from, n, out, size) {
      if (numItems > LIMITS.items) return everyone(users)
      arena.begin()
      return run(
        Kernel.drawExcept,
        users,
        out,
        size,
        { marks: numItems, rest: (2 * size + 64) * 4 },
        { from: placeRows('except', from, users), k: from.width, places: n, numItems, ...placeSeen(seen) },
      )
    },
    unseen(users, { numItems, seen }, out, size) {
      if (numItems > LIMITS.items) return everyone(users)
      arena.begin()
      const words = { numItems, ...placeSeen(seen) }
      return run(Kernel.drawUnseen, users, out, size, { marks: 0, rest: (2 * size + 64) * 4 }, words)
    },
    bestOfTwo(users, { numItems, seen }, n, { T, distinct }, out, size) {
      arena.begin()
      return run(
        Kernel.drawBestOfTwo,
        users,
        out,
        size,
        { marks: 0, rest: (2 * size + 64) * 4 },
        {
          numItems,
          capacity: n,
          places: distinct ? 8 * size : size,
          mode: distinct ? 1 : 0,
          table: placeDoubles([-T, Math.expm1(-1 / T)]),
          ...placeSeen(seen),
        },
      )
    },
    byCorrection(users, from, n, correction, { sign, floor, keepDrawOrder }, out, size) {
      if (size > n) return everyone(users)
      arena.begin()
      expectLength('byCorrection: correction', correction.length, users.count * n)
      return run(
        Kernel.drawByCorrection,
        users,
        out,
        size,
        { marks: n, rest: (n + 64) * 16 + (3 * size + 64) * 4 },
        {
          from: placeRows('byCorrection', from, users),
          k: from.width,
          places: n,
          values: arena.copyIn(correction),
          dim: n,
          mode:
            (sign === 'over' ? Corrected.over : 0) |
            (floor === 'always' ? Corrected.floored : 0) |
            (keepDrawOrder ? Corrected.inDrawOrder : 0),
        },
      )
    },
    nearlyClosed(users, from, n, { wanted, closed, drawn, T, cap, behind, numItems }, out, size) {
      const largest = Math.min(wanted.width, cap)
      const hasRoom = drawn <= n && drawn + wanted.width <= size
      const isOrdinary = hasRoom && wanted.width > 0 && closed.width > 0 && behind !== 0
      if (!isOrdinary || largest / T > LIMITS.exponent) return everyone(users)
      arena.begin()
      const table = Float32Array.from({ length: largest + 1 }, (_, d) => Math.exp(d / T))
      return run(
        Kernel.drawNearlyClosed,
        users,
        out,
        size,
        { marks: numItems, rest: (n + 64) * 8 },
        {
          from: placeRows('nearlyClosed', from, users),
          k: from.width,
          places: n,
          items0: placeRows('nearlyClosed: wanted', wanted, users),
          k0: wanted.width,
          items1: placeRows('nearlyClosed: closed', closed, users),
          k1: closed.width,
          dim: drawn,
          capacity: largest,
          asked: behind ?? 0,
          numItems,
          table: arena.copyIn(table),
        },
      )
    },
    inOrder(users, list, scores, out) {
      arena.begin()
      const k = list.width
      expectLength('inOrder: scores', scores.length, users.count * k)
      return run(
        Kernel.drawInOrder,
        users,
        out,
        k,
        { marks: 0, rest: (2 * k + 16) * 8 + Sorting.buckets * 4 },
        { from: placeRows('inOrder', list, users), k, values: arena.copyIn(scores) },
      )
    },
    overlap(users, list, places, other, numItems, table, out) {
      if (table.length === 0) return everyone(users)
      arena.begin()
      return run(
        Kernel.fillOverlap,
        users,
        out,
        1,
        { marks: numItems, rest: 0 },
        {
          items0: placeRows('overlap', list, users),
          k0: list.width,
          places: Math.min(places, list.width),
          items1: placeRows('overlap: other', other, users),
          k1: other.width,
          numItems,
          capacity: table.length - 1,
          table: arena.copyIn(table),
        },
      )
    },
    byPlace(users, from, n, ranked, horizon, numItems, table, out) {
      arena.begin()
      expectLength('byPlace: table', table.length, n + horizon + 1)
      return run(
        Kernel.fillByPlace,
        users,
        out,
        n,
        { marks: numItems * 4, rest: 0 },
        {
          from: placeRows('byPlace', from, users),
          k: from.width,
          places: n,
          items0: placeRows('byPlace: ranked', ranked, users),
          k0: ranked.width,
          numItems,
          capacity: Math.min(horizon, ranked.width),
          table: arena.copyIn(table),
        },
      )
    },
  }
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

function everyone({ first, count, ids }: DrawnUsers): Uint32Array {
  return ids ?? Uint32Array.from({ length: count }, (_, n) => first + n)
}

function upTo64(bytes: number): number {
  return Math.ceil(bytes / 64) * 64
}
