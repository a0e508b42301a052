import { NO_ITEM } from '@recdistill/core'
import type { ListRows } from '../engine.ts'
import { pullScores } from './pull-scores.ts'
import { scoreLists } from './score-lists.ts'
import type { PlainTable } from './table.ts'

/**
 * Point by point, the probability a score stands for against the teacher's, with the gradient pulled to the tables.
 *
 *     y = sigmoid((t + shift) / T),   loss = sum of softplus(s) - y s,   d loss / d s = sigmoid(s) - y     (Spec K4)
 */
export function binaryCrossEntropy(
  user: PlainTable,
  item: PlainTable,
  rows: ListRows,
  weights: Float32Array,
  teacher: Float32Array,
  temperature: number,
  shift: number,
  scale: number,
): number {
  const { items, k } = rows
  const scores = new Float64Array(items.length)
  scoreLists(user, item, rows, scores)
  let loss = 0
  for (let n = 0; n < items.length; n++) {
    const weight = weights[Math.floor(n / k)]
    const s = scores[n]
    if (items[n] === NO_ITEM) continue
    const y = sigmoid((teacher[n] + shift) / temperature)
    const rest = sigmoid(-(teacher[n] + shift) / temperature)
    loss += weight * (Math.log1p(Math.exp(-Math.abs(s))) + Math.abs(s) * (s > 0 ? rest : y))
    scores[n] = weight * scale * (sigmoid(s) - y)
  }
  pullScores(user, item, rows, scores)
  return loss
}

function sigmoid(x: number): number {
  return x > 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))
}
