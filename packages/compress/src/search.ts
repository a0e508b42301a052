import { choose, byPromise, type Chosen, type Judge } from './choose.ts'
import { trialId, type Trial } from './space.ts'
import { successiveHalving, type Rung } from './successive-halving.ts'
import type { TrialJob, TrialProgress, TrialResult, TrialRunner } from './trial.ts'

export interface SearchOptions {
  readonly trials: readonly Trial[]
  readonly rungs: readonly Rung[]
  readonly judge: Judge
  readonly runner: TrialRunner
  /** Sizes worth trying; those between the choice and the next smaller one tried are tried at the end. Ascending. */
  readonly sizes: readonly number[]
  /** Students trained at the end to make the choice smaller, for the goal `keep`. */
  readonly refine?: number
  readonly parallel?: number
  readonly signal: AbortSignal
  readonly onEvent?: (event: SearchEvent) => void
}

export type SearchEvent =
  | {
      readonly type: 'rung'
      readonly number: number
      readonly of: number
      readonly trials: number
      readonly epochs: number
    }
  | { readonly type: 'begin'; readonly job: TrialJob }
  | ({ readonly type: 'progress'; readonly job: TrialJob } & TrialProgress)
  | { readonly type: 'end'; readonly job: TrialJob; readonly result: TrialResult }
  | { readonly type: 'finish'; readonly trial: Trial }
  | { readonly type: 'refine'; readonly trial: Trial }

export interface SearchOutcome {
  /** Trained to its end; null when every trial failed or nothing fits. */
  readonly chosen: Chosen | null
  /** The last result of every trial, in the order of the trials; those tried at the end follow. */
  readonly results: readonly TrialResult[]
}

/**
 * The student a target asks for: successive halving over the trials; then the choice is trained to its end, if it was not; then,
 * for `keep`, the sizes between it and the next smaller one that was tried, with its settings.
 *
 * The outcome is a function of what the runner answers: a search that was killed and begun again asks for the same jobs, and a
 * runner that kept its answers gives them at once.
 */
export async function search({
  trials,
  rungs,
  judge,
  runner,
  sizes,
  refine = 2,
  parallel = 1,
  signal,
  onEvent = () => undefined,
}: SearchOptions): Promise<SearchOutcome> {
  const horizon = rungs[rungs.length - 1].epochs
  const latest = new Map<string, TrialResult>()
  const known = [...trials]
  // In the order of trials, not in that of their ends: ties are broken by it.
  const results = () => known.flatMap(({ id }) => latest.get(id) ?? [])

  const run = async (trial: Trial, until: number): Promise<TrialResult> => {
    const before = latest.get(trial.id)
    const job = { ...trial, until }
    if (before?.finished || before?.failed !== undefined) {
      onEvent({ type: 'end', job, result: before })
      return before
    }
    signal.throwIfAborted()
    onEvent({ type: 'begin', job })
    const result = await runner.run(job, {
      signal,
      onProgress: (progress) => onEvent({ type: 'progress', job, ...progress }),
    })
    onEvent({ type: 'end', job, result })
    latest.set(trial.id, result)
    return result
  }
  const best = async () => {
    for (;;) {
      const chosen = choose(results(), judge)
      if (chosen === null || chosen.result.finished) return chosen
      onEvent({ type: 'finish', trial: chosen.result.trial })
      const { finished, failed } = await run(chosen.result.trial, horizon)
      if (!finished && failed === undefined)
        throw new RangeError(
          `search: the runner left ${chosen.result.trial.id} unfinished after all ${horizon} epochs`,
        )
    }
  }

  await successiveHalving({
    trials,
    rungs,
    run,
    order: (results) => byPromise(results, judge),
    parallel,
    onRung: (rung) => onEvent({ type: 'rung', ...rung }),
  })
  let chosen = await best()
  for (let n = 0; n < refine && judge.target.goal === 'keep' && chosen?.meets; n++) {
    const smaller = between(chosen.result.trial.dim, results(), sizes)
    if (smaller === null) break
    const { id: _id, ...same } = chosen.result.trial
    const shape = { ...same, dim: smaller }
    const trial = { id: trialId(trials.length + n + 1, shape), ...shape }
    known.push(trial)
    onEvent({ type: 'refine', trial })
    await run(trial, horizon)
    chosen = await best()
  }
  return { chosen, results: results() }
}

/** The middle of the sizes strictly between `dim` and the next smaller one that was trained to its end; null when there is none. */
function between(dim: number, results: readonly TrialResult[], sizes: readonly number[]): number | null {
  const tried = results.filter(({ finished }) => finished).map(({ trial }) => trial.dim)
  const below = Math.max(0, ...tried.filter((other) => other < dim))
  const open = sizes.filter((size) => size > below && size < dim)
  return open.length === 0 ? null : open[Math.floor(open.length / 2)]
}
