import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError, type EvalProtocol, type ModelRun, type SplitManifest } from '@recdistill/core'
import { asInputError, writeFileAtomic } from '@recdistill/core/files'
import type { ModelConfig } from '../config/config.ts'
import { version } from '../version.ts'
import { copyAtomic } from './copy-atomic.ts'

/** Everything a trained teacher depends on: equal values, equal parameters. */
export interface TeacherKey {
  readonly split: SplitManifest
  readonly protocol: EvalProtocol
  readonly model: ModelConfig
  readonly epochs: number
  readonly patience: number
  readonly validateEvery: number
  readonly followTest: boolean
  /** Absent when no snapshots are kept. */
  readonly snapshotEvery?: number
  /** Absent for ordinary steps. */
  readonly sparseAdam?: boolean
  /** Absent for the cpu driver; others give slightly different numbers. */
  readonly driver?: string
  readonly seed: number
}

/** Where the teacher of this content lies, or would lie. */
export function teacherPath(cache: string, { split, ...rest }: TeacherKey): string {
  const content = JSON.stringify({ version, split: split.hash, ...rest })
  return join(cache, 'teachers', createHash('sha256').update(content).digest('hex').slice(0, 32))
}

/**
 * The teacher of another run, given the run's folder or the model's own; copied, so that this run stands alone.
 * @throws InputError when there is none.
 */
export function borrowTeacher(from: string, folder: string): ModelRun {
  const run = takeTeacher(teacherFolder(from), folder)
  if (run === null)
    throw new InputError(
      `--teacher-from: ${from} holds no finished teacher; let that run finish, or name another`,
    )
  return run
}

/** What another run's teacher is. @throws InputError when there is none. */
export function describeTeacher(from: string): ModelRun {
  const path = join(teacherFolder(from), 'run.json')
  let run: ModelRun
  try {
    run = JSON.parse(readFileSync(path, 'utf8')) as ModelRun
  } catch {
    throw new InputError(
      `--teacher-from: ${from} holds no finished teacher; name the folder of a finished run, or a file of a teacher from elsewhere, e.g. users.npy with --teacher-items items.npy`,
    )
  }
  if (run.backbone.name === 'ensemble')
    throw new InputError(
      `--teacher-from: the teacher of ${from} is several together; give the same --teachers again, which are not trained anew, or the folder of one, ${join(from, 'teacher-1')}`,
    )
  return run
}

/** Where the teacher of a run lies, given the run's folder or the model's own. */
export function teacherFolder(from: string): string {
  return existsSync(join(from, 'teacher', 'run.json')) ? join(from, 'teacher') : from
}

/** Copies a cached teacher's checkpoint into the run; its record when it was there, else null. */
export function takeTeacher(entry: string, folder: string, id = 'teacher'): ModelRun | null {
  if (!existsSync(join(entry, 'run.json'))) return null
  try {
    const run = JSON.parse(readFileSync(join(entry, 'run.json'), 'utf8')) as ModelRun
    mkdirSync(folder, { recursive: true })
    copyModel(entry, folder)
    return {
      ...run,
      id,
      role: 'teacher',
      label: 'teacher',
      cached: true,
      checkpoint: `${id}/best.ckpt`,
    }
  } catch (error) {
    // A cache is not a source of truth: what cannot be read is trained again.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw asInputError('write', folder, error)
  }
}

/** Keeps a teacher for later runs; the record goes last, so that an entry is whole or not there. */
export function keepTeacher(entry: string, folder: string, run: ModelRun): void {
  try {
    mkdirSync(entry, { recursive: true })
    copyModel(folder, entry)
  } catch (error) {
    throw asInputError('write', entry, error)
  }
  writeFileAtomic(join(entry, 'run.json'), JSON.stringify(run))
}

/** The best epoch and the snapshots of its training. */
function copyModel(from: string, to: string): void {
  for (const name of readdirSync(from))
    if (/^(best|epoch-\d+)\.ckpt$/.test(name)) copyAtomic(join(from, name), join(to, name))
}
