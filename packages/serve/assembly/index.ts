/**
 * Items are scored in tiles of 32 that stand side by side, straight from the bundle: each number of the query meets the same number
 * of all 32. A sum goes from the first number to the last, as in the engine's ranking. Places and scores of those that reach the
 * threshold are written one after the other; their number is returned.
 */
const TILE: u32 = 32
/** Where the sums of a tile stand; below what the host lays out. */
const SUMS: usize = 64

export const relaxed: i32 = ASC_FEATURE_RELAXED_SIMD ? 1 : 0

/** Items [tiles, dim, 32] of f32, query [dim] of f32. */
export function scanF32(
  query: usize, dim: u32, items: usize, scales: usize, factor: f32,
  from: u32, to: u32, threshold: f32, places: usize, scores: usize,
): u32 {
  let found: u32 = 0
  const end = query + (<usize>dim << 2)
  let y = items + <usize>from * ((<usize>dim << 2) * TILE)
  for (let tile = from; tile < to; tile++) {
    let a = f32x4.splat(0)
    let b = a, c = a, d = a, e = a, f = a, g = a, h = a
    for (let q = query; q < end; q += 4) {
      const x = v128.load32_splat(q)
      a = fma(x, v128.load(y), a)
      b = fma(x, v128.load(y, 16), b)
      c = fma(x, v128.load(y, 32), c)
      d = fma(x, v128.load(y, 48), d)
      e = fma(x, v128.load(y, 64), e)
      f = fma(x, v128.load(y, 80), f)
      g = fma(x, v128.load(y, 96), g)
      h = fma(x, v128.load(y, 112), h)
      y += 4 * TILE
    }
    keep(a, b, c, d, e, f, g, h)
    found = offer(tile, scales, factor, threshold, places, scores, found)
  }
  return found
}

/** Items [tiles, dim, 32] of halves, query [dim] of f32. */
export function scanF16(
  query: usize, dim: u32, items: usize, scales: usize, factor: f32,
  from: u32, to: u32, threshold: f32, places: usize, scores: usize,
): u32 {
  let found: u32 = 0
  const end = query + (<usize>dim << 2)
  let y = items + <usize>from * ((<usize>dim << 1) * TILE)
  // exponents of halves end 112 below those of floats
  const shift = f32x4.splat(reinterpret<f32>((127 + 112) << 23))
  for (let tile = from; tile < to; tile++) {
    let a = f32x4.splat(0)
    let b = a, c = a, d = a, e = a, f = a, g = a, h = a
    for (let q = query; q < end; q += 4) {
      const x = v128.load32_splat(q)
      a = fma(x, widen(y, shift), a)
      b = fma(x, widen(y + 8, shift), b)
      c = fma(x, widen(y + 16, shift), c)
      d = fma(x, widen(y + 24, shift), d)
      e = fma(x, widen(y + 32, shift), e)
      f = fma(x, widen(y + 40, shift), f)
      g = fma(x, widen(y + 48, shift), g)
      h = fma(x, widen(y + 56, shift), h)
      y += 2 * TILE
    }
    keep(a, b, c, d, e, f, g, h)
    found = offer(tile, scales, factor, threshold, places, scores, found)
  }
  return found
}

/** Items [tiles, dim / 2, 32, 2] of int8, query [dim] of int16; `dim` is even. Exact while sums stay within 32 bits. */
export function scanInt8(
  query: usize, dim: u32, items: usize, scales: usize, factor: f32,
  from: u32, to: u32, threshold: f32, places: usize, scores: usize,
): u32 {
  let found: u32 = 0
  const end = query + (<usize>dim << 1)
  let y = items + <usize>from * (<usize>dim * TILE)
  for (let tile = from; tile < to; tile++) {
    let a = i32x4.splat(0)
    let b = a, c = a, d = a, e = a, f = a, g = a, h = a
    for (let q = query; q < end; q += 4) {
      const x = v128.load32_splat(q)
      a = i32x4.add(a, i32x4.dot_i16x8_s(x, v128.load8x8_s(y)))
      b = i32x4.add(b, i32x4.dot_i16x8_s(x, v128.load8x8_s(y, 8)))
      c = i32x4.add(c, i32x4.dot_i16x8_s(x, v128.load8x8_s(y, 16)))
      d = i32x4.add(d, i32x4.dot_i16x8_s(x, v128.load8x8_s(y, 24)))
      e = i32x4.add(e, i32x4.dot_i16x8_s(x, v128.load8x8_s(y, 32)))
      f = i32x4.add(f, i32x4.dot_i16x8_s(x, v128.load8x8_s(y, 40)))
      g = i32x4.add(g, i32x4.dot_i16x8_s(x, v128.load8x8_s(y, 48)))
      h = i32x4.add(h, i32x4.dot_i16x8_s(x, v128.load8x8_s(y, 56)))
      y += 2 * TILE
    }
    keep(
      f32x4.convert_i32x4_s(a), f32x4.convert_i32x4_s(b), f32x4.convert_i32x4_s(c), f32x4.convert_i32x4_s(d),
      f32x4.convert_i32x4_s(e), f32x4.convert_i32x4_s(f), f32x4.convert_i32x4_s(g), f32x4.convert_i32x4_s(h),
    )
    found = offer(tile, scales, factor, threshold, places, scores, found)
  }
  return found
}

/** a b + c; one rounding in the relaxed build, two in the other. */
// @ts-ignore: decorator
@inline
function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

/** Four halves as floats, exactly: the bits of exponent and fraction in place, then the exponent raised. */
// @ts-ignore: decorator
@inline
function widen(at: usize, shift: v128): v128 {
  const bits = i32x4.shl(v128.load16x4_s(at), 13)
  return f32x4.mul(v128.and(bits, i32x4.splat(0x8fffe000)), shift)
}

// @ts-ignore: decorator
@inline
function keep(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): void {
  v128.store(SUMS, a)
  v128.store(SUMS, b, 16)
  v128.store(SUMS, c, 32)
  v128.store(SUMS, d, 48)
  v128.store(SUMS, e, 64)
  v128.store(SUMS, f, 80)
  v128.store(SUMS, g, 96)
  v128.store(SUMS, h, 112)
}

/** Writes those of a tile that reach the threshold. */
function offer(
  tile: u32, scales: usize, factor: f32, threshold: f32, places: usize, scores: usize, found: u32,
): u32 {
  const wanted = f32x4.splat(threshold)
  const times = f32x4.splat(factor)
  let place = tile * TILE
  let scale = scales + (<usize>place << 2)
  for (let at = SUMS; at < SUMS + 4 * TILE; at += 16) {
    let score = v128.load(at)
    if (scales != 0) score = f32x4.mul(f32x4.mul(score, v128.load(scale)), times)
    let mask = i32x4.bitmask(f32x4.ge(score, wanted))
    if (mask != 0) {
      v128.store(at, score)
      for (; mask != 0; mask &= mask - 1) {
        const lane = ctz(mask)
        const to = <usize>found << 2
        store<u32>(places + to, place + lane)
        store<f32>(scores + to, load<f32>(at + (<usize>lane << 2)))
        found++
      }
    }
    place += 4
    scale += 16
  }
  return found
}
