/* Products with the rows of a panel that a list names. */

import { LIST_ENTRY } from './memory'
import { fma, splat } from '../lanes'

/** 32 columns: to += sum over the list of factor * (row of 32 at offset). */
export function gather(to: usize, list: usize, end: usize, rows: usize): void {
  let s0 = v128.load(to)
  let s1 = v128.load(to, 16)
  let s2 = v128.load(to, 32)
  let s3 = v128.load(to, 48)
  let s4 = v128.load(to, 64)
  let s5 = v128.load(to, 80)
  let s6 = v128.load(to, 96)
  let s7 = v128.load(to, 112)
  for (; list < end; list += LIST_ENTRY) {
    const row = rows + <usize>load<u32>(list)
    const factor = splat(list + 4)
    s0 = fma(factor, v128.load(row), s0)
    s1 = fma(factor, v128.load(row, 16), s1)
    s2 = fma(factor, v128.load(row, 32), s2)
    s3 = fma(factor, v128.load(row, 48), s3)
    s4 = fma(factor, v128.load(row, 64), s4)
    s5 = fma(factor, v128.load(row, 80), s5)
    s6 = fma(factor, v128.load(row, 96), s6)
    s7 = fma(factor, v128.load(row, 112), s7)
  }
  v128.store(to, s0)
  v128.store(to, s1, 16)
  v128.store(to, s2, 32)
  v128.store(to, s3, 48)
  v128.store(to, s4, 64)
  v128.store(to, s5, 80)
  v128.store(to, s6, 96)
  v128.store(to, s7, 112)
}

/** dots[n] += 32 columns of <at, row of 32 at the list's n-th offset>, in four parts. */
export function multiplyListed(at: usize, list: usize, end: usize, rows: usize, dots: usize): void {
  const d0 = v128.load(at)
  const d1 = v128.load(at, 16)
  const d2 = v128.load(at, 32)
  const d3 = v128.load(at, 48)
  const d4 = v128.load(at, 64)
  const d5 = v128.load(at, 80)
  const d6 = v128.load(at, 96)
  const d7 = v128.load(at, 112)
  for (; list < end; list += LIST_ENTRY) {
    const row = rows + <usize>load<u32>(list)
    let even = fma(d0, v128.load(row), v128.load(dots))
    let odd = f32x4.mul(d1, v128.load(row, 16))
    even = fma(d2, v128.load(row, 32), even)
    odd = fma(d3, v128.load(row, 48), odd)
    even = fma(d4, v128.load(row, 64), even)
    odd = fma(d5, v128.load(row, 80), odd)
    even = fma(d6, v128.load(row, 96), even)
    odd = fma(d7, v128.load(row, 112), odd)
    v128.store(dots, f32x4.add(even, odd))
    dots += 16
  }
}
