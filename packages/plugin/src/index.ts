export {
  defineBackbone,
  type Backbone,
  type BackboneContext,
  type BackboneDefinition,
  type OptimizerOptions,
  type PairBatch,
} from './backbone.ts'
export { rowDimOf, type Model } from './model.ts'
export type { FusedInput, FusedLoss } from './fused.ts'
export type {
  Aux,
  AuxSpec,
  Backgrounds,
  BackgroundSpec,
  Lists,
  ListSpec,
  Rows,
  RowsSpec,
  Size,
  Values,
  ValueSpec,
  World,
} from './declarations.ts'
export { itemSide, type ItemSide } from './item-side.ts'
export type { LossInput, LossViews } from './loss-input.ts'
export {
  defineMethod,
  rowsOver,
  type AnyMethod,
  type MethodDefinition,
  type MethodPreset,
  type Over,
} from './method.ts'
export { asBackbone } from './as-backbone.ts'
export { asMethod } from './as-method.ts'
export { checkDeclared, type Declared } from './check-declared.ts'
export { expectWritten } from './expect-written.ts'
export { pairProblem, sideOf, sideOfModel, type Pair, type PairSide } from './pair-problem.ts'
export { describeParams, paramsJsonSchema, type ParamDescription } from './describe-params.ts'
export { checkParams, parseParams, complaintsOf } from './parse-params.ts'
// What nearly every plugin needs beside this package, so that one import will do.
export { InputError, nearest, NO_ITEM, typeOf, type JsonSchema, type Rng } from '@recdistill/core'
export type {
  ListLaw,
  ListPart,
  OrderedItems,
  Ranked,
  RankedPart,
  Refresh,
  Row,
  ValueLaw,
} from '@recdistill/samplers'
