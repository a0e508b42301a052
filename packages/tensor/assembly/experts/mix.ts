/* The mixture. */

import { gather } from './listed-products'
import {
  BLOCK,
  Field,
  LIST_ENTRY,
  PANEL_BYTES,
  field,
  firstBiasIn,
  firstIn,
  packedBytes,
  panels,
  secondBiasIn,
  width,
} from './memory'
import { collect, collectedIn, countsAt, rowListsAt, rowOf, sumsAt, weightsAt } from './scratch'
import { axpy, fma, splat } from '../lanes'

/** sums[i, j] = b_j + sum over k of x[row i, k] W[k, j], four rows at a time. */
export function sumUnits(packed: usize, count: usize, scratch: usize): void {
  const inputs = field(Field.inputs)
  const line = width() * 4
  const x = field(Field.x)
  const first = firstIn(packed)
  const bias = firstBiasIn(packed)
  for (let i: usize = 0; i < count; i += 4) {
    const x0 = x + rowOf(scratch, i) * inputs * 4
    const x1 = x + rowOf(scratch, min(i + 1, count - 1)) * inputs * 4
    const x2 = x + rowOf(scratch, min(i + 2, count - 1)) * inputs * 4
    const x3 = x + rowOf(scratch, min(i + 3, count - 1)) * inputs * 4
    const to = sumsAt(scratch) + i * line
    for (let j: usize = 0; j < line; j += 32) {
      let a0 = v128.load(bias + j)
      let a1 = v128.load(bias + j, 16)
      let b0 = a0
      let b1 = a1
      let c0 = a0
      let c1 = a1
      let d0 = a0
      let d1 = a1
      let from = first + j
      for (let k: usize = 0; k < inputs * 4; k += 4) {
        const w0 = v128.load(from)
        const w1 = v128.load(from, 16)
        const s0 = splat(x0 + k)
        a0 = fma(s0, w0, a0)
        a1 = fma(s0, w1, a1)
        const s1 = splat(x1 + k)
        b0 = fma(s1, w0, b0)
        b1 = fma(s1, w1, b1)
        const s2 = splat(x2 + k)
        c0 = fma(s2, w0, c0)
        c1 = fma(s2, w1, c1)
        const s3 = splat(x3 + k)
        d0 = fma(s3, w0, d0)
        d1 = fma(s3, w1, d1)
        from += line
      }
      v128.store(to + j, a0)
      v128.store(to + j, a1, 16)
      v128.store(to + line + j, b0)
      v128.store(to + line + j, b1, 16)
      v128.store(to + 2 * line + j, c0)
      v128.store(to + 2 * line + j, c1, 16)
      v128.store(to + 3 * line + j, d0)
      v128.store(to + 3 * line + j, d1, 16)
    }
  }
}

/** The mixture of a block of rows. */
export function mix(block: usize, scratch: usize): void {
  const from = block * BLOCK
  const to = min(from + BLOCK, field(Field.rows))
  const line = panels() * PANEL_BYTES
  const hidden = field(Field.hidden)
  const out = field(Field.out)
  memory.fill(out + from * line, 0, (to - from) * line)
  for (let e: usize = 0; e < field(Field.experts); e++) {
    collect(e, from, to, scratch)
    const count = collectedIn(scratch)
    if (count == 0) continue
    const packed = field(Field.packed) + e * packedBytes()
    sumUnits(packed, count, scratch)
    for (let i: usize = 0; i < count; i++) {
      const weight = load<f32>(weightsAt(scratch) + i * 4)
      const sums = sumsAt(scratch) + i * width() * 4
      const list = rowListsAt(scratch) + i * width() * LIST_ENTRY
      let end = list
      for (let j: usize = 0; j < hidden; j++) {
        const sum = load<f32>(sums + j * 4)
        store<u32>(end, <u32>(j * PANEL_BYTES))
        store<f32>(end, sum * weight, 4)
        end += sum > 0 ? LIST_ENTRY : 0
      }
      store<u32>(countsAt(scratch) + i * 4, <u32>(end - list))
      axpy(out + rowOf(scratch, i) * line, secondBiasIn(packed), weight, line)
    }
    for (let c: usize = 0; c < panels(); c++) {
      const panel = packed + c * hidden * PANEL_BYTES
      for (let i: usize = 0; i < count; i++) {
        const list = rowListsAt(scratch) + i * width() * LIST_ENTRY
        const end = list + <usize>load<u32>(countsAt(scratch) + i * 4)
        gather(out + rowOf(scratch, i) * line + c * PANEL_BYTES, list, end, panel)
      }
    }
  }
}
