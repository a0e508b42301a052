import { NumericError } from '@recdistill/core'
import type { AdamOptions } from '../engine.ts'
import type { PlainTable } from './table.ts'

/**
 * One step of Adam with coupled L2 on every row, touched or not (Kingma and Ba 2015; spec 2.2).
 *
 *     g = grad + weightDecay theta,  m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2
 *     theta = theta - lr / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
 *
 * Differs from the paper in the L2 term, which passes through the moments (not AdamW). Then the gradient is zero.
 *
 * `sparse` does the same to the rows that have a gradient and leaves the others as they are, moments too; t counts all steps.
 * It is what is known as lazy or sparse Adam, with the L2 term.
 */
export function adam(table: PlainTable, options: AdamOptions): void {
  const { lr, weightDecay, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = options
  const { values, grad, m, v, dim } = table
  const t = ++table.step
  const stepSize = lr / (1 - beta1 ** t)
  const rootScale = 1 / Math.sqrt(1 - beta2 ** t)
  for (let row = 0; row < table.rows; row++) {
    const [from, to] = [row * dim, (row + 1) * dim]
    if (options.sparse && grad.subarray(from, to).every((g) => g === 0)) continue
    for (let n = from; n < to; n++) {
      const g = grad[n] + weightDecay * values[n]
      const first = beta1 * m[n] + (1 - beta1) * g
      const second = beta2 * v[n] + (1 - beta2) * g * g
      m[n] = Math.abs(first) < TINY ? 0 : first
      v[n] = second < TINY ? 0 : second
      const value = values[n] - (stepSize * m[n]) / (Math.sqrt(v[n]) * rootScale + eps)
      values[n] = Math.abs(value) < TINY ? 0 : value
      if (!Number.isFinite(values[n])) throw nonFinite(table, row)
    }
  }
  grad.fill(0)
}

/** Smaller numbers become 0: they mean nothing beside eps, and subnormal ones cost a hundred times more on some processors. */
const TINY = 1e-37

export function nonFinite(table: { readonly name: string }, row: number): NumericError {
  return new NumericError(`table "${table.name}", row ${row}: a value is not finite`)
}
