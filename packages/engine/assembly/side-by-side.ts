import { Background, Head } from '../src/wasm/layout'
import { head } from './memory'
import { fma } from './simd'

/**
 * All items against 8 users side by side: a number of each user stands in a lane, items pass one by one as they lie in their
 * table, a group at a time, so scores exist in a block of group x 8 alone.
 */

/** Bytes of 8 floats: one number of each user of a block. */
export const SIDE: usize = 32

/** Blocks of users whose shares of a group of items stay in cache together. */
export const BATCH: u32 = Background.batch / Background.users

/** Scores of `count` items from `first` on by 8 users side by side, [count, 8]; up to 4 places beyond are written. */
// @ts-ignore: decorator
@inline
export function scoreGroup(users: usize, item: usize, first: u32, count: u32, out: usize, bytes: usize, clamped: bool, limit: v128): void {
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
export function exponential(x: v128): v128 {
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

/** sum[d, 8] += share[j, 8] x item j's number d. */
// @ts-ignore: decorator
@inline
export function pullUsers(shares: usize, count: u32, items: usize, sum: usize, bytes: usize): void {
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
export function pullItems(shares: usize, count: u32, blocks: u32, blockBytes: usize, users: usize, grads: usize, bytes: usize): void {
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
