import type { ModelRun } from '@recdistill/core'
import { createProgress } from '../progress/progress.ts'
import { runBench } from '../run/run-bench.ts'
import { foldersAt } from '../run/run-folder.ts'
import type { Compression } from './compression.ts'
import { configOf, teacherValues } from './plan.ts'

/** The teacher, trained once, or taken from the cache or from elsewhere; measured. Null when it was stopped. */
export async function prepareTeacher(all: Compression): Promise<ModelRun | null> {
  const { plan, folder, io, protocol, catalogue } = all
  const folders = foldersAt(folder)
  const progress = createProgress(io.stderr, { select: protocol.select })
  // The record of a teacher has its test numbers, as in any run; nobody has to see them before the choice.
  const quiet = {
    ...progress,
    say: (text: string) => (/: test \S+@/.test(text) ? undefined : progress.say(text)),
  }
  const config = await configOf(teacherValues(plan), catalogue)
  const known = folders.model('teacher').finished()
  if (known !== null && all.imported === null) return known
  const result = await runBench({ ...all, config, folder: folders, progress: quiet, roles: ['teacher'] })
  return result?.models[0] ?? null
}
