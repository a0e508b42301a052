import { NO_ITEM } from '@recdistill/core'
import type { FusedInput, FusedLoss } from '../fused.ts'
import { logSumExp } from './log-sum-exp.ts'

/** A built-in loss in double precision, straight from its formula: the oracle for tapes and kernels. */
export interface PlainFused {
  /** sum over rows of weight * loss */
  readonly value: number
  /** weight * d loss / d score, 0 at padding. [rows, k] */
  readonly gradients: Readonly<Record<string, Float64Array>>
}

/** @param scores The student's scores of each list the loss reads. [rows, k] */
export function plainFused(
  loss: FusedLoss,
  { users, weights, lists, values }: FusedInput,
  scores: Readonly<Record<string, ArrayLike<number>>>,
): PlainFused {
  const names = readBy(loss)
  const gradients = Object.fromEntries(
    names.map((name) => [name, new Float64Array(users.length * lists[name].k)]),
  )
  let value = 0
  for (let row = 0; row < users.length; row++) {
    const part = (name: string, scale: number) => {
      const places = placesOf(lists[name], row)
      const p = softmaxOf(places, lists[name].teacher as ArrayLike<number>, temperatureOf(loss))
      const q = softmaxOf(places, scores[name], temperatureOf(loss))
      places.forEach((place, n) => {
        value -= scale * p.probability[n] * q.log[n]
        gradients[name][place] += (scale * (q.probability[n] - p.probability[n])) / temperatureOf(loss)
      })
    }
    switch (loss.kind) {
      case 'softCrossEntropy':
      case 'catalogueCrossEntropy':
        part(loss.list, weights[row])
        break
      case 'rceKd': {
        const gamma = values[loss.gamma].data[row]
        part(loss.top, weights[row] * (1 - gamma))
        part(loss.approximate, weights[row] * gamma)
        break
      }
      case 'binaryCrossEntropy':
        value += binaryRow(loss, row, weights[row], lists, scores, gradients)
        break
      case 'relaxedRanking':
        value += relaxedRow(loss, row, weights[row], lists, scores, gradients)
        break
    }
  }
  return { value, gradients }
}

/** The lists a built-in loss reads. */
export function readBy(loss: FusedLoss): readonly string[] {
  switch (loss.kind) {
    case 'softCrossEntropy':
    case 'catalogueCrossEntropy':
    case 'binaryCrossEntropy':
      return [loss.list]
    case 'relaxedRanking':
      return [loss.listed, loss.background]
    case 'rceKd':
      return [loss.top, loss.approximate]
  }
}

function temperatureOf(loss: FusedLoss): number {
  return loss.kind === 'relaxedRanking' ? 1 : loss.temperature
}

function placesOf({ items, k }: { readonly items: Uint32Array; readonly k: number }, row: number): number[] {
  return Array.from({ length: k }, (_, n) => row * k + n).filter((place) => items[place] !== NO_ITEM)
}

function softmaxOf(places: readonly number[], scores: ArrayLike<number>, temperature: number) {
  const scaled = places.map((place) => scores[place] / temperature)
  const total = logSumExp(scaled)
  const log = scaled.map((x) => x - total)
  return { log, probability: log.map(Math.exp) }
}

/** K4: sum of softplus(s) - y s. */
function binaryRow(
  { list, temperature, shift }: Extract<FusedLoss, { kind: 'binaryCrossEntropy' }>,
  row: number,
  weight: number,
  lists: FusedInput['lists'],
  scores: Readonly<Record<string, ArrayLike<number>>>,
  gradients: Readonly<Record<string, Float64Array>>,
): number {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
  const teacher = lists[list].teacher as ArrayLike<number>
  let value = 0
  for (const place of placesOf(lists[list], row)) {
    const score = scores[list][place]
    const target = sigmoid((teacher[place] + shift) / temperature)
    value += Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - target * score
    gradients[list][place] += weight * (sigmoid(score) - target)
  }
  return weight * value
}

/** K3: sum over k of log D_k - a_k, D_k over the list from k on and the whole background. */
function relaxedRow(
  { listed, background, scoreCap }: Extract<FusedLoss, { kind: 'relaxedRanking' }>,
  row: number,
  weight: number,
  lists: FusedInput['lists'],
  scores: Readonly<Record<string, ArrayLike<number>>>,
  gradients: Readonly<Record<string, Float64Array>>,
): number {
  const cap = scoreCap ?? Infinity
  const entries = (name: string) =>
    placesOf(lists[name], row).map((place) => ({ name, place, score: Math.min(scores[name][place], cap) }))
  const passes = (name: string, place: number) =>
    scores[name][place] < cap ? 1 : scores[name][place] === cap ? 0.5 : 0
  const list = entries(listed)
  const below = entries(background)
  let value = 0
  list.forEach((first, k) => {
    const rivals = [...list.slice(k), ...below]
    const logD = logSumExp(rivals.map(({ score }) => score))
    value += logD - first.score
    gradients[listed][first.place] -= weight * passes(listed, first.place)
    for (const { name, place, score } of rivals)
      gradients[name][place] += weight * Math.exp(score - logD) * passes(name, place)
  })
  return weight * value
}
