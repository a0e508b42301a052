/* The first layer: gradients of its weights and of its inputs, in registers. */

import { Field, field, firstBiasIn, firstIn, width } from './memory'
import { rowOf, unitGradientsAt } from './scratch'
import { axpy, fma, splat, sumLanesOf4 } from '../lanes'

/** dW[k, j] += sum over rows of x[k] g[j], four inputs by eight units at a time; db[j] += sum over rows of g[j]. */
export function firstLayer(gradient: usize, count: usize, scratch: usize): void {
  const inputs = field(Field.inputs)
  const line = width() * 4
  const from = unitGradientsAt(scratch)
  const x = field(Field.x)
  for (let k: usize = 0; k < inputs; k += 4)
    for (let j: usize = 0; j < line; j += 32) {
      const to = firstIn(gradient) + k * line + j
      let a0 = v128.load(to)
      let a1 = v128.load(to, 16)
      let b0 = v128.load(to + line)
      let b1 = v128.load(to + line, 16)
      let c0 = v128.load(to + 2 * line)
      let c1 = v128.load(to + 2 * line, 16)
      let d0 = v128.load(to + 3 * line)
      let d1 = v128.load(to + 3 * line, 16)
      for (let i: usize = 0; i < count; i++) {
        const at = x + (rowOf(scratch, i) * inputs + k) * 4
        const g0 = v128.load(from + i * line + j)
        const g1 = v128.load(from + i * line + j, 16)
        const s0 = splat(at)
        a0 = fma(s0, g0, a0)
        a1 = fma(s0, g1, a1)
        const s1 = splat(at + 4)
        b0 = fma(s1, g0, b0)
        b1 = fma(s1, g1, b1)
        const s2 = splat(at + 8)
        c0 = fma(s2, g0, c0)
        c1 = fma(s2, g1, c1)
        const s3 = splat(at + 12)
        d0 = fma(s3, g0, d0)
        d1 = fma(s3, g1, d1)
      }
      v128.store(to, a0)
      v128.store(to, a1, 16)
      v128.store(to + line, b0)
      v128.store(to + line, b1, 16)
      v128.store(to + 2 * line, c0)
      v128.store(to + 2 * line, c1, 16)
      v128.store(to + 3 * line, d0)
      v128.store(to + 3 * line, d1, 16)
    }
  for (let i: usize = 0; i < count; i++) axpy(firstBiasIn(gradient), from + i * line, 1, line)
}

/** The expert's part of dx[row, k] = sum over j of g[j] W[k, j], two rows by four inputs at a time. */
export function inputGradients(packed: usize, parts: usize, count: usize, scratch: usize): void {
  const inputs = field(Field.inputs)
  const line = width() * 4
  const first = firstIn(packed)
  for (let i: usize = 0; i < count; i += 2) {
    const g = unitGradientsAt(scratch) + i * line
    for (let k: usize = 0; k < inputs; k += 4) {
      const w = first + k * line
      let a0 = f32x4.splat(0)
      let a1 = f32x4.splat(0)
      let a2 = f32x4.splat(0)
      let a3 = f32x4.splat(0)
      let b0 = f32x4.splat(0)
      let b1 = f32x4.splat(0)
      let b2 = f32x4.splat(0)
      let b3 = f32x4.splat(0)
      for (let j: usize = 0; j < line; j += 16) {
        const ga = v128.load(g + j)
        const gb = v128.load(g + line + j)
        const w0 = v128.load(w + j)
        a0 = fma(ga, w0, a0)
        b0 = fma(gb, w0, b0)
        const w1 = v128.load(w + line + j)
        a1 = fma(ga, w1, a1)
        b1 = fma(gb, w1, b1)
        const w2 = v128.load(w + 2 * line + j)
        a2 = fma(ga, w2, a2)
        b2 = fma(gb, w2, b2)
        const w3 = v128.load(w + 3 * line + j)
        a3 = fma(ga, w3, a3)
        b3 = fma(gb, w3, b3)
      }
      v128.store(parts + (rowOf(scratch, i) * inputs + k) * 4, sumLanesOf4(a0, a1, a2, a3))
      if (i + 1 < count)
        v128.store(parts + (rowOf(scratch, i + 1) * inputs + k) * 4, sumLanesOf4(b0, b1, b2, b3))
    }
  }
}
