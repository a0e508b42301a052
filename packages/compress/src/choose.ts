import { paretoRanks, type Point } from './pareto.ts'
import type { Target } from './target.ts'
import type { Candidate, TrialResult } from './trial.ts'

/** What a target is judged with beside the trials themselves. */
export interface Judge {
  readonly target: Target
  /** The teacher's quality on the same data. */
  readonly teacher: number
  /** Measured once for each shape, before anything is trained; null where it was not. */
  latency(columns: number, precision: Candidate['precision']): number | null
}

export interface Chosen {
  readonly result: TrialResult
  readonly candidate: Candidate
  /** Whether it meets the target. */
  readonly meets: boolean
}

/**
 * The student a target asks for: with `keep` the smallest that reaches the share, or the best of all when none does; with
 * `budget` and `latency` the best of those that fit. Null when there is none. Ties go to the smaller, then the better, then the
 * name that comes first.
 */
export function choose(results: readonly TrialResult[], judge: Judge): Chosen | null {
  const all = results.flatMap((result) =>
    result.candidates.map((candidate): Chosen => ({
      result,
      candidate,
      meets: meets(result, candidate, judge),
    })),
  )
  const fitting = all.filter((one) => one.meets)
  if (judge.target.goal === 'keep' && fitting.length > 0)
    return fitting.reduce((a, b) => (smaller(b, a) ? b : a))
  const pool = judge.target.goal === 'keep' ? all : fitting
  return pool.length === 0 ? null : pool.reduce((a, b) => (better(b, a) ? b : a))
}

function meets({ columns }: TrialResult, { precision, bytes, quality }: Candidate, judge: Judge): boolean {
  const { target, teacher } = judge
  switch (target.goal) {
    case 'budget':
      return bytes <= target.bytes
    case 'latency':
      return (judge.latency(columns, precision) ?? Infinity) <= target.microseconds
    case 'keep':
      return quality.value >= target.share * teacher
  }
}

/**
 * Trials in the order in which they deserve more epochs.
 *
 * For `budget` and `latency`: by the quality of their best form that fits. For `keep`: by fronts of quality against bytes, as in
 * multi-objective halving; within a front first the smallest that reaches the share already, then those below it, nearest first, for
 * which more epochs may be enough, then the larger ones that reach it too. Trials that failed come last.
 * @see Schmucker et al., Multi-objective Asynchronous Successive Halving, 2021
 */
export function byPromise(results: readonly TrialResult[], judge: Judge): readonly TrialResult[] {
  const keys = judge.target.goal === 'keep' ? keysToKeep(results, judge) : keysToFit(results, judge)
  return results
    .map((result, n) => ({ result, key: keys[n] }))
    .sort((a, b) => compare(a.key, b.key) || (a.result.trial.id < b.result.trial.id ? -1 : 1))
    .map(({ result }) => result)
}

/** Ascending by each number in turn. */
type Key = readonly number[]

function keysToFit(results: readonly TrialResult[], judge: Judge): readonly Key[] {
  return results.map((result) => {
    const best = choose([result], judge)
    return best === null ? [1, 0] : [0, -best.candidate.quality.value, best.candidate.bytes]
  })
}

function keysToKeep(results: readonly TrialResult[], judge: Judge): readonly Key[] {
  const points = candidatePoints(results)
  const ranks = paretoRanks(points)
  const leading = results.map((result) => {
    const own = points.map((point, n) => ({ ...point, rank: ranks[n] })).filter((p) => p.result === result)
    // What the trial is worth: its form on the best front; of several the one the target would choose.
    const rank = Math.min(...own.map((point) => point.rank))
    const first = { ...result, candidates: own.filter((p) => p.rank === rank).map((p) => p.candidate) }
    return { rank, chosen: choose([first], judge) }
  })
  return leading.map(({ rank, chosen }) => {
    if (chosen === null) return [Infinity, 0, 0]
    const { bytes, quality } = chosen.candidate
    if (!chosen.meets) return [rank, 1, -quality.value]
    const smallest = leading.every(
      (l) => l.rank !== rank || !l.chosen?.meets || l.chosen.candidate.bytes >= bytes,
    )
    return [rank, smallest ? 0 : 2, bytes]
  })
}

function compare(a: Key, b: Key): number {
  for (let n = 0; n < Math.min(a.length, b.length); n++) if (a[n] !== b[n]) return a[n] - b[n]
  return 0
}

function smaller(a: Chosen, b: Chosen): boolean {
  const [x, y] = [a.candidate, b.candidate]
  if (x.bytes !== y.bytes) return x.bytes < y.bytes
  return x.quality.value > y.quality.value
}

function better(a: Chosen, b: Chosen): boolean {
  const [x, y] = [a.candidate, b.candidate]
  if (x.quality.value !== y.quality.value) return x.quality.value > y.quality.value
  return x.bytes < y.bytes
}

/** Every form of every student as a point of bytes and quality. */
export function candidatePoints(
  results: readonly TrialResult[],
): readonly (Point & { readonly result: TrialResult; readonly candidate: Candidate })[] {
  return results.flatMap((result) =>
    result.candidates.map((candidate) => ({
      result,
      candidate,
      cost: candidate.bytes,
      quality: candidate.quality.value,
    })),
  )
}
