export { bprLoss } from './bpr.ts'
export { rceKd, type TwoLists } from './rce-kd.ts'
export { relaxedRanking } from './relaxed-ranking.ts'
export { softCrossEntropy, softCrossEntropyOfRows } from './soft-cross-entropy.ts'
