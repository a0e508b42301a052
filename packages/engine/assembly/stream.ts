/**
 * The random numbers of core's `Rng`, to the bit: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, SC 2011), four
 * blocks side by side. One stream at a time a thread: globals belong to the instance, and every thread has its own.
 */
let k0: i32 = 0
let k1: i32 = 0
let substream: i32 = 0
let block: i32 = 0
let first: usize = 0
let next: usize = 0
let end: usize = 0

/** Words that are made when those made at first are used up. */
const MORE: u32 = 32

/** Bytes that a stream needs of which `words` are made at first. */
// @ts-ignore: decorator
@inline
export function streamBytes(words: u32): usize {
  return <usize>(max(words, MORE) + 8) << 2
}

/** Goes to the start of a substream; its first `words` words are made at once, at `buffer`. */
export function openStream(key0: u32, key1: u32, index: u32, words: u32, buffer: usize): void {
  k0 = key0
  k1 = key1
  substream = index
  block = 0
  first = buffer
  fill(words)
}

// @ts-ignore: decorator
@inline
export function nextWord(): u32 {
  if (next == end) fill(MORE)
  const word = load<u32>(next)
  next += 4
  return word
}

/** Makes at least `words` words. */
function fill(words: u32): void {
  next = first
  end = first
  for (const stop = first + (<usize>words << 2); end < stop; end += 32) makeEight(end)
}

/** The two words of blocks `block` to `block + 3`, in order. */
function makeEight(out: usize): void {
  const k2 = 0x1bd11bda ^ k0 ^ k1
  let x0 = i32x4.add(i32x4.splat(block + k0), i32x4(0, 1, 2, 3))
  let x1 = i32x4.splat(substream + k1)
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 13))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 15))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 26))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 6))
  x0 = i32x4.add(x0, i32x4.splat(k1))
  x1 = i32x4.add(x1, i32x4.splat(k2 + 1))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 17))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 29))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 16))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 24))
  x0 = i32x4.add(x0, i32x4.splat(k2))
  x1 = i32x4.add(x1, i32x4.splat(k0 + 2))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 13))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 15))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 26))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 6))
  x0 = i32x4.add(x0, i32x4.splat(k0))
  x1 = i32x4.add(x1, i32x4.splat(k1 + 3))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 17))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 29))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 16))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 24))
  x0 = i32x4.add(x0, i32x4.splat(k1))
  x1 = i32x4.add(x1, i32x4.splat(k2 + 4))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 13))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 15))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 26))
  x0 = i32x4.add(x0, x1)
  x1 = v128.xor(x0, rotate(x1, 6))
  x0 = i32x4.add(x0, i32x4.splat(k2))
  x1 = i32x4.add(x1, i32x4.splat(k0 + 5))
  v128.store(out, v128.shuffle<i32>(x0, x1, 0, 4, 1, 5))
  v128.store(out, v128.shuffle<i32>(x0, x1, 2, 6, 3, 7), 16)
  block += 4
}

// @ts-ignore: decorator
@inline
function rotate(x: v128, by: i32): v128 {
  return v128.or(i32x4.shl(x, by), i32x4.shr_u(x, 32 - by))
}
