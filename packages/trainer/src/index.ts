export { train } from './train.ts'
export { loadModel } from './load-model.ts'
export { loadBest, type CurvePoint, type SavedBest, type Settings } from './checkpoint.ts'
export type { TrainEvent, TrainOptions, TrainOutcome } from './options.ts'
