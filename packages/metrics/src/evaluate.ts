import { InputError, show, type EvalProtocol, type Metrics, type Ranker } from '@recdistill/core'
import { collectShown, type ShownCollector } from './collect-shown.ts'
import { collectUsers, meansOver, usersWithItems, type UserCollector } from './collect-users.ts'
import { viewsOf, type EvalSplit } from './eval-split.ts'
import { checkProtocol } from './protocols/check-protocol.ts'
import { rankCatalogue } from './rank-catalogue.ts'
import { accuracyNames, metricNamed, parseMetric } from './registry.ts'
import { rankSampled } from './sampled-candidates.ts'

export type MeasuredPart = 'valid' | 'test'

export interface EvaluateOptions {
  /** Users ranked at once. */
  readonly blockUsers?: number
  /** Names of accuracy metrics without cut-off; all where the catalogue is ranked; `hr`, `ndcg`, `mrr` and what the protocol selects by where candidates are sampled. */
  readonly metrics?: readonly string[]
  /** Also measure coverage, novelty, gini and popularity lift of the lists. */
  readonly beyond?: boolean
}

/** What one part of a split says about a ranker. */
export interface Evaluation {
  readonly part: MeasuredPart
  readonly protocol: EvalProtocol
  /** Users with truth, ascending. */
  readonly users: Uint32Array
  /** Values of those users by `name@k`, in the same order. */
  readonly perUser: Readonly<Record<string, Float64Array>>
  /** How many users the means divide by: with `users: 'all'` more than have truth. */
  readonly averagedOver: number
  readonly means: Metrics
  /** By `name@k`, over the lists of all users that were ranked; empty unless asked for. */
  readonly beyond: Metrics
  /** The truth on items never met in training, measured alone over its own users; null unless kept apart. */
  readonly cold: ColdEvaluation | null
}
export interface ColdEvaluation {
  readonly users: Uint32Array
  readonly interactions: number
  readonly means: Metrics
}

/**
 * Measures a ranker on one part of a split, in one pass of blocks of users with lists as long as the largest cut-off.
 *
 * @throws InputError when protocol, metric names, split and catalogue do not fit together, or the part has no truth.
 */
export function evaluate(
  ranker: Ranker,
  split: EvalSplit,
  protocol: EvalProtocol,
  part: MeasuredPart,
  options: EvaluateOptions = {},
): Evaluation {
  return evaluateParts(ranker, split, protocol, [part], options)[part]
}

/** The same for several parts: where they mask the same items the catalogue is ranked once for all of them. */
export function evaluateParts<Measured extends MeasuredPart>(
  ranker: Ranker,
  split: EvalSplit,
  protocol: EvalProtocol,
  parts: readonly Measured[],
  options: EvaluateOptions = {},
): Record<Measured, Evaluation> {
  const { blockUsers = 1024, beyond = false } = options
  checkProtocol(protocol)
  const { candidates, ks } = protocol
  const names = checkNames(
    options.metrics ?? (candidates.kind === 'sampled' ? namesForSampled(protocol) : accuracyNames),
  )
  if (!Number.isInteger(blockUsers) || blockUsers < 1)
    throw new InputError(`evaluate.blockUsers: expected an integer >= 1, got ${blockUsers}`)
  const maxK = Math.max(...ks)
  if (candidates.kind === 'catalogue' && maxK > split.numItems)
    throw new InputError(
      `evaluate: cut-off ${maxK} is larger than the catalogue of ${split.numItems} items; lower ks of protocol ${protocol.name}`,
    )
  if (beyond && candidates.kind === 'sampled')
    throw new InputError(
      `evaluate: beyond needs recommendations from the whole catalogue but protocol ${protocol.name} samples candidates`,
    )
  for (const part of parts as readonly string[])
    if (part !== 'valid' && part !== 'test')
      throw new InputError(`evaluate.part: expected "valid" or "test", got ${show(part)}`)
  const measured = parts.map((part) => measure(split, protocol, part, names, beyond))

  if (candidates.kind === 'sampled') {
    for (const { warm, cold } of measured)
      for (const collector of cold ? [warm, cold] : [warm])
        rankSampled(ranker, split, collector, { ...candidates, blockUsers })
  } else {
    const waiting = new Set(measured)
    for (const first of waiting) {
      const together = [...waiting].filter((other) => other.mask === first.mask)
      for (const other of together) waiting.delete(other)
      rankCatalogue(ranker, split.numItems, first.mask, together, { k: maxK, blockUsers })
    }
  }
  const entries = measured.map((one) => [one.part, finish(split, protocol, one)] as const)
  return Object.fromEntries(entries) as Record<Measured, Evaluation>
}

/** What is gathered while one part is measured. */
interface Measuring {
  readonly part: MeasuredPart
  readonly mask: ReturnType<ReturnType<typeof viewsOf>['mask']>
  readonly warm: UserCollector
  readonly cold: UserCollector | null
  /** Everybody with truth, warm or cold. */
  readonly users: Uint32Array
  readonly shown: ShownCollector | null
}

function measure(
  split: EvalSplit,
  protocol: EvalProtocol,
  part: MeasuredPart,
  names: readonly string[],
  beyond: boolean,
): Measuring {
  const views = viewsOf(split)
  const { ks, coldItems } = protocol
  const late = protocol.bdLegacyMetrics === true ? 1 : 0
  if (split[part].items.length === 0)
    throw new InputError(`evaluate: the ${part} part of the split is empty; split again with a share for it`)
  const apart = coldItems === 'apart' ? views.truth(part) : null
  const warm = collectUsers(apart?.warm ?? split[part], names, ks, late)
  if (warm.users.length === 0)
    throw new InputError(
      `evaluate: no item of the ${part} part was met in training, and protocol ${protocol.name} keeps those apart; use a random split or coldItems "keep"`,
    )
  return {
    part,
    mask: views.mask(protocol.mask[part]),
    warm,
    cold: apart && apart.cold.items.length > 0 ? collectUsers(apart.cold, names, ks, late) : null,
    users: usersWithItems(split[part]),
    shown: beyond ? collectShown(split, views.popularity, ks) : null,
  }
}

function finish(
  split: EvalSplit,
  protocol: EvalProtocol,
  { part, warm, cold, shown }: Measuring,
): Evaluation {
  const averagedOver = protocol.users === 'all' ? split.numUsers : warm.users.length
  return {
    part,
    protocol,
    users: warm.users,
    perUser: warm.perUser,
    averagedOver,
    means: meansOver(warm.perUser, averagedOver),
    beyond: shown?.values() ?? {},
    cold: cold && {
      users: cold.users,
      interactions: cold.truth.items.length,
      means: meansOver(cold.perUser, cold.users.length),
    },
  }
}

function namesForSampled({ select }: EvalProtocol): readonly string[] {
  return [...new Set(['hr', 'ndcg', 'mrr', parseMetric(select).metric.name])]
}

function checkNames(names: readonly string[]): readonly string[] {
  if (names.length === 0) throw new InputError('evaluate.metrics: expected one or more names, got none')
  for (const name of names)
    if (metricNamed(name).kind !== 'accuracy')
      throw new InputError(`evaluate.metrics: "${name}" needs no truth; ask for it with beyond: true`)
  return names
}
