export { NO_ITEM } from './no-item.ts'
export type { Interactions } from './interactions.ts'
export { groupByUser, hasItem, rowOf, sortRows, transpose, unionRows, type Csr } from './csr.ts'
export { trainingSplit, type Split, type SplitManifest } from './split.ts'
export type { Ranker, Ranking } from './ranking.ts'
export type { EvalProtocol, Part } from './protocol.ts'
export type {
  ImportedModel,
  MachineCard,
  Metrics,
  ModelRun,
  Reference,
  Role,
  RunRecord,
  RunResult,
  TriedSetting,
} from './run.ts'
export { InputError, isInputError, isNumericError, nearest, NumericError } from './errors.ts'
export { explainIssue, unknownName, type Issue, type Refused } from './refusal/explain-issue.ts'
export { noAddresses } from './refusal/no-addresses.ts'
export { schemasAt, type JsonSchema } from './refusal/json-schema.ts'
export { typeOf } from './refusal/schema-words.ts'
export { show } from './refusal/show.ts'
export { createRng, Rng } from './rng.ts'
