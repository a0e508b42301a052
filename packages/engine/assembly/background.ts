import { Arg, Background, Head } from '../src/wasm/layout'
import { exponential } from './exponential'
import { arg, argF, head, rowBytes } from './memory'
import { pullItems, pullUsers } from './pull-side-by-side'
import { BATCH, scoreGroup, SIDE } from './side-by-side'
import { minusInfinity } from './simd'
import { add, clear, copy } from './vectors'

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

/** Shell sort in place: lists are short. */
function sortIds(at: usize, length: u32): void {
  for (let gap: u32 = length <= 4 ? 1 : length <= 40 ? 4 : length <= 300 ? 23 : 132; gap > 0; gap = gap == 132 ? 23 : gap == 23 ? 4 : gap == 4 ? 1 : 0)
    for (let n = gap; n < length; n++) {
      const id = load<u32>(at + (<usize>n << 2))
      let hole = n
      while (hole >= gap && load<u32>(at + (<usize>(hole - gap) << 2)) > id) {
        store<u32>(at + (<usize>hole << 2), load<u32>(at + (<usize>(hole - gap) << 2)))
        hole -= gap
      }
      store<u32>(at + (<usize>hole << 2), id)
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

/** Where the seen and the listed items of each user begin that are not below `first`. */
function startCursors(cursors: usize, from: u32, to: u32, first: u32): void {
  const seen = <usize>arg(Arg.exclude)
  const listed = <usize>arg(Arg.items0)
  const k = arg(Arg.k0)
  for (let row = from; row < to; row++) {
    const at = cursors + (<usize>(row - from) << 3)
    if (seen != 0) {
      const ends = <usize>arg(Arg.excludeOffsets) + (<usize>row << 2)
      store<u32>(at, lowerBound(seen, load<u32>(ends), load<u32>(ends, 4), first))
    }
    store<u32>(at, lowerBound(listed, row * k, (row + 1) * k, first), 4)
  }
}

function lowerBound(ids: usize, low: u32, high: u32, first: u32): u32 {
  while (low < high) {
    const middle = (low + high) >> 1
    if (load<u32>(ids + (<usize>middle << 2)) < first) low = middle + 1
    else high = middle
  }
  return low
}

/** Minus infinity for what is not of the background: seen and listed items of each user. */
// @ts-ignore: decorator
@inline
function hide(cursors: usize, row: u32, end: u32, first: u32, count: u32, scores: usize): void {
  const seen = <usize>arg(Arg.exclude)
  const k = arg(Arg.k0)
  for (; row < end; row++) {
    if (seen != 0) {
      const stop = load<u32>(<usize>arg(Arg.excludeOffsets) + (<usize>row << 2), 4)
      store<u32>(cursors, hideOf(seen, load<u32>(cursors), stop, first, count, scores))
    }
    store<u32>(cursors, hideOf(<usize>arg(Arg.items0), load<u32>(cursors, 4), (row + 1) * k, first, count, scores), 4)
    cursors += 8
    scores += 4
  }
}

// @ts-ignore: decorator
@inline
function hideOf(ids: usize, cursor: u32, stop: u32, first: u32, count: u32, scores: usize): u32 {
  for (; cursor < stop; cursor++) {
    const place = load<u32>(ids + (<usize>cursor << 2)) - first
    if (place >= count) break
    store<f32>(scores + <usize>place * SIDE, -Infinity)
  }
  return cursor
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

/**
 * Gradients of the scores of some items by all users, and both gradients of tables: of these items in place, of the users
 * as the part of this piece, [blocks, d, 8].
 */
export function backgroundPull(chunk: u32, thread: u32): void {
  const item = <usize>arg(Arg.item)
  const bytes = rowBytes(item)
  const rows = arg(Arg.rows)
  const from = chunk * arg(Arg.tileItems)
  const to = min(from + arg(Arg.tileItems), head(item, Head.rows))
  const blocks = (rows + Background.users - 1) / Background.users
  const trainsItem = head(item, Head.grad) != 0
  const trainsUser = arg(Arg.userGrad) != 0
  const part = <usize>arg(Arg.records) + <usize>chunk * <usize>blocks * bytes * Background.users
  const sides = <usize>arg(Arg.tiles)
  const lines = <usize>arg(Arg.values)
  const shares = <usize>arg(Arg.scratch) + <usize>thread * <usize>arg(Arg.scratchBytes)
  const blockBytes = <usize>(Background.items + 5) * SIDE
  const cursors = shares + <usize>BATCH * blockBytes
  const limit = f32x4.splat(argF(Arg.cap))
  if (trainsUser) clear(part, <usize>blocks * bytes * Background.users)
  startCursors(cursors, 0, rows, from)
  for (let first = from; first < to; first += Background.items) {
    const count = min<u32>(Background.items, to - first)
    if (trainsItem) for (let j = first; j < first + count; j++) store<u8>(<usize>head(item, Head.dirty) + j, 1)
    for (let start: u32 = 0; start < blocks; start += BATCH) {
      const stop = min<u32>(start + BATCH, blocks)
      for (let block = start; block < stop; block++) {
        const row = block * Background.users
        const mine = shares + <usize>(block - start) * blockBytes
        scoreGroup(sides + <usize>row * bytes, item, first, count, mine, bytes, false, limit)
        hide(cursors + (<usize>row << 3), row, min(row + Background.users, rows), first, count, mine)
        const place = <usize>row << 2
        sharesOf(mine, count, <usize>arg(Arg.grad1) + place, <usize>arg(Arg.grad0) + place, limit)
        if (trainsUser) pullUsers(mine, count, <usize>head(item, Head.values) + <usize>first * bytes, part + <usize>row * bytes, bytes)
      }
      if (trainsItem)
        pullItems(shares, count, stop - start, blockBytes, lines + <usize>(start * Background.users) * bytes, <usize>head(item, Head.grad) + <usize>first * bytes, bytes)
    }
  }
}

/** Scores become grad x e^(score - background), 0 beyond the limit. */
// @ts-ignore: decorator
@inline
function sharesOf(scores: usize, count: u32, sums: usize, grads: usize, limit: v128): void {
  const sum0 = v128.load(sums)
  const sum1 = v128.load(sums, 16)
  const grad0 = v128.load(grads)
  const grad1 = v128.load(grads, 16)
  const end = scores + <usize>count * SIDE
  for (; scores < end; scores += SIDE) {
    v128.store(scores, shareOf(v128.load(scores), sum0, grad0, limit))
    v128.store(scores, shareOf(v128.load(scores, 16), sum1, grad1, limit), 16)
  }
}

// @ts-ignore: decorator
@inline
function shareOf(score: v128, sum: v128, grad: v128, limit: v128): v128 {
  const inside = f32x4.le(f32x4.abs(score), limit)
  return v128.and(f32x4.mul(exponential(f32x4.sub(score, sum)), grad), inside)
}

/** The parts of the gradient of 8 users, added in order, as rows. */
export function backgroundJoin(block: u32): void {
  const bytes = rowBytes(<usize>arg(Arg.user))
  const blocks = (arg(Arg.rows) + Background.users - 1) / Background.users
  const size = bytes * Background.users
  const sum = <usize>arg(Arg.records) + <usize>block * size
  for (let part: u32 = 1; part < arg(Arg.parts); part++) add(sum, sum + <usize>part * <usize>blocks * size, size)
  for (let n: u32 = 0; n < <u32>Background.users; n++) {
    const row = block * Background.users + n
    if (row >= arg(Arg.rows)) return
    const out = <usize>arg(Arg.userGrad) + <usize>row * bytes
    for (let o: usize = 0; o < bytes; o += 4) store<f32>(out + o, load<f32>(sum + o * Background.users + (<usize>n << 2)))
  }
}
