import type { ModelRun } from '@recdistill/core'
import type { Config } from '../config/config.ts'
import { quoted, shownPath } from '../shown-path.ts'
import { isOfOneModel } from './failed-model.ts'
import { noSnapshots } from './method-models.ts'
import { doneModel } from './more-epochs.ts'
import { planModels } from './plan.ts'
import type { RunFolder } from './run-folder.ts'
import type { Setting } from './setting.ts'
import { program } from '../program.ts'

/** Models that failed and how to give them another try, in one line; null where none did. */
export function failuresInWords(
  models: readonly ModelRun[],
  { config, folder }: { config: Config; folder: RunFolder },
): string | null {
  const failed = models.filter((model) => model.failed !== undefined)
  if (failed.length === 0) return null
  const what = `failed: ${failed.map(({ id }) => id).join(', ')} (${failed.length} of ${models.length} models)`
  const students = failed.filter(
    ({ role, failed }) => role !== 'baseline' && !failed?.startsWith(noSnapshots),
  )
  if (students.length === 0) return what
  const methods = config.methods.filter(({ name }) => students.some(({ method }) => method?.name === name))
  const references = methods.map(({ reference }) => reference).join(',')
  const rates = students.map(
    ({ method, optimizer }) => `${method?.name ?? 'student'}.lr=${Number((optimizer.lr / 4).toPrecision(2))}`,
  )
  // Where the configuration does not say already whom they learn from.
  const own = config.teacherFrom === null && config.teachers.length === 0
  const again = [
    `--config ${quoted(shownPath(`${folder.path}/config.yaml`))}`,
    ...(own ? [`--teacher-from ${quoted(shownPath(folder.path))}`] : []),
    `--methods ${quoted(references || 'none')}`,
    `--set ${[...new Set(rates)].join(' ')}`,
  ]
  return `${what}; try a smaller lr or lambda: ${program} bench ${again.join(' ')}`
}

/** An error that ends a run; where it is of one model alone, how those that are left can be had all the same. */
export function withWayOn(
  error: unknown,
  { folder, ...setting }: Pick<Setting, 'config' | 'catalogue'> & { folder: RunFolder },
): unknown {
  if (!isOfOneModel(error) || folder.model('teacher').finished() === null) return error
  const left = planModels(setting.config).filter(
    (plan) => doneModel(plan, folder.model(plan.id), setting) === null,
  )
  const others = left.length - 1
  if (others < 1) return error
  error.message += `; to go on with the ${others === 1 ? 'model that is' : `${others} models that are`} left: ${program} resume ${quoted(shownPath(folder.path))} --keep-going`
  return error
}
