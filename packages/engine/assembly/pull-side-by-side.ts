import { Background } from '../src/wasm/layout'
import { SIDE } from './side-by-side'
import { fma } from './simd'

/* Gradients of scores that stand side by side. */

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
