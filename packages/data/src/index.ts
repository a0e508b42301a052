export {
  dataRequestSchema,
  parseDataRequest,
  type DataRequest,
  type DataRequestInput,
} from './data-request.ts'
export {
  defineDataset,
  type DataFile,
  type DatasetDefinition,
  type DataSource,
  type Fingerprint,
  type SplitPreset,
} from './define-dataset.ts'
export { findDataset, listDatasets } from './datasets/find-dataset.ts'
export { download, type DownloadOptions } from './fetch/download.ts'
export { filterSchema, type Filter, type FilterInput, type FilterStep } from './filter/filter.ts'
export { filterInteractions } from './filter/filter-interactions.ts'
export { prepareSplit, type DataProgress, type PrepareOptions } from './prepare-split.ts'
export { readOptionsSchema, type ReadOptions } from './read/options.ts'
export { readInteractions, type InteractionTable } from './read/read-interactions.ts'
export type { Source } from './read/source-file.ts'
export { formatSplitRule, parseSplitRule, splitRuleForms } from './split/parse-split-rule.ts'
export { splitRuleSchema, type SplitRule } from './split/rule.ts'
export { loadSplit, saveSplit } from './split/split-file.ts'
export {
  splitInteractions,
  type DataSplit,
  type SplitFacts,
  type Splittable,
} from './split/split-interactions.ts'
export type { TimeFacts } from './split/time-facts.ts'
export { generateInteractions, itemTastes, type SyntheticOptions } from './synthetic/generate.ts'
export { syntheticPresets, type SyntheticPreset } from './synthetic/presets.ts'
export type { Finding } from './inspect/finding.ts'
export { inspectInteractions } from './inspect/inspect-interactions.ts'
export { inspectSplit } from './inspect/inspect-split.ts'
