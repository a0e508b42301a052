export { bprLoss } from './bpr.ts'
export { rceKd, type TwoLists } from './rce-kd.ts'
export { relaxedRanking } from './relaxed-ranking.ts'
export { softBinaryCrossEntropy } from './soft-binary-cross-entropy.ts'
export { softCrossEntropy, softCrossEntropyOfRows } from './soft-cross-entropy.ts'
export { expertMixture, type Experts } from './expert-mixture.ts'
export { projectByExperts, type ExpertNoise, type GatedExperts } from './expert-projection.ts'
export { expertRegression, type WeightedRows } from './expert-regression.ts'
export { gumbelSelection } from './gumbel-selection.ts'
export { listScores } from './list-scores.ts'
export { pairwiseRegulariser } from './pairwise-regulariser.ts'
export { project, type Projector } from './projector.ts'
export { squaredDistance } from './squared-distance.ts'
export { weightedSum } from './weighted-sum.ts'
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
