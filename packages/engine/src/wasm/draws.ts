import { expectLength } from '../check-input.ts'
import type { Draws } from '../draws.ts'
import type { Context, Words } from './context.ts'
import { Corrected, Kernel, Sorting } from './layout.ts'
import { everyone, placeDoubles, placeFrom, placeRows, placeSeen, runDraw, type DrawJob } from './run-draw.ts'

/** e to more than this does not fit the kernels' numbers, and `below` of more items takes another way. */
const LIMITS = { exponent: 80, items: 2 ** 21 }

/** Draws on the kernels; what they cannot do at all is left to the twins for all users. */
export function createDraws(context: Context): Draws {
  const { arena } = context
  const run = (job: DrawJob, words: Words) => runDraw(context, job, words)

  const drawFirst: Draws['first'] = (users, from, out, size) => {
    if (size > from.width) return everyone(users)
    arena.begin()
    return run({ kernel: Kernel.drawFirst, users, out, size }, placeFrom(context, 'first', from, users))
  }

  return {
    first: drawFirst,
    byPosition(users, from, { n, tail, chance, slowness, hazard }, { keepDrawOrder }, out, size) {
      if (size >= n) return size === n && !keepDrawOrder ? drawFirst(users, from, out, size) : everyone(users)
      arena.begin()
      return run(
        { kernel: Kernel.drawByPosition, users, out, size, rest: (n + 32) * 16 },
        {
          ...placeFrom(context, 'byPosition', from, users),
          places: n,
          capacity: tail,
          mode: keepDrawOrder ? 1 : 0,
          table: placeDoubles(context, chance, slowness, hazard),
        },
      )
    },
    except(users, { numItems, seen }, from, n, out, size) {
      if (numItems > LIMITS.items) return everyone(users)
      arena.begin()
      return run(
        { kernel: Kernel.drawExcept, users, out, size, marks: numItems, rest: (2 * size + 64) * 4 },
        {
          ...placeFrom(context, 'except', from, users),
          ...placeSeen(context, seen, users),
          places: n,
          numItems,
        },
      )
    },
    unseen(users, { numItems, seen }, out, size) {
      if (numItems > LIMITS.items) return everyone(users)
      arena.begin()
      return run(
        { kernel: Kernel.drawUnseen, users, out, size, rest: (2 * size + 64) * 4 },
        { numItems, ...placeSeen(context, seen, users) },
      )
    },
    bestOfTwo(users, { numItems, seen }, n, { T, distinct }, out, size) {
      arena.begin()
      return run(
        { kernel: Kernel.drawBestOfTwo, users, out, size, rest: (2 * size + 64) * 4 },
        {
          ...placeSeen(context, seen, users),
          numItems,
          capacity: n,
          places: distinct ? 8 * size : size,
          mode: distinct ? 1 : 0,
          table: placeDoubles(context, [-T, Math.expm1(-1 / T)]),
        },
      )
    },
    byCorrection(users, from, n, correction, { sign, floor, keepDrawOrder }, out, size) {
      if (size > n) return everyone(users)
      arena.begin()
      expectLength('byCorrection: correction', correction.length, users.count * n)
      const rest = (n + 64) * 16 + (3 * size + 64) * 4
      return run(
        { kernel: Kernel.drawByCorrection, users, out, size, marks: n, rest },
        {
          ...placeFrom(context, 'byCorrection', from, users),
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
        { kernel: Kernel.drawNearlyClosed, users, out, size, marks: numItems, rest: (n + 64) * 8 },
        {
          ...placeFrom(context, 'nearlyClosed', from, users),
          places: n,
          items0: placeRows(context, 'nearlyClosed: wanted', wanted, users),
          k0: wanted.width,
          items1: placeRows(context, 'nearlyClosed: closed', closed, users),
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
      const rest = (2 * k + 16) * 8 + Sorting.buckets * 4
      return run(
        { kernel: Kernel.drawInOrder, users, out, size: k, rest },
        { ...placeFrom(context, 'inOrder', list, users), values: arena.copyIn(scores) },
      )
    },
    overlap(users, list, places, other, numItems, table, out) {
      if (table.length === 0) return everyone(users)
      arena.begin()
      return run(
        { kernel: Kernel.fillOverlap, users, out, size: 1, marks: numItems },
        {
          items0: placeRows(context, 'overlap', list, users),
          k0: list.width,
          places: Math.min(places, list.width),
          items1: placeRows(context, 'overlap: other', other, users),
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
        { kernel: Kernel.fillByPlace, users, out, size: n, marks: numItems * 4 },
        {
          ...placeFrom(context, 'byPlace', from, users),
          places: n,
          items0: placeRows(context, 'byPlace: ranked', ranked, users),
          k0: ranked.width,
          numItems,
          capacity: Math.min(horizon, ranked.width),
          table: arena.copyIn(table),
        },
      )
    },
  }
}
