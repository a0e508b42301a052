export type { BundleMeta, BundleParts, FoldIn, Precision } from './bundle.ts'
export { encodeBundle } from './encode.ts'
export { ServeError, type ServeErrorCode } from './errors.ts'
export type { Ids } from './ids.ts'
export { load, type BundleSource, type LoadOptions } from './load.ts'
export { roundTo, toInt8Rows, type Int8Rows } from './precision.ts'
export type {
  Recommendation,
  RecommendForOptions,
  Recommender,
  RecommenderInfo,
  RecommendOptions,
} from './recommender.ts'
