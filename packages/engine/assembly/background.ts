import { Arg, Background, Head } from '../src/wasm/layout'
import { exponential } from './exponential'
import { hide, startCursors } from './hidden-items'
import { arg, argF, head, rowBytes } from './memory'
import { scoreGroup, SIDE } from './side-by-side'
import { minusInfinity } from './simd'
import { sortIds } from './sorted-ids'
import { clear, copy } from './vectors'

/**
 * Of blocks of 8 users: their rows over the temperature side by side [d, 8], and as they are one after the other [8, d],
 * followed by zeros where there are fewer; their listed items in ascending order.
 */
export function backgroundUsers(chunk: u32): void {
  const table = <usize>arg(Arg.user)
  const bytes = rowBytes(table)
  const values = <usize>head(table, Head.values)
  const rows = arg(Arg.rows)
  const from = chunk * Background.users
  const inverse = argF(Arg.inverseTemperature)
  for (let row = from; row < from + Background.users; row++) {
    const line = <usize>arg(Arg.values) + <usize>row * bytes
    const side = <usize>arg(Arg.tiles) + <usize>from * bytes + (<usize>(row - from) << 2)
    if (row < rows) copy(line, values + <usize>load<u32>(<usize>arg(Arg.users) + (<usize>row << 2)) * bytes, bytes)
    else clear(line, bytes)
    for (let o: usize = 0; o < bytes; o += 4) store<f32>(side + o * Background.users, load<f32>(line + o) * inverse)
    if (row < rows) sortIds(<usize>arg(Arg.items0) + (<usize>(row * arg(Arg.k0)) << 2), arg(Arg.k0))
  }
}

/** Sums over all items but a user's seen and listed ones: the log of the sum of e^score, for some users. */
export function backgroundSums(chunk: u32, thread: u32): void {
  const item = <usize>arg(Arg.item)
  const bytes = rowBytes(item)
  const items = head(item, Head.rows)
  const rows = arg(Arg.rows)
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), rows)
  const blocks = (to - from + Background.users - 1) / Background.users
  // scratch: sums in double precision, maxima, cursors, scores
  const sums = <usize>arg(Arg.scratch) + <usize>thread * <usize>arg(Arg.scratchBytes)
  const tops = sums + <usize>blocks * SIDE * 2
  const cursors = tops + <usize>blocks * SIDE
  const scores = cursors + <usize>blocks * SIDE * 2
  const limit = f32x4.splat(argF(Arg.cap))
  clear(sums, <usize>blocks * SIDE * 2)
  for (let at = tops; at < cursors; at += 16) v128.store(at, minusInfinity())
  startCursors(cursors, from, to, 0)
  for (let first: u32 = 0; first < items; first += Background.items) {
    const count = min<u32>(Background.items, items - first)
    for (let block: u32 = 0; block < blocks; block++) {
      const row = from + block * Background.users
      scoreGroup(<usize>arg(Arg.tiles) + <usize>row * bytes, item, first, count, scores, bytes, true, limit)
      hide(cursors + <usize>block * SIDE * 2, row, min(row + Background.users, to), first, count, scores)
      sumGroup(scores, count, tops + <usize>block * SIDE, sums + <usize>block * SIDE * 2)
    }
  }
  for (let row = from; row < to; row++) {
    const n = <usize>(row - from)
    const sum = Math.log(load<f64>(sums + (n << 3))) + <f64>load<f32>(tops + (n << 2))
    store<f32>(<usize>arg(Arg.out) + (<usize>row << 2), <f32>sum)
  }
}

/** Adds e^(score - top) of a group to the running sums; `top`, the largest score so far, may rise. */
// @ts-ignore: decorator
@inline
function sumGroup(scores: usize, count: u32, tops: usize, sums: usize): void {
  const end = scores + <usize>count * SIDE
  const old0 = v128.load(tops)
  const old1 = v128.load(tops, 16)
  let top0 = old0
  let top1 = old1
  for (let at = scores; at < end; at += SIDE) {
    top0 = f32x4.max(top0, v128.load(at))
    top1 = f32x4.max(top1, v128.load(at, 16))
  }
  let sum0 = f32x4.splat(0)
  let sum1 = f32x4.splat(0)
  // of a user without background so far every difference is NaN, whose e^ counts as next to nothing
  for (let at = scores; at < end; at += SIDE) {
    sum0 = f32x4.add(sum0, exponential(f32x4.sub(v128.load(at), top0)))
    sum1 = f32x4.add(sum1, exponential(f32x4.sub(v128.load(at, 16), top1)))
  }
  v128.store(tops, top0)
  v128.store(tops, top1, 16)
  addTo(sums, exponential(f32x4.sub(old0, top0)), sum0)
  addTo(sums + SIDE, exponential(f32x4.sub(old1, top1)), sum1)
}

/** sums = sums x shrink + more, in double precision. */
// @ts-ignore: decorator
@inline
function addTo(sums: usize, shrink: v128, more: v128): void {
  const low = f64x2.mul(v128.load(sums), f64x2.promote_low_f32x4(shrink))
  v128.store(sums, f64x2.add(low, f64x2.promote_low_f32x4(more)))
  const upper = v128.shuffle<f32>(shrink, shrink, 2, 3, 0, 1)
  const high = f64x2.mul(v128.load(sums, 16), f64x2.promote_low_f32x4(upper))
  v128.store(sums, f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(more, more, 2, 3, 0, 1))), 16)
}
