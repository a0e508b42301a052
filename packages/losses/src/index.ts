export { bprLoss } from './bpr.ts'
export { rceKd, type TwoLists } from './rce-kd.ts'
export { relaxedRanking } from './relaxed-ranking.ts'
export { softBinaryCrossEntropy } from './soft-binary-cross-entropy.ts'
export { softCrossEntropy, softCrossEntropyOfRows } from './soft-cross-entropy.ts'
export { filteredProjection, type Dropped, type TwoLayers } from './filtered-projection.ts'
export { graphFilteredDistance, rowDistance } from './graph-filtered-distance.ts'
export { groupedTopology, type GroupedTopologyOptions } from './grouped-topology.ts'
export { pairwisePreference } from './pairwise-preference.ts'
export {
  hybridWeights,
  positionWeights,
  rankDiscrepancyWeights,
  type RankDiscrepancyOptions,
} from './ranking-weights.ts'
export { sparseProduct, type SparseRows } from './sparse-product.ts'
export { type Stacked } from './stack-rows.ts'
export { topologyDistance } from './topology-distance.ts'
export { unitRows } from './unit-rows.ts'
export { weightedPositives } from './weighted-positives.ts'
