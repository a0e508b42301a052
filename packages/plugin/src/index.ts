export {
  defineBackbone,
  type Backbone,
  type BackboneContext,
  type BackboneDefinition,
  type Model,
  type OptimizerOptions,
  type PairBatch,
} from './backbone.ts'
export type { FusedInput, FusedLoss } from './fused.ts'
export {
  defineMethod,
  type AnyMethod,
  type ListSpec,
  type Lists,
  type LossInput,
  type MethodDefinition,
  type MethodPreset,
  type Values,
  type ValueSpec,
  type World,
} from './method.ts'
