import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Chosen } from '@recdistill/compress'
import { NumericError } from '@recdistill/core'
import { configYaml } from '../config/write.ts'
import { createProgress } from '../progress/progress.ts'
import { releaseFolder } from '../run/claim-folder.ts'
import { runBench } from '../run/run-bench.ts'
import { createRunFolder, foldersAt, openRunFolder, type RunFolder } from '../run/run-folder.ts'
import { takeTraining } from '../run/take-training.ts'
import { writeResult } from '../run/write-result.ts'
import { program } from '../program.ts'
import { quoted, shownPath } from '../shown-path.ts'
import { studentFolder } from './compress-folder.ts'
import type { Compression } from './compression.ts'
import { configOf, valuesOfTrial } from './plan.ts'

/**
 * A run of teacher, student from scratch and the chosen student, whose training is over: it is taken as it is.
 * @returns Null when it was stopped.
 * @throws NumericError when the student from scratch met NaN; the chosen one is measured all the same.
 */
export async function studentRun(
  all: Compression,
  { result: { trial }, candidate: { precision } }: Chosen,
): Promise<RunFolder | null> {
  const { plan, catalogue, io, protocol } = all
  const config = { ...(await configOf(valuesOfTrial(plan, trial), catalogue)), keepGoing: true }
  const path = join(all.folder, studentFolder)
  const begun = existsSync(join(path, 'config.yaml'))
  const folder = begun ? openRunFolder(path) : createRunFolder(path, configYaml(config))
  take(foldersAt(all.folder), 'teacher', folder, 'teacher')
  take(foldersAt(join(all.folder, 'trials')), trial.id, folder, trial.method)
  const progress = createProgress(io.stderr, { select: protocol.select })
  const result = await runBench({ ...all, config, folder, progress }).finally(() => releaseFolder(path))
  if (result === null) return null
  writeResult(folder, result)
  const failed = folder.model('scratch').finished()?.failed
  if (failed === undefined) return folder
  const place = shownPath(path)
  throw new NumericError(
    `compress: the student from scratch, beside which the chosen one is judged, failed: ${failed}; begin another compression with a smaller rate, e.g. --set student.lr=0.001; the chosen one is measured all the same, in ${place}/report.html, and deployed by: ${program} export ${quoted(place)} --to bundle --dtype ${precision}`,
  )
}

/** Checkpoints, the curve and, where there is one, the record of a model. */
function take(from: RunFolder, id: string, to: RunFolder, as: string): void {
  const [source, target] = [from.model(id), to.model(as)]
  if (target.finished() !== null) return
  takeTraining(source, target)
  const run = source.finished()
  if (run === null) return
  // A teacher that is several lies in as many folders.
  const { members } = run.backbone.params
  for (const member of Array.isArray(members) ? members.map(String) : []) take(from, member, to, member)
  target.finish(run)
}
