export {
  evaluate,
  evaluateParts,
  type ColdEvaluation,
  type EvaluateOptions,
  type Evaluation,
  type MeasuredPart,
} from './evaluate.ts'
export { evaluateRankings, rankerFromRankings } from './rankings.ts'
export type { FlatRankings, Rankings } from './dense-lists.ts'
export { splitFromLists, type IdSpellings, type Lists, type RawId } from './lists.ts'
export type { EvalSplit } from './eval-split.ts'
export { protocols, resolveProtocol } from './protocols/resolve-protocol.ts'
export { checkMeasurable } from './check-measurable.ts'
export { checkProtocol } from './protocols/check-protocol.ts'
export { accuracyNames, beyondNames, metricNamed, metrics, parseMetric, type MetricInfo } from './registry.ts'
export { hitsOf, type Hits, type UserMetric } from './accuracy/hits.ts'
export { hr } from './accuracy/hr.ts'
export { map } from './accuracy/map.ts'
export { mrr } from './accuracy/mrr.ts'
export { ndcg } from './accuracy/ndcg.ts'
export { precision } from './accuracy/precision.ts'
export { recall } from './accuracy/recall.ts'
export { arp } from './beyond/arp.ts'
export { coverage } from './beyond/coverage.ts'
export { gini } from './beyond/gini.ts'
export { lift } from './beyond/lift.ts'
export { novelty } from './beyond/novelty.ts'
export { beyondAndCold } from './beyond/beyond-and-cold.ts'
export type { BeyondMetric, Shown } from './beyond/shown.ts'
