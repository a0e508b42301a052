import type { ModelRun } from '@recdistill/core'
import { bootstrapInterval, type Interval } from './bootstrap-interval.ts'
import { meanOf } from './differences.ts'
import { holm } from './holm.ts'
import { pairedTTest } from './paired-t-test.ts'
import { wilcoxonSignedRank } from './wilcoxon-signed-rank.ts'

/** Whether `a` differs from `b` on one metric of the test part, paired by user or by seed. */
export interface Comparison {
  readonly metric: string
  readonly a: string
  readonly b: string
  readonly over: 'users' | 'seeds'
  /** Pairs. */
  readonly n: number
  /** Mean of a - b. */
  readonly difference: number
  /** Bootstrap over users; null over seeds, which are too few for it. */
  readonly interval: Interval | null
  /** `adjusted` is Holm's correction over all comparisons of the same metric and pairing. */
  readonly t: {
    readonly statistic: number
    readonly df: number
    readonly p: number
    readonly adjusted: number
  }
  readonly wilcoxon: { readonly statistic: number; readonly p: number; readonly adjusted: number }
}

/**
 * Compares the models of a result: every distilled or baseline label with `scratch`, and the best distilled one with
 * the other distilled ones. Over users where per-user values were kept (means over seeds first), over seeds where two
 * or more are shared. Over users the question is whether it holds for other users of the same model; over seeds
 * whether it holds for another training. Runs that failed are left out.
 *
 * @param metrics Keys such as `ndcg@10`; default all that both have.
 */
export function compareModels(
  models: readonly ModelRun[],
  { metrics, ...options }: CompareOptions & { readonly metrics?: readonly string[] } = {},
): Comparison[] {
  const byLabel = new Map<string, ModelRun[]>()
  const whole = models.filter(({ failed }) => failed === undefined)
  for (const model of whole) byLabel.set(model.label, [...(byLabel.get(model.label) ?? []), model])
  const groups = [...byLabel.values()]
  const keys = metrics ?? [...new Set(whole.flatMap((model) => Object.keys(model.test)))]
  return keys.flatMap((metric) => compareAll(metric, pairsOf(groups, metric), options))
}

/**
 * Compares the first of each pair with the second, each the seeds of one model, as `compareModels` does: for models of several runs
 * on one split.
 *
 * @param metrics Keys such as `ndcg@10`.
 */
export function comparePairs(
  pairs: readonly ComparedPair[],
  { metrics, ...options }: CompareOptions & { readonly metrics: readonly string[] },
): Comparison[] {
  return metrics.flatMap((metric) => {
    const measured = (runs: readonly ModelRun[]) => runs.every((run) => Number.isFinite(run.test[metric]))
    return compareAll(
      metric,
      pairs.filter(([a, b]) => measured(a) && measured(b)),
      options,
    )
  })
}

interface CompareOptions {
  readonly resamples?: number
  readonly seed?: number
}

function compareAll(
  metric: string,
  pairs: readonly ComparedPair[],
  { resamples = 1000, seed = 0 }: CompareOptions,
): Comparison[] {
  const overUsers = pairs.flatMap(([a, b]) => compareUsers(metric, a, b, { resamples, seed }))
  const overSeeds = pairs.flatMap(([a, b]) => compareSeeds(metric, a, b))
  return [...adjust(overUsers), ...adjust(overSeeds)]
}

export type ComparedPair = readonly [readonly ModelRun[], readonly ModelRun[]]

function pairsOf(groups: readonly ModelRun[][], metric: string): ComparedPair[] {
  const measured = groups.filter((runs) => runs.every((run) => Number.isFinite(run.test[metric])))
  const of = (role: ModelRun['role']) => measured.filter((runs) => runs[0].role === role)
  const mean = (runs: readonly ModelRun[]) => meanOf(runs.map((run) => run.test[metric]))
  const distilled = of('distilled')
  const againstScratch = of('scratch').flatMap((scratch) =>
    [...distilled, ...of('baseline')].map((runs): ComparedPair => [runs, scratch]),
  )
  if (distilled.length < 2) return againstScratch
  const best = distilled.reduce((a, b) => (mean(b) > mean(a) ? b : a))
  return [
    ...againstScratch,
    ...distilled.filter((runs) => runs !== best).map((runs): ComparedPair => [best, runs]),
  ]
}

function compareUsers(
  metric: string,
  a: readonly ModelRun[],
  b: readonly ModelRun[],
  options: { readonly resamples: number; readonly seed: number },
): Comparison[] {
  const valuesA = meanPerUser(a, metric)
  const valuesB = meanPerUser(b, metric)
  if (!valuesA || !valuesB || valuesA.length !== valuesB.length || valuesA.length < 2) return []
  const interval = bootstrapInterval(valuesA, valuesB, options)
  return [{ ...compare(metric, a, b, valuesA, valuesB), over: 'users', interval }]
}

function compareSeeds(metric: string, a: readonly ModelRun[], b: readonly ModelRun[]): Comparison[] {
  const shared = a.flatMap((run) => {
    const other = b.find((candidate) => candidate.seed === run.seed)
    return other ? [[run.test[metric], other.test[metric]] as const] : []
  })
  if (shared.length < 2) return []
  const valuesA = shared.map(([value]) => value)
  const valuesB = shared.map(([, value]) => value)
  return [{ ...compare(metric, a, b, valuesA, valuesB), over: 'seeds', interval: null }]
}

function compare(
  metric: string,
  a: readonly ModelRun[],
  b: readonly ModelRun[],
  valuesA: ArrayLike<number>,
  valuesB: ArrayLike<number>,
): Omit<Comparison, 'over' | 'interval'> {
  const { difference, ...t } = pairedTTest(valuesA, valuesB)
  const { statistic, p } = wilcoxonSignedRank(valuesA, valuesB)
  return {
    metric,
    a: a[0].label,
    b: b[0].label,
    n: valuesA.length,
    difference,
    t: { ...t, adjusted: t.p },
    wilcoxon: { statistic, p, adjusted: p },
  }
}

function adjust(comparisons: readonly Comparison[]): Comparison[] {
  const t = holm(comparisons.map((one) => one.t.p))
  const wilcoxon = holm(comparisons.map((one) => one.wilcoxon.p))
  return comparisons.map((one, n) => ({
    ...one,
    t: { ...one.t, adjusted: t[n] },
    wilcoxon: { ...one.wilcoxon, adjusted: wilcoxon[n] },
  }))
}

/** Values of each user, averaged over seeds; null where a run kept none. */
function meanPerUser(runs: readonly ModelRun[], metric: string): Float64Array | null {
  const kept = runs.map((run) => run.perUser?.[metric])
  const first = kept[0]
  if (!first || kept.some((values) => values?.length !== first.length)) return null
  return Float64Array.from(first, (_, user) => meanOf(kept.map((values) => values![user])))
}
