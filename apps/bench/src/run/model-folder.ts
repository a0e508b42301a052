import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError, type ModelRun, type RunRecord } from '@recdistill/core'
import { asInputError, writeFileAtomic } from '@recdistill/core/files'
import { appendLine } from './append-line.ts'
import { copyAtomic } from './copy-atomic.ts'

/** The folder of one model: its checkpoints, its learning curve, and `run.json` once it is done. */
export interface ModelFolder {
  readonly path: string
  /** Of the folder, for names of other files of this model. */
  readonly name: string
  /** Whether training has left a checkpoint. */
  begun(): boolean
  /** Null until the model is trained and measured. */
  finished(): ModelRun | null
  finish(run: ModelRun): void
  /** Copies a file of another place into this folder. */
  take(from: string, name: string): void
  /** Drops the records of epochs that will be run again. */
  rewind(epoch: number): void
  record(record: RunRecord): void
  /** The curve so far. */
  curve(): readonly RunRecord[]
  /** The curve with the seconds of epochs that an earlier process ran, which only the log knows. */
  timed(curve: readonly RunRecord[]): readonly RunRecord[]
}

/** @param run The folder of the run. */
export function modelFolder(run: string, name: string): ModelFolder {
  const path = join(run, name)
  const runPath = join(path, 'run.json')
  const logPath = join(path, 'log.jsonl')
  return {
    path,
    name,
    begun: () => existsSync(join(path, 'last.ckpt')),
    finished() {
      if (!existsSync(runPath)) return null
      try {
        return JSON.parse(readFileSync(runPath, 'utf8')) as ModelRun
      } catch {
        throw new InputError(`${runPath}: not readable as JSON; delete it, and the model is measured again`)
      }
    },
    finish(run) {
      writeFileAtomic(logPath, run.curve.map((record) => JSON.stringify(record) + '\n').join(''))
      writeFileAtomic(runPath, JSON.stringify(run))
    },
    take(from, to) {
      try {
        mkdirSync(path, { recursive: true })
        copyAtomic(from, join(path, to))
      } catch (error) {
        throw asInputError('write', path, error)
      }
    },
    rewind(epoch) {
      if (!existsSync(logPath)) return
      const kept = readFileSync(logPath, 'utf8')
        .split('\n')
        .filter((text) => epochOf(text) < epoch)
      writeFileAtomic(logPath, kept.map((text) => text + '\n').join(''))
    },
    record: (record) => appendLine(logPath, JSON.stringify(record)),
    curve: () => [...new Map(recordsOf(logPath).map((record) => [record.epoch, record])).values()],
    timed(curve) {
      const logged = new Map(recordsOf(logPath).map((record) => [record.epoch, record.seconds]))
      return curve.map((record) => ({ ...record, seconds: logged.get(record.epoch) ?? record.seconds }))
    },
  }
}

function recordsOf(logPath: string): RunRecord[] {
  if (!existsSync(logPath)) return []
  const lines = readFileSync(logPath, 'utf8').split('\n')
  return lines.filter((text) => Number.isFinite(epochOf(text))).map((text) => JSON.parse(text) as RunRecord)
}

/** Of a line of a log; a line that was cut short belongs to no epoch that is kept. */
function epochOf(text: string): number {
  try {
    return (JSON.parse(text) as RunRecord).epoch
  } catch {
    return Infinity
  }
}
