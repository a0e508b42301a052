import { fma } from './simd'

/** One number that orders by larger score, then smaller item. Both zeros are one. */
// @ts-ignore: decorator
@inline
export function keyOf(score: f32, item: u32): u64 {
  const bits = reinterpret<i32>(score + 0)
  const ordered = <u32>bits ^ (<u32>(bits >> 31) | 0x80000000)
  return (<u64>ordered << 32) | <u64>~item
}

// @ts-ignore: decorator
@inline
export function scoreOf(key: u64): f32 {
  const ordered = <u32>(key >> 32)
  const bits = (ordered & 0x80000000) != 0 ? ordered ^ 0x80000000 : ~ordered
  return reinterpret<f32>(bits)
}

/** <user, item> with the sum in the order of the tiles. */
export function dotInOrder(u: usize, item: usize, bytes: usize): f32 {
  let sum = f32x4.splat(0)
  for (let o: usize = 0; o < bytes; o += 4) sum = fma(v128.load32_splat(u + o), v128.load32_splat(item + o), sum)
  return f32x4.extract_lane(sum, 0)
}

/** The same of four items side by side. */
// @ts-ignore: decorator
@inline
export function dotInOrder4(u: usize, a: usize, b: usize, c: usize, d: usize, bytes: usize): v128 {
  let sum = f32x4.splat(0)
  for (let o: usize = 0; o < bytes; o += 16) {
    const a4 = v128.load(a + o)
    const b4 = v128.load(b + o)
    const c4 = v128.load(c + o)
    const d4 = v128.load(d + o)
    const ab0 = v128.shuffle<f32>(a4, b4, 0, 4, 1, 5)
    const cd0 = v128.shuffle<f32>(c4, d4, 0, 4, 1, 5)
    const ab2 = v128.shuffle<f32>(a4, b4, 2, 6, 3, 7)
    const cd2 = v128.shuffle<f32>(c4, d4, 2, 6, 3, 7)
    sum = fma(v128.load32_splat(u + o), v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5), sum)
    sum = fma(v128.load32_splat(u + o, 4), v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7), sum)
    sum = fma(v128.load32_splat(u + o, 8), v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5), sum)
    sum = fma(v128.load32_splat(u + o, 12), v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7), sum)
  }
  return sum
}
