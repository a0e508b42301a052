export { backbones, loadBackbone } from './registry.ts'
export { factorModel, fromEmbeddings, type FactorModel } from './factor-model.ts'
export { scoredRows, type RowScorer } from './scored-rows.ts'
