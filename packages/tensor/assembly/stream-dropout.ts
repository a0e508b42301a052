import { eightWords } from './threefry'

/**
 * out = x times a mask of 0 and `kept`, for the first `size` of `width` elements, and 0 for the others. Draws are of 8 bits, the
 * low ones of a word of the substream first: below `limit` is a 0, above it is not, and `limit` itself is a 0 where the next
 * word is below `rest`, as a share of 2^32. Twin of `drawKept`.
 *
 * @param scratch Eight words. `out` may be `x`.
 */
export function dropOfStream(
  key0: i32,
  key1: i32,
  substream: i32,
  limit: u32,
  rest: f64,
  kept: f32,
  x: usize,
  size: usize,
  width: usize,
  out: usize,
  scratch: usize,
): void {
  const end = size << 2
  const decided = rest == 0 ? drawBytes(key0, key1, substream, limit, kept, x, end, out, scratch) : 0
  drawOneByOne(key0, key1, substream, limit, rest, kept, x, decided, end, out, scratch)
  memory.fill(out + end, 0, (width << 2) - end)
}

/** Where no draw is in doubt: 32 elements at a time. Returns the bytes that are done. */
function drawBytes(
  key0: i32,
  key1: i32,
  substream: i32,
  limit: u32,
  kept: f32,
  x: usize,
  end: usize,
  out: usize,
  scratch: usize,
): usize {
  const limits = i8x16.splat(<u8>limit)
  const scale = f32x4.splat(kept)
  const whole = end & ~127
  let block = 0
  for (let o: usize = 0; o < whole; o += 128) {
    eightWords(key0, key1, block, substream, scratch)
    block += 4
    sixteen(i8x16.ge_u(v128.load(scratch), limits), scale, x + o, out + o)
    sixteen(i8x16.ge_u(v128.load(scratch, 16), limits), scale, x + o + 64, out + o + 64)
  }
  return whole
}

// @ts-ignore: decorator
@inline
function sixteen(stays: v128, scale: v128, x: usize, out: usize): void {
  const low = i16x8.extend_low_i8x16_s(stays)
  const high = i16x8.extend_high_i8x16_s(stays)
  v128.store(out, v128.and(f32x4.mul(v128.load(x), scale), i32x4.extend_low_i16x8_s(low)))
  v128.store(out, v128.and(f32x4.mul(v128.load(x, 16), scale), i32x4.extend_high_i16x8_s(low)), 16)
  v128.store(out, v128.and(f32x4.mul(v128.load(x, 32), scale), i32x4.extend_low_i16x8_s(high)), 32)
  v128.store(out, v128.and(f32x4.mul(v128.load(x, 48), scale), i32x4.extend_high_i16x8_s(high)), 48)
}

function drawOneByOne(
  key0: i32,
  key1: i32,
  substream: i32,
  limit: u32,
  rest: f64,
  kept: f32,
  x: usize,
  from: usize,
  end: usize,
  out: usize,
  scratch: usize,
): void {
  let words: u32 = <u32>(from >> 4) // drawn before; a word decides four elements
  for (let o = from; o < end; ) {
    if ((words & 7) == 0) eightWords(key0, key1, words >> 1, substream, scratch)
    let bits = load<u32>(scratch + ((words++ & 7) << 2))
    const four = min(o + 16, end)
    for (; o < four; o += 4) {
      const draw = bits & 255
      bits >>= 8
      let left = draw < limit
      if (draw == limit && rest > 0) {
        if ((words & 7) == 0) eightWords(key0, key1, words >> 1, substream, scratch)
        left = <f64>load<u32>(scratch + ((words++ & 7) << 2)) * (1.0 / 4294967296.0) < rest
      }
      store<f32>(out + o, left ? 0 : load<f32>(x + o) * kept)
    }
  }
}
