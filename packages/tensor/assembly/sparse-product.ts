import { fma, splat } from './lanes'

/*
 * A sparse matrix times a dense one: row r of the sparse one has weights[n] in column columns[n] for n of offsets[r] to
 * offsets[r + 1] - 1. Rows of the dense ones are `width` elements wide.
 */

/** out[r] = sum over n of weights[n] x[columns[n]]; sixteen columns of a row at a time stay in registers. */
export function sparseProduct(
  offsets: usize,
  columns: usize,
  weights: usize,
  rows: usize,
  x: usize,
  width: usize,
  out: usize,
): void {
  const bytes = width << 2
  for (let row: usize = 0; row < rows; row++) {
    const begin = <usize>load<u32>(offsets + (row << 2)) << 2
    const end = <usize>load<u32>(offsets + (row << 2), 4) << 2
    const to = out + row * bytes
    let o: usize = 0
    for (; o + 64 <= bytes; o += 64) {
      let a = f32x4.splat(0)
      let b = f32x4.splat(0)
      let c = f32x4.splat(0)
      let d = f32x4.splat(0)
      for (let n = begin; n < end; n += 4) {
        const weight = splat(weights + n)
        const from = x + <usize>load<u32>(columns + n) * bytes + o
        a = fma(weight, v128.load(from), a)
        b = fma(weight, v128.load(from, 16), b)
        c = fma(weight, v128.load(from, 32), c)
        d = fma(weight, v128.load(from, 48), d)
      }
      v128.store(to + o, a)
      v128.store(to + o, b, 16)
      v128.store(to + o, c, 32)
      v128.store(to + o, d, 48)
    }
    for (; o < bytes; o += 4) {
      let sum: f32 = 0
      for (let n = begin; n < end; n += 4)
        sum += load<f32>(weights + n) * load<f32>(x + <usize>load<u32>(columns + n) * bytes + o)
      store<f32>(to + o, sum)
    }
  }
}

/** out[columns[n]] += weights[n] y[r], entry by entry. */
export function transposedProduct(
  offsets: usize,
  columns: usize,
  weights: usize,
  rows: usize,
  y: usize,
  width: usize,
  out: usize,
): void {
  const bytes = width << 2
  const whole = bytes & ~15
  for (let row: usize = 0; row < rows; row++) {
    const end = <usize>load<u32>(offsets + (row << 2), 4) << 2
    const from = y + row * bytes
    for (let n = <usize>load<u32>(offsets + (row << 2)) << 2; n < end; n += 4) {
      const weight = splat(weights + n)
      const factor = load<f32>(weights + n)
      const to = out + <usize>load<u32>(columns + n) * bytes
      for (let o: usize = 0; o < whole; o += 16)
        v128.store(to + o, fma(weight, v128.load(from + o), v128.load(to + o)))
      for (let o = whole; o < bytes; o += 4) store<f32>(to + o, load<f32>(to + o) + factor * load<f32>(from + o))
    }
  }
}
