/* Four lanes at once. */

// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

// @ts-ignore: decorator
@inline
export function splat(address: usize): v128 {
  return v128.load32_splat(address)
}

/** Sums of the lanes of four vectors. */
// @ts-ignore: decorator
@inline
export function sumLanesOf4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7))
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7))
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7))
}

// @ts-ignore: decorator
@inline
export function sumLanes(a: v128): f32 {
  return (
    f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 2) + (f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 3))
  )
}

/** to += factor * from, `bytes` a multiple of 32. */
export function axpy(to: usize, from: usize, factor: f32, bytes: usize): void {
  const f = f32x4.splat(factor)
  for (let n: usize = 0; n < bytes; n += 32) {
    v128.store(to + n, fma(f, v128.load(from + n), v128.load(to + n)))
    v128.store(to + n, fma(f, v128.load(from + n, 16), v128.load(to + n, 16)), 16)
  }
}

/** `bytes` a multiple of 32. */
export function dot(a: usize, b: usize, bytes: usize): f32 {
  let even = f32x4.splat(0)
  let odd = f32x4.splat(0)
  for (let n: usize = 0; n < bytes; n += 32) {
    even = fma(v128.load(a + n), v128.load(b + n), even)
    odd = fma(v128.load(a + n, 16), v128.load(b + n, 16), odd)
  }
  return sumLanes(f32x4.add(even, odd))
}
