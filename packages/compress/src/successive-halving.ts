import { InputError } from '@recdistill/core'

/** A rung: how many trials reach it, and how many epochs each has behind it there. */
export interface Rung {
  readonly trials: number
  readonly epochs: number
}

/**
 * The ladder of successive halving: each rung keeps `1 / eta` of the trials and gives the rest `eta` times the epochs; the last
 * has all `epochs`.
 *
 *     rung r of R:  trials = ceil(trials / eta^r),  epochs = ceil(epochs / eta^(R - 1 - r))
 *
 * There are as many rungs as it takes to come down to one trial, at most `most`; the first has at least one epoch.
 * @see Jamieson and Talwalkar, AISTATS 2016; Li et al., Hyperband, JMLR 2018, algorithm 1
 */
export function rungsOf({
  trials,
  epochs,
  eta = 3,
  most = 3,
}: {
  readonly trials: number
  readonly epochs: number
  readonly eta?: number
  readonly most?: number
}): readonly Rung[] {
  for (const [name, value, least] of [
    ['trials', trials, 1],
    ['epochs', epochs, 1],
    ['eta', eta, 2],
    ['most', most, 1],
  ] as const)
    if (!Number.isInteger(value) || value < least)
      throw new InputError(`rungsOf.${name}: expected an integer >= ${least}, got ${value}`)
  const down = (count: number, times: number) => {
    for (; times > 0; times--) count = Math.ceil(count / eta)
    return count
  }
  let rungs = 1
  while (rungs < most && down(trials, rungs - 1) > 1 && down(epochs, rungs - 1) > 1) rungs++
  return Array.from({ length: rungs }, (_, rung) => ({
    trials: down(trials, rung),
    epochs: down(epochs, rungs - 1 - rung),
  }))
}

/**
 * Runs a ladder: all trials to the first rung, the most promising to the next, and so on. A rung waits for all of its trials, so
 * that what is promoted does not depend on who finished first. At most `parallel` run at once.
 *
 * @param run Takes a trial to an epoch, going on from where it stands.
 * @param order Results, the most promising first.
 * @returns The last result of every trial, in the order of `trials`.
 */
export async function successiveHalving<T, R>({
  trials,
  rungs,
  run,
  order,
  parallel = 1,
  onRung = () => undefined,
}: {
  readonly trials: readonly T[]
  readonly rungs: readonly Rung[]
  readonly run: (trial: T, epochs: number) => Promise<R>
  readonly order: (results: readonly R[]) => readonly R[]
  readonly parallel?: number
  readonly onRung?: (rung: Rung & { readonly number: number; readonly of: number }) => void
}): Promise<readonly R[]> {
  const latest = new Map<T, R>()
  let alive = trials
  for (const [number, rung] of rungs.entries()) {
    if (number > 0) {
      const owner = new Map(alive.map((trial) => [latest.get(trial) as R, trial]))
      const promoted = new Set(
        order([...owner.keys()])
          .slice(0, rung.trials)
          .map((result) => owner.get(result)),
      )
      alive = alive.filter((trial) => promoted.has(trial))
    }
    onRung({ ...rung, trials: alive.length, number, of: rungs.length })
    await inParallel(alive, parallel, async (trial) => {
      latest.set(trial, await run(trial, rung.epochs))
    })
  }
  return trials.map((trial) => latest.get(trial) as R)
}

/** Begins them in order, at most `parallel` at a time. After a failure nothing new begins, and it is thrown when the others have ended. */
export async function inParallel<T>(
  all: readonly T[],
  parallel: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const queue = [...all]
  const failures: unknown[] = []
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      try {
        await work(next)
      } catch (error) {
        failures.push(error)
        queue.length = 0
      }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, all.length) }, worker))
  if (failures.length > 0) throw failures[0]
}
