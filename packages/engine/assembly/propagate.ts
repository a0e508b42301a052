import { Arg } from '../src/wasm/layout'
import { arg } from './memory'
import { fma } from './simd'

/** Rows of matrix x input, entry by entry: 16, then 4 columns of the result at a time in registers. */
export function propagate(chunk: u32): void {
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  const offsets = <usize>arg(Arg.offsetsOfRows)
  const indices = <usize>arg(Arg.indices)
  const values = <usize>arg(Arg.values)
  const input = <usize>arg(Arg.input)
  const bytes = <usize>arg(Arg.dim) << 2
  for (let row = from; row < to; row++) {
    const start = <usize>load<u32>(offsets + (<usize>row << 2)) << 2
    const end = <usize>load<u32>(offsets + (<usize>row << 2), 4) << 2
    const out = <usize>arg(Arg.out) + <usize>row * bytes
    let o: usize = 0
    for (; o + 64 <= bytes; o += 64) {
      let s0 = f32x4.splat(0)
      let s1 = f32x4.splat(0)
      let s2 = f32x4.splat(0)
      let s3 = f32x4.splat(0)
      for (let e = start; e < end; e += 4) {
        const value = v128.load32_splat(values + e)
        const x = input + <usize>load<u32>(indices + e) * bytes + o
        s0 = fma(value, v128.load(x), s0)
        s1 = fma(value, v128.load(x, 16), s1)
        s2 = fma(value, v128.load(x, 32), s2)
        s3 = fma(value, v128.load(x, 48), s3)
      }
      v128.store(out + o, s0)
      v128.store(out + o, s1, 16)
      v128.store(out + o, s2, 32)
      v128.store(out + o, s3, 48)
    }
    for (; o < bytes; o += 16) {
      let sum = f32x4.splat(0)
      for (let e = start; e < end; e += 4)
        sum = fma(
          v128.load32_splat(values + e),
          v128.load(input + <usize>load<u32>(indices + e) * bytes + o),
          sum,
        )
      v128.store(out + o, sum)
    }
  }
}
