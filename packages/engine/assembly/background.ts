import { Arg, Background, Head } from '../src/wasm/layout'
import { arg, argF, head, rowBytes } from './memory'
import { fma, minusInfinity } from './simd'
import { add, clear, copy } from './vectors'

/**
 * Sums over all items but a user's seen and listed ones. Users stand 8 side by side in vectors and items pass one by one as
 * they lie in their table, a group at a time, so scores exist in a block of group x 8 alone.
 */

/** Bytes of 8 floats: one number of each user of a block. */
const SIDE: usize = 32

/** Blocks of users whose shares of a group of items stay in cache together. */
const BATCH: u32 = Background.batch / Background.users

/**
 * Of blocks of 8 users: their rows side by side [d, 8] and one after the other [8, d], the latter followed by zeros where
 * there are fewer; their listed items in ascending order.
 */
export function backgroundUsers(chunk: u32): void {
  const table = <usize>arg(Arg.user)
  const bytes = rowBytes(table)
  const values = <usize>head(table, Head.values)
  const rows = arg(Arg.rows)
  const from = chunk * Background.users
  for (let row = from; row < from + Background.users; row++) {
    const line = <usize>arg(Arg.values) + <usize>row * bytes
    const side = <usize>arg(Arg.tiles) + <usize>from * bytes + (<usize>(row - from) << 2)
    if (row < rows) copy(line, values + <usize>load<u32>(<usize>arg(Arg.users) + (<usize>row << 2)) * bytes, bytes)
    else clear(line, bytes)
    for (let o: usize = 0; o < bytes; o += 4) store<f32>(side + o * Background.users, load<f32>(line + o))
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

/** Log of the sum of e^score over the background of some users. */
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

/** Scores of `count` items from `first` on by 8 users side by side, [count, 8]; up to 4 places beyond are written. */
// @ts-ignore: decorator
@inline
function scoreGroup(users: usize, item: usize, first: u32, count: u32, out: usize, bytes: usize, clamped: bool, limit: v128): void {
  const values = <usize>head(item, Head.values)
  const last = head(item, Head.rows) - 1
  for (let n: u32 = 0; n < count; n += 5) {
    const j = first + n
    let p0 = values + <usize>j * bytes
    let p1 = values + <usize>min(j + 1, last) * bytes
    let p2 = values + <usize>min(j + 2, last) * bytes
    let p3 = values + <usize>min(j + 3, last) * bytes
    let p4 = values + <usize>min(j + 4, last) * bytes
    let a0 = f32x4.splat(0)
    let a1 = f32x4.splat(0)
    let b0 = f32x4.splat(0)
    let b1 = f32x4.splat(0)
    let c0 = f32x4.splat(0)
    let c1 = f32x4.splat(0)
    let d0 = f32x4.splat(0)
    let d1 = f32x4.splat(0)
    let e0 = f32x4.splat(0)
    let e1 = f32x4.splat(0)
    const end = p0 + bytes
    let u = users
    for (; p0 < end; u += 4 * SIDE) {
      let u0 = v128.load(u)
      let u1 = v128.load(u, 16)
      let x = v128.load32_splat(p0)
      a0 = fma(x, u0, a0)
      a1 = fma(x, u1, a1)
      x = v128.load32_splat(p1)
      b0 = fma(x, u0, b0)
      b1 = fma(x, u1, b1)
      x = v128.load32_splat(p2)
      c0 = fma(x, u0, c0)
      c1 = fma(x, u1, c1)
      x = v128.load32_splat(p3)
      d0 = fma(x, u0, d0)
      d1 = fma(x, u1, d1)
      x = v128.load32_splat(p4)
      e0 = fma(x, u0, e0)
      e1 = fma(x, u1, e1)
      u0 = v128.load(u, 32)
      u1 = v128.load(u, 48)
      x = v128.load32_splat(p0, 4)
      a0 = fma(x, u0, a0)
      a1 = fma(x, u1, a1)
      x = v128.load32_splat(p1, 4)
      b0 = fma(x, u0, b0)
      b1 = fma(x, u1, b1)
      x = v128.load32_splat(p2, 4)
      c0 = fma(x, u0, c0)
      c1 = fma(x, u1, c1)
      x = v128.load32_splat(p3, 4)
      d0 = fma(x, u0, d0)
      d1 = fma(x, u1, d1)
      x = v128.load32_splat(p4, 4)
      e0 = fma(x, u0, e0)
      e1 = fma(x, u1, e1)
      u0 = v128.load(u, 64)
      u1 = v128.load(u, 80)
      x = v128.load32_splat(p0, 8)
      a0 = fma(x, u0, a0)
      a1 = fma(x, u1, a1)
      x = v128.load32_splat(p1, 8)
      b0 = fma(x, u0, b0)
      b1 = fma(x, u1, b1)
      x = v128.load32_splat(p2, 8)
      c0 = fma(x, u0, c0)
      c1 = fma(x, u1, c1)
      x = v128.load32_splat(p3, 8)
      d0 = fma(x, u0, d0)
      d1 = fma(x, u1, d1)
      x = v128.load32_splat(p4, 8)
      e0 = fma(x, u0, e0)
      e1 = fma(x, u1, e1)
      u0 = v128.load(u, 96)
      u1 = v128.load(u, 112)
      x = v128.load32_splat(p0, 12)
      a0 = fma(x, u0, a0)
      a1 = fma(x, u1, a1)
      x = v128.load32_splat(p1, 12)
      b0 = fma(x, u0, b0)
      b1 = fma(x, u1, b1)
      x = v128.load32_splat(p2, 12)
      c0 = fma(x, u0, c0)
      c1 = fma(x, u1, c1)
      x = v128.load32_splat(p3, 12)
      d0 = fma(x, u0, d0)
      d1 = fma(x, u1, d1)
      x = v128.load32_splat(p4, 12)
      e0 = fma(x, u0, e0)
      e1 = fma(x, u1, e1)
      p0 += 16
      p1 += 16
      p2 += 16
      p3 += 16
      p4 += 16
    }
    v128.store(out, clamped ? within(a0, limit) : a0)
    v128.store(out, clamped ? within(a1, limit) : a1, 16)
    v128.store(out, clamped ? within(b0, limit) : b0, 32)
    v128.store(out, clamped ? within(b1, limit) : b1, 48)
    v128.store(out, clamped ? within(c0, limit) : c0, 64)
    v128.store(out, clamped ? within(c1, limit) : c1, 80)
    v128.store(out, clamped ? within(d0, limit) : d0, 96)
    v128.store(out, clamped ? within(d1, limit) : d1, 112)
    v128.store(out, clamped ? within(e0, limit) : e0, 128)
    v128.store(out, clamped ? within(e1, limit) : e1, 144)
    out += 5 * SIDE
  }
}

// @ts-ignore: decorator
@inline
function within(score: v128, limit: v128): v128 {
  return f32x4.max(f32x4.neg(limit), f32x4.min(score, limit))
}

/** 2^f = 1 + f c1 + ... + f^5 c5 for |f| <= 1/2, to 1e-7; what comes before it in the exponential. */
const CONSTANTS = memory.data<f32>([
  1.4426950408889634, -126.0, 12582912.0, 0.001326472731307149, 0.009671512991189957, 0.05550733581185341,
  0.24022242426872253, 0.6931470036506653, 1.0,
])

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load32_splat(CONSTANTS + (index << 2))
}

/**
 * e^x for x up to about 0, to 2e-7 and 6e-8 |x|: in sums the large terms decide. Half as long as the exponential of the
 * losses. 2^-126, which no sum notices, for what is smaller and for NaN.
 */
// @ts-ignore: decorator
@inline
function exponential(x: v128): v128 {
  const lowest = constant(1)
  const magic = constant(2)
  const t = f32x4.pmax(lowest, f32x4.mul(x, constant(0)))
  // adding 1.5 x 2^23 rounds to a whole number that stands in the low bits
  const shifted = f32x4.add(t, magic)
  const f = f32x4.sub(t, f32x4.sub(shifted, magic))
  let y = fma(constant(3), f, constant(4))
  y = fma(y, f, constant(5))
  y = fma(y, f, constant(6))
  y = fma(y, f, constant(7))
  y = fma(y, f, constant(8))
  return i32x4.add(y, i32x4.shl(shifted, 23))
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

/** sum[d, 8] += share[j, 8] x item j's number d. */
// @ts-ignore: decorator
@inline
function pullUsers(shares: usize, count: u32, items: usize, sum: usize, bytes: usize): void {
  const end = shares + <usize>count * SIDE
  let o: usize = 0
  for (; o + 20 <= bytes; o += 20) {
    let a0 = v128.load(sum)
    let a1 = v128.load(sum, 16)
    let b0 = v128.load(sum, 32)
    let b1 = v128.load(sum, 48)
    let c0 = v128.load(sum, 64)
    let c1 = v128.load(sum, 80)
    let d0 = v128.load(sum, 96)
    let d1 = v128.load(sum, 112)
    let e0 = v128.load(sum, 128)
    let e1 = v128.load(sum, 144)
    let p = items + o
    for (let at = shares; at < end; at += SIDE) {
      const w0 = v128.load(at)
      const w1 = v128.load(at, 16)
      let x = v128.load32_splat(p)
      a0 = fma(x, w0, a0)
      a1 = fma(x, w1, a1)
      x = v128.load32_splat(p, 4)
      b0 = fma(x, w0, b0)
      b1 = fma(x, w1, b1)
      x = v128.load32_splat(p, 8)
      c0 = fma(x, w0, c0)
      c1 = fma(x, w1, c1)
      x = v128.load32_splat(p, 12)
      d0 = fma(x, w0, d0)
      d1 = fma(x, w1, d1)
      x = v128.load32_splat(p, 16)
      e0 = fma(x, w0, e0)
      e1 = fma(x, w1, e1)
      p += bytes
    }
    v128.store(sum, a0)
    v128.store(sum, a1, 16)
    v128.store(sum, b0, 32)
    v128.store(sum, b1, 48)
    v128.store(sum, c0, 64)
    v128.store(sum, c1, 80)
    v128.store(sum, d0, 96)
    v128.store(sum, d1, 112)
    v128.store(sum, e0, 128)
    v128.store(sum, e1, 144)
    sum += 5 * SIDE
  }
  for (; o < bytes; o += 4) {
    let a0 = v128.load(sum)
    let a1 = v128.load(sum, 16)
    let p = items + o
    for (let at = shares; at < end; at += SIDE) {
      const x = v128.load32_splat(p)
      a0 = fma(x, v128.load(at), a0)
      a1 = fma(x, v128.load(at, 16), a1)
      p += bytes
    }
    v128.store(sum, a0)
    v128.store(sum, a1, 16)
    sum += SIDE
  }
}

/** gradient of item j += share[user, j] x user row, over the users of some blocks. */
// @ts-ignore: decorator
@inline
function pullItems(shares: usize, count: u32, blocks: u32, blockBytes: usize, users: usize, grads: usize, bytes: usize): void {
  const usersEnd = users + <usize>(blocks * Background.users) * bytes
  const blockRows = bytes * Background.users
  let n: u32 = 0
  for (; n + 5 <= count; n += 5) {
    const to = grads + <usize>n * bytes
    const from = shares + <usize>n * SIDE
    let o: usize = 0
    for (; o + 32 <= bytes; o += 32) {
      let g = to + o
      let a0 = v128.load(g)
      let a1 = v128.load(g, 16)
      g += bytes
      let b0 = v128.load(g)
      let b1 = v128.load(g, 16)
      g += bytes
      let c0 = v128.load(g)
      let c1 = v128.load(g, 16)
      g += bytes
      let d0 = v128.load(g)
      let d1 = v128.load(g, 16)
      g += bytes
      let e0 = v128.load(g)
      let e1 = v128.load(g, 16)
      let block = from
      for (let u = users + o; u < usersEnd; ) {
        let w = block
        for (const blockEnd = u + blockRows; u < blockEnd; u += bytes) {
          const u0 = v128.load(u)
          const u1 = v128.load(u, 16)
          let x = v128.load32_splat(w)
          a0 = fma(x, u0, a0)
          a1 = fma(x, u1, a1)
          x = v128.load32_splat(w, 32)
          b0 = fma(x, u0, b0)
          b1 = fma(x, u1, b1)
          x = v128.load32_splat(w, 64)
          c0 = fma(x, u0, c0)
          c1 = fma(x, u1, c1)
          x = v128.load32_splat(w, 96)
          d0 = fma(x, u0, d0)
          d1 = fma(x, u1, d1)
          x = v128.load32_splat(w, 128)
          e0 = fma(x, u0, e0)
          e1 = fma(x, u1, e1)
          w += 4
        }
        block += blockBytes
      }
      v128.store(g, e0)
      v128.store(g, e1, 16)
      g -= bytes
      v128.store(g, d0)
      v128.store(g, d1, 16)
      g -= bytes
      v128.store(g, c0)
      v128.store(g, c1, 16)
      g -= bytes
      v128.store(g, b0)
      v128.store(g, b1, 16)
      g -= bytes
      v128.store(g, a0)
      v128.store(g, a1, 16)
    }
    for (; o < bytes; o += 16) {
      const g = to + o
      let a = v128.load(g)
      let b = v128.load(g + bytes)
      let c = v128.load(g + 2 * bytes)
      let d = v128.load(g + 3 * bytes)
      let e = v128.load(g + 4 * bytes)
      let block = from
      for (let u = users + o; u < usersEnd; ) {
        let w = block
        for (const blockEnd = u + blockRows; u < blockEnd; u += bytes) {
          const row = v128.load(u)
          a = fma(v128.load32_splat(w), row, a)
          b = fma(v128.load32_splat(w, 32), row, b)
          c = fma(v128.load32_splat(w, 64), row, c)
          d = fma(v128.load32_splat(w, 96), row, d)
          e = fma(v128.load32_splat(w, 128), row, e)
          w += 4
        }
        block += blockBytes
      }
      v128.store(g, a)
      v128.store(g + bytes, b)
      v128.store(g + 2 * bytes, c)
      v128.store(g + 3 * bytes, d)
      v128.store(g + 4 * bytes, e)
    }
  }
  for (; n < count; n++)
    for (let o: usize = 0; o < bytes; o += 16) {
      const g = grads + <usize>n * bytes + o
      let sum = v128.load(g)
      let block = shares + <usize>n * SIDE
      for (let u = users + o; u < usersEnd; ) {
        let w = block
        for (const blockEnd = u + blockRows; u < blockEnd; u += bytes) {
          sum = fma(v128.load32_splat(w), v128.load(u), sum)
          w += 4
        }
        block += blockBytes
      }
      v128.store(g, sum)
    }
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
