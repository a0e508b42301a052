import { fma, sumLanes, sumLanesOf4 } from './simd'

/** <x, y>: lane l sums places l, l + 4, ... in order, then the lanes are summed. */
// @ts-ignore: decorator
@inline
export function dot(x: usize, y: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0)
  for (let o: usize = 0; o < bytes; o += 16) sum = fma(v128.load(x + o), v128.load(y + o), sum)
  return sumLanes(sum)
}

/** <x, a>, <x, b>, <x, c>, <x, d>, the same bits as `dot`. */
// @ts-ignore: decorator
@inline
export function dot4(x: usize, a: usize, b: usize, c: usize, d: usize, bytes: usize): v128 {
  let sumA = f32x4.splat(0)
  let sumB = f32x4.splat(0)
  let sumC = f32x4.splat(0)
  let sumD = f32x4.splat(0)
  for (let o: usize = 0; o < bytes; o += 16) {
    const value = v128.load(x + o)
    sumA = fma(value, v128.load(a + o), sumA)
    sumB = fma(value, v128.load(b + o), sumB)
    sumC = fma(value, v128.load(c + o), sumC)
    sumD = fma(value, v128.load(d + o), sumD)
  }
  return sumLanesOf4(sumA, sumB, sumC, sumD)
}

/** y += g x. */
// @ts-ignore: decorator
@inline
export function axpy(y: usize, x: usize, g: v128, bytes: usize): void {
  let o: usize = 0
  for (; o + 64 <= bytes; o += 64) {
    const y0 = fma(g, v128.load(x + o), v128.load(y + o))
    const y1 = fma(g, v128.load(x + o, 16), v128.load(y + o, 16))
    const y2 = fma(g, v128.load(x + o, 32), v128.load(y + o, 32))
    const y3 = fma(g, v128.load(x + o, 48), v128.load(y + o, 48))
    v128.store(y + o, y0)
    v128.store(y + o, y1, 16)
    v128.store(y + o, y2, 32)
    v128.store(y + o, y3, 48)
  }
  for (; o < bytes; o += 16) v128.store(y + o, fma(g, v128.load(x + o), v128.load(y + o)))
}

/** y += g[0] a + g[1] b + g[2] c + g[3] d, one after the other. */
// @ts-ignore: decorator
@inline
export function axpy4(y: usize, a: usize, b: usize, c: usize, d: usize, g: usize, bytes: usize): void {
  const gA = v128.load32_splat(g)
  const gB = v128.load32_splat(g, 4)
  const gC = v128.load32_splat(g, 8)
  const gD = v128.load32_splat(g, 12)
  for (let o: usize = 0; o < bytes; o += 16) {
    let sum = fma(gA, v128.load(a + o), v128.load(y + o))
    sum = fma(gB, v128.load(b + o), sum)
    sum = fma(gC, v128.load(c + o), sum)
    v128.store(y + o, fma(gD, v128.load(d + o), sum))
  }
}

/** y += x. */
// @ts-ignore: decorator
@inline
export function add(y: usize, x: usize, bytes: usize): void {
  for (let o: usize = 0; o < bytes; o += 16) v128.store(y + o, f32x4.add(v128.load(y + o), v128.load(x + o)))
}

// @ts-ignore: decorator
@inline
export function copy(y: usize, x: usize, bytes: usize): void {
  for (let o: usize = 0; o < bytes; o += 16) v128.store(y + o, v128.load(x + o))
}

/**
 * Zeros, up to a multiple of 16 bytes. Not memory.fill: a worker's check of its bounds may not know yet that the memory
 * has grown.
 */
// @ts-ignore: decorator
@inline
export function clear(y: usize, bytes: usize): void {
  const zero = f32x4.splat(0)
  for (let o: usize = 0; o < bytes; o += 16) v128.store(y + o, zero)
}
