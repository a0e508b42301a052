/**
 * Eight words of a substream of core's `Rng`, blocks `block` to `block` + 3 of two words each: Threefry-2x32 with 20 rounds
 * (Salmon, Moraes, Dror, Shaw, SC 2011), four blocks side by side. Constants are written out where they are used: static data
 * would lie in memory of others.
 */
export function eightWords(key0: i32, key1: i32, block: i32, substream: i32, to: usize): void {
  let a = key0
  let b = key1
  let c = 0x1bd11bda ^ key0 ^ key1
  let x0 = i32x4.add(i32x4.splat(block + a), i32x4(0, 1, 2, 3))
  let x1 = i32x4.splat(substream + b)
  for (let group = 0; group < 5; group++) {
    const odd = (group & 1) == 1
    x0 = i32x4.add(x0, x1)
    x1 = v128.xor(x0, rotate(x1, odd ? 17 : 13))
    x0 = i32x4.add(x0, x1)
    x1 = v128.xor(x0, rotate(x1, odd ? 29 : 15))
    x0 = i32x4.add(x0, x1)
    x1 = v128.xor(x0, rotate(x1, odd ? 16 : 26))
    x0 = i32x4.add(x0, x1)
    x1 = v128.xor(x0, rotate(x1, odd ? 24 : 6))
    const last = a
    a = b
    b = c
    c = last
    x0 = i32x4.add(x0, i32x4.splat(a))
    x1 = i32x4.add(x1, i32x4.splat(b + group + 1))
  }
  v128.store(to, v128.shuffle<i32>(x0, x1, 0, 4, 1, 5))
  v128.store(to, v128.shuffle<i32>(x0, x1, 2, 6, 3, 7), 16)
}

// @ts-ignore: decorator
@inline
function rotate(x: v128, by: i32): v128 {
  return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by))
}
