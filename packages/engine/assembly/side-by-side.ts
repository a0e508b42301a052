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
