import type { ListRows } from '../engine.ts'
import { softCrossEntropy } from './soft-cross-entropy.ts'
import type { PlainTable } from './table.ts'

/**
 * RCE-KD on given lists: weights[b] ((1 - gamma[b]) K2(top b) + gamma[b] K2(approximate b)), summed over rows.
 * @see arXiv 2509.20989; gamma and the lists are constants here.
 */
export function rceKd(
  user: PlainTable,
  item: PlainTable,
  top: ListRows,
  topTeacher: Float32Array,
  approximate: ListRows,
  approximateTeacher: Float32Array,
  gamma: Float32Array,
  weights: Float32Array,
  temperature: number,
  scale: number,
): number {
  const onTop = Float64Array.from(weights, (weight, b) => weight * (1 - gamma[b]))
  const onApproximate = Float64Array.from(weights, (weight, b) => weight * gamma[b])
  return (
    softCrossEntropy(user, item, top, onTop, topTeacher, temperature, scale) +
    softCrossEntropy(user, item, approximate, onApproximate, approximateTeacher, temperature, scale)
  )
}
