import { Arg } from '../src/wasm/layout'
import { arg } from './memory'
import { fma } from './simd'
import { clear } from './vectors'

/** Part of the right matrix that is gone through at once, 32 KiB, so that it stays in the first-level cache: rows, and bytes of each. */
const INNER: u32 = 128
const BYTES: usize = 256

/** Rows of a dense product. */
export function product(chunk: u32): void {
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  const rowStep = <usize>arg(Arg.rowStep)
  const bytes = <usize>arg(Arg.dim) << 2
  multiply(
    <usize>arg(Arg.input) + <usize>from * rowStep,
    rowStep,
    <usize>arg(Arg.innerStep),
    to - from,
    arg(Arg.inner),
    <usize>arg(Arg.values),
    bytes,
    <usize>arg(Arg.out) + <usize>from * bytes,
    arg(Arg.adds) != 0,
  )
}

/**
 * out = left x right, or adds to it. A number of the left matrix is `rowStep` bytes from the one below and `innerStep` from the
 * next, so it may stand either way; rows of the other two are `bytes` long, a multiple of 16, without gaps.
 */
export function multiply(
  left: usize,
  rowStep: usize,
  innerStep: usize,
  rows: u32,
  inner: u32,
  right: usize,
  bytes: usize,
  out: usize,
  adds: bool,
): void {
  if (inner == 0 && !adds) clear(out, <usize>rows * bytes)
  for (let x: u32 = 0; x < inner; x += INNER)
    for (let c: usize = 0; c < bytes; c += BYTES) {
      const end = min(c + BYTES, bytes)
      const some = min(INNER, inner - x)
      const panel = right + <usize>x * bytes
      for (let row: u32 = 0; row < rows; row += 4) {
        // past the last row the last one is done again: the same numbers in the same places
        const most = <usize>(rows - row - 1)
        const l = left + <usize>row * rowStep + <usize>x * innerStep
        const o = out + <usize>row * bytes
        const one = min<usize>(1, most)
        const two = min<usize>(2, most)
        const three = min<usize>(3, most)
        fourRows(
          l,
          l + one * rowStep,
          l + two * rowStep,
          l + three * rowStep,
          innerStep,
          some,
          panel,
          c,
          end,
          bytes,
          o,
          o + one * bytes,
          o + two * bytes,
          o + three * bytes,
          adds || x > 0,
        )
      }
    }
}

/** Four rows of the result, 8 and then 4 columns at a time in registers. */
// @ts-ignore: decorator
@inline
function fourRows(
  l0: usize,
  l1: usize,
  l2: usize,
  l3: usize,
  innerStep: usize,
  inner: u32,
  right: usize,
  from: usize,
  to: usize,
  bytes: usize,
  o0: usize,
  o1: usize,
  o2: usize,
  o3: usize,
  adds: bool,
): void {
  const zero = f32x4.splat(0)
  const end = <usize>inner * innerStep
  let c = from
  for (; c + 32 <= to; c += 32) {
    let a0 = adds ? v128.load(o0 + c) : zero
    let a1 = adds ? v128.load(o0 + c, 16) : zero
    let b0 = adds ? v128.load(o1 + c) : zero
    let b1 = adds ? v128.load(o1 + c, 16) : zero
    let c0 = adds ? v128.load(o2 + c) : zero
    let c1 = adds ? v128.load(o2 + c, 16) : zero
    let d0 = adds ? v128.load(o3 + c) : zero
    let d1 = adds ? v128.load(o3 + c, 16) : zero
    let r = right + c
    for (let x: usize = 0; x < end; x += innerStep) {
      const r0 = v128.load(r)
      const r1 = v128.load(r, 16)
      let l = v128.load32_splat(l0 + x)
      a0 = fma(l, r0, a0)
      a1 = fma(l, r1, a1)
      l = v128.load32_splat(l1 + x)
      b0 = fma(l, r0, b0)
      b1 = fma(l, r1, b1)
      l = v128.load32_splat(l2 + x)
      c0 = fma(l, r0, c0)
      c1 = fma(l, r1, c1)
      l = v128.load32_splat(l3 + x)
      d0 = fma(l, r0, d0)
      d1 = fma(l, r1, d1)
      r += bytes
    }
    v128.store(o0 + c, a0)
    v128.store(o0 + c, a1, 16)
    v128.store(o1 + c, b0)
    v128.store(o1 + c, b1, 16)
    v128.store(o2 + c, c0)
    v128.store(o2 + c, c1, 16)
    v128.store(o3 + c, d0)
    v128.store(o3 + c, d1, 16)
  }
  if (c >= to) return
  let a = adds ? v128.load(o0 + c) : zero
  let b = adds ? v128.load(o1 + c) : zero
  let g = adds ? v128.load(o2 + c) : zero
  let d = adds ? v128.load(o3 + c) : zero
  let r = right + c
  for (let x: usize = 0; x < end; x += innerStep) {
    const r0 = v128.load(r)
    a = fma(v128.load32_splat(l0 + x), r0, a)
    b = fma(v128.load32_splat(l1 + x), r0, b)
    g = fma(v128.load32_splat(l2 + x), r0, g)
    d = fma(v128.load32_splat(l3 + x), r0, d)
    r += bytes
  }
  v128.store(o0 + c, a)
  v128.store(o1 + c, b)
  v128.store(o2 + c, g)
  v128.store(o3 + c, d)
}
