import { existsSync } from 'node:fs'
import { InputError, type ModelRun } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import { fingerprint, openTeacher, teacherTraps, type ImportedTeacher } from '@recdistill/teachers'
import type { Config } from '../config/config.ts'
import { measureModel } from './measure-model.ts'
import type { Plan } from './plan.ts'
import { foldersAt } from './run-folder.ts'
import type { Setting } from './setting.ts'

/** The teacher of other tools that the configuration names; null where one is trained here or was in an earlier run. */
export async function openImported(
  { teacherFrom }: Config,
  options: { split: Setting['split']; engine: Engine; cache: string; say: (text: string) => void },
): Promise<ImportedTeacher | null> {
  if (teacherFrom === null || teacherFrom.kind === 'run') return null
  let tenths = 0
  const teacher = await openTeacher(teacherFrom, {
    ...options,
    onProgress(done, of) {
      const now = Math.floor((10 * done) / of)
      if (now > tenths) options.say(`teacher: ${10 * now} % of the scores are made`)
      tenths = Math.max(tenths, now)
    },
  })
  const seen = teacherTraps(teacher.model, options.split)
  return { ...teacher, notes: [...teacher.notes, ...seen], traps: [...(teacher.traps ?? []), ...seen] }
}

/** What is known of the training of a model that was not trained here. */
export const untrained = {
  stopped: 'epochs',
  epochs: 0,
  bestEpoch: 0,
  seconds: { lists: 0, steps: 0, evaluate: 0, total: 0 },
  curve: [],
  checkpoint: null,
} as const

/** Its row of the result: quality measured like any model's, nothing of a training. */
export function measureImported(plan: Plan, teacher: ImportedTeacher, setting: Setting): ModelRun {
  const { model, form, kind, bytes, users, items, files, notes, traps = [] } = teacher
  const run = measureModel(plan, { ...untrained, model }, setting)
  const counts = ({ known, missing, unused }: ImportedTeacher['users']) => ({
    known,
    missing: missing.count,
    unused: unused.count,
  })
  return {
    ...run,
    backbone: { name: `imported ${kind}`, dim: model.dim, params: {} },
    optimizer: { lr: 0, weightDecay: 0, batch: 0 },
    parameters: bytes === null ? 0 : kind === 'onnx' ? Math.round(bytes / 4) : model.parameters,
    bytes: bytes ?? 0,
    // How fast a file is read says nothing of the model it came from.
    ranking: kind === 'vectors' ? run.ranking : null,
    imported: {
      form,
      source: { ...setting.config.teacherFrom },
      files,
      users: counts(users),
      items: counts(items),
      notes,
      ...(traps.length === 0 ? {} : { traps }),
    },
  }
}

/**
 * @param files As they are now; read when not given.
 * @throws InputError when a file is gone, or is not the one that the run began with.
 */
export function expectSameFiles({ imported }: ModelRun, files?: ImportedTeacher['files']): void {
  for (const { file, bytes, sha256 } of imported?.files ?? []) {
    const gone = files === undefined && !existsSync(file)
    const now = files ?? (gone ? [] : [fingerprint(file)])
    if (now.some((each) => each.sha256 === sha256)) continue
    throw new InputError(
      `${file}: ${gone ? 'is not there any more' : 'has changed since this run began'}; put back the file it began with (${bytes} bytes, SHA-256 ${sha256}), or begin a new run`,
    )
  }
}

/** What goes wrong with a run whose teacher's files are gone or changed is said of the files, not of what came of it. */
export async function blamingTeacherFiles<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const teacher = error instanceof InputError ? foldersAt(folder).model('teacher').finished() : null
    if (teacher !== null) expectSameFiles(teacher)
    throw error
  }
}
