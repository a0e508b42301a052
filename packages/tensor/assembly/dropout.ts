/* Rectified units and dropout. Addresses are bytes; elements are f32. */

/** out = max(x + bias, 0), row by row. `bias` is 0 where there is none. [rows, width] */
export function rectify(x: usize, bias: usize, rows: usize, width: usize, out: usize): void {
  const bytes = width << 2
  const whole = bytes & ~15
  const zero = f32x4.splat(0)
  for (let row: usize = 0; row < rows; row++) {
    const from = x + row * bytes
    const to = out + row * bytes
    for (let o: usize = 0; o < whole; o += 16) {
      const sum = bias ? f32x4.add(v128.load(from + o), v128.load(bias + o)) : v128.load(from + o)
      v128.store(to + o, f32x4.max(sum, zero))
    }
    for (let o = whole; o < bytes; o += 4)
      store<f32>(to + o, max<f32>(load<f32>(from + o) + (bias ? load<f32>(bias + o) : 0), 0))
  }
}

/** out = kept where y > 0, else 0, times g: the gradient of units that were rectified, and scaled by `kept` or dropped. */
export function pullUnits(g: usize, y: usize, size: usize, kept: f32, out: usize): void {
  const bytes = size << 2
  const whole = bytes & ~15
  const scale = f32x4.splat(kept)
  const zero = f32x4.splat(0)
  for (let o: usize = 0; o < whole; o += 16) {
    const grad = f32x4.mul(v128.load(g + o), scale)
    v128.store(out + o, v128.and(grad, f32x4.gt(v128.load(y + o), zero)))
  }
  for (let o = whole; o < bytes; o += 4)
    store<f32>(out + o, load<f32>(y + o) > 0 ? load<f32>(g + o) * kept : 0)
}

/**
 * out = x times a mask of 0 and `kept`: xoshiro128** from the words a to d, each of its numbers deciding two places, the
 * low half first; a half below `limit` is a 0. `out` may be `x`.
 */
export function dropout(
  x: usize,
  size: usize,
  limit: u32,
  kept: f32,
  a: u32,
  b: u32,
  c: u32,
  d: u32,
  out: usize,
): void {
  const bytes = size << 2
  const scale = f32x4.splat(kept)
  const limits = i32x4.splat(limit)
  for (let o: usize = 0; o < bytes; o += 16) {
    let drawn: u64 = 0
    for (let pair = 0; pair < 2; pair++) {
      drawn = (drawn >>> 32) | ((<u64>(rotl<u32>(b * 5, 7) * 9)) << 32)
      const shifted = b << 9
      c ^= a
      d ^= b
      b ^= c
      a ^= d
      c ^= shifted
      d = rotl<u32>(d, 11)
    }
    const halves = i32x4.extend_low_i16x8_u(i64x2.splat(drawn))
    const stays = i32x4.ge_s(halves, limits)
    if (o + 16 <= bytes) v128.store(out + o, v128.and(f32x4.mul(v128.load(x + o), scale), stays))
    else {
      const factors = v128.and(scale, stays)
      store<f32>(out + o, load<f32>(x + o) * f32x4.extract_lane(factors, 0))
      if (o + 4 < bytes) store<f32>(out + o + 4, load<f32>(x + o + 4) * f32x4.extract_lane(factors, 1))
      if (o + 8 < bytes) store<f32>(out + o + 8, load<f32>(x + o + 8) * f32x4.extract_lane(factors, 2))
    }
  }
}
