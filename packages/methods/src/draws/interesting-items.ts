import type { ListSpec, ValueSpec } from '@recdistill/plugin'
import { sampleByPosition, sampleByWeight } from '@recdistill/samplers'
import { candidatesOf, candidatesUpTo } from './candidates.ts'

/** What of RRD's parameters the draw of interesting items reads. */
export interface InterestingOptions {
  readonly K: number
  readonly maxK: number
  readonly T: number
  readonly interesting: 'sample' | 'top' | 'score'
  readonly noSort: boolean
}

let logWeights = new Float64Array(0)

/** K of the candidates: drawn by position, the first, or drawn by the teacher's score over T, which the value `scores` holds. */
export function interestingItems({ K, maxK, T, interesting, noSort }: InterestingOptions): ListSpec {
  const from = candidatesUpTo(maxK)
  const options = { keepDrawOrder: noSort }
  switch (interesting) {
    case 'top':
      return {
        size: K,
        refresh: 'once',
        draw: (row, out) => out.set(candidatesOf(row, maxK).subarray(0, K)),
        law: { kind: 'first', from },
      }
    case 'sample':
      return {
        size: K,
        refresh: { epochs: 1 },
        draw: (row, out, rng) => void sampleByPosition(candidatesOf(row, maxK), T, out, rng, options),
        law: { kind: 'byPosition', from, T, ...options },
      }
    case 'score':
      return {
        size: K,
        refresh: { epochs: 1 },
        draw(row, out, rng) {
          const candidates = candidatesOf(row, maxK)
          sampleByWeight(candidates, over(T, row.value('scores'), candidates.length), out, rng, options)
        },
      }
  }
}

/** The teacher's scores of the candidates. Neither changes, so they are filled once, before the lists that read them in every epoch. */
export function candidateScores(maxK: number): ValueSpec {
  return {
    size: maxK,
    refresh: 'once',
    carried: true,
    fill: (row, out) => out.set(row.teacher.scoresOf(candidatesOf(row, maxK))),
  }
}

function over(T: number, scores: Float32Array, n: number): Float64Array {
  if (logWeights.length < n) logWeights = new Float64Array(n)
  for (let t = 0; t < n; t++) logWeights[t] = scores[t] / T
  return logWeights
}
