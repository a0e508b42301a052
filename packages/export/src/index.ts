export type { Deployable, Form, ModelFacts, ParameterForm, VectorForm } from './deployable.ts'
export { exportModel } from './export-model.ts'
export {
  expectFits,
  formatNames,
  formats,
  parseFormats,
  precisions,
  type Format,
  type FormatName,
} from './format.ts'
export { keptLists, type KeptLists } from './kept-lists.ts'
export { cardMarkdown } from './card-markdown.ts'
export { modelCard, type CardFile, type Measured, type ModelCard, type Rounding } from './model-card.ts'
export { bundleOf } from './to-bundle.ts'
export { writeFolder } from './write-folder.ts'
