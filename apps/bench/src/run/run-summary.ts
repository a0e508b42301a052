import type { ModelRun } from '@recdistill/core'
import { duration, short } from '../progress/format.ts'

/** What is said of a model when it is done. */
export function runSummary(run: ModelRun, select: string): string {
  if (run.failed !== undefined) return `${run.id}: failed: ${run.failed}`
  if (run.imported)
    return `${run.id}: test ${select} ${short(run.test[select])} (imported: ${run.imported.form})`
  if (run.epochs === 0 && run.role === 'teacher')
    return `${run.id}: test ${select} ${short(run.test[select])} (all teachers together)`
  const end = run.stopped === 'hand' ? ', ended by hand' : ''
  const how = run.cached
    ? `from an earlier run${end}`
    : `${run.epochs} ${run.epochs === 1 ? 'epoch' : 'epochs'} in ${duration(run.seconds.total)}${end}`
  return `${run.id}: test ${select} ${short(run.test[select])}, best at epoch ${run.bestEpoch + 1} (${how})`
}
