export { readTarget, targetInWords, type Target } from './target.ts'
export {
  drawTrials,
  trialId,
  type Arm,
  type Range,
  type SearchSpace,
  type Trial,
  type Value,
} from './space.ts'
export { armOf, type ArmOptions } from './arm.ts'
export { sizesFor } from './sizes.ts'
export { precisions } from './precisions.ts'
export {
  tableBytes,
  type Candidate,
  type Estimate,
  type TrialJob,
  type TrialProgress,
  type TrialResult,
  type TrialRunner,
} from './trial.ts'
export { rungsOf, successiveHalving, type Rung } from './successive-halving.ts'
export { byPromise, candidatePoints, choose, type Chosen, type Judge } from './choose.ts'
export { paretoFront, paretoRanks, type Point } from './pareto.ts'
export { search, type SearchEvent, type SearchOptions, type SearchOutcome } from './search.ts'
export { bootstrap, bootstrapAll, quantile } from './bootstrap.ts'
export {
  groupRows,
  rowOf,
  twoGroups,
  type GroupOptions,
  type GroupRow,
  type Measured,
} from './user-groups.ts'
export type { CompressResult, DeployedModel } from './result.ts'
export { compressHtml, compressMarkdown } from './report/report.ts'
export { chosenSheet, frontSheet, groupSheets, popularitySheet, trialsSheet } from './report/sheets.ts'
