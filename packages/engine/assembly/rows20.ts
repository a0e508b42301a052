import { fma, sumLanesOf4 } from './simd'

/**
 * The loops over rows of 17 to 20 floats, the usual size of a student, without loops: what is used again stays in
 * registers. The same sums in the same order as the functions for any size.
 */
export const BYTES20: usize = 80

/** Scores of four items; `u` is loaded once a call, which the compiler keeps over calls that it inlines in a loop. */
// @ts-ignore: decorator
@inline
export function dot4of20(
  u0: v128,
  u1: v128,
  u2: v128,
  u3: v128,
  u4: v128,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
): v128 {
  return sumLanesOf4(
    dot20(u0, u1, u2, u3, u4, a),
    dot20(u0, u1, u2, u3, u4, b),
    dot20(u0, u1, u2, u3, u4, c),
    dot20(u0, u1, u2, u3, u4, d),
  )
}

// @ts-ignore: decorator
@inline
function dot20(u0: v128, u1: v128, u2: v128, u3: v128, u4: v128, x: usize): v128 {
  let sum = fma(u0, v128.load(x), f32x4.splat(0))
  sum = fma(u1, v128.load(x, 16), sum)
  sum = fma(u2, v128.load(x, 32), sum)
  sum = fma(u3, v128.load(x, 48), sum)
  return fma(u4, v128.load(x, 64), sum)
}

/** y += g x. */
// @ts-ignore: decorator
@inline
export function axpy20(y: usize, x: usize, g: v128): void {
  v128.store(y, fma(g, v128.load(x), v128.load(y)))
  v128.store(y, fma(g, v128.load(x, 16), v128.load(y, 16)), 16)
  v128.store(y, fma(g, v128.load(x, 32), v128.load(y, 32)), 32)
  v128.store(y, fma(g, v128.load(x, 48), v128.load(y, 48)), 48)
  v128.store(y, fma(g, v128.load(x, 64), v128.load(y, 64)), 64)
}
