import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { InputError, type ModelRun, type RunRecord } from '@recdistill/core'
import { asInputError, writeFileAtomic } from '@recdistill/core/files'

/** The folder of one run: `config.yaml`, `log.jsonl`, a folder for each model, and at the end results and reports. */
export interface RunFolder {
  readonly path: string
  model(id: string): ModelFolder
  write(name: string, content: string): void
  /** When work on the run began, and for how many seconds there has been a process at it, by its log; null before the first. */
  worked(): { readonly since: Date; readonly seconds: number } | null
  /** Adds one line to `log.jsonl`. */
  log(event: Readonly<Record<string, unknown>>): void
  /** Takes the folder away again when this process made it and no model has a checkpoint in it. */
  discardIfEmpty(): void
}

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
  /** The curve with the seconds of epochs that an earlier process ran, which only the log knows. */
  timed(curve: readonly RunRecord[]): readonly RunRecord[]
}

/** @throws InputError when the folder holds something already, or cannot be made. */
export function createRunFolder(path: string, configYaml: string): RunFolder {
  const full = resolve(path)
  const firstMissing = topmostMissing(full)
  try {
    if (existsSync(full) && statSync(full).isDirectory()) {
      if (existsSync(join(full, 'config.yaml')))
        throw new InputError(
          `--out: ${path} holds a run already; go on with it by "recdistill resume ${path}", or name another folder`,
        )
      if (readdirSync(full).length > 0) throw new InputError(`--out: ${path} is not empty; name a new folder`)
    }
    mkdirSync(full, { recursive: true })
  } catch (error) {
    throw asInputError('write', full, error)
  }
  const discard = () => {
    const made =
      firstMissing === null ? ['config.yaml', 'log.jsonl'].map((name) => join(full, name)) : [firstMissing]
    for (const path of made) rmSync(path, { recursive: true, force: true })
  }
  try {
    writeFileAtomic(join(full, 'config.yaml'), configYaml)
  } catch (error) {
    if (firstMissing !== null) discard()
    throw error
  }
  return openFolder(full, discard)
}

/** @throws InputError when there is no run. */
export function openRunFolder(path: string): RunFolder {
  const full = resolve(path)
  if (!existsSync(join(full, 'config.yaml')))
    throw new InputError(
      `${path}: no config.yaml there; name the folder of a run, e.g. runs/2026-01-31T12-00-00-citeulike-t`,
    )
  removeUnfinished(full)
  return openFolder(full, () => undefined)
}

/** Temporary files that a killed process was writing when it died; what they were to become is written again. */
export function removeUnfinished(folder: string): void {
  try {
    for (const name of readdirSync(folder, { recursive: true }).map(String))
      if (/\.\d+(\.[0-9a-f]{8})?\.tmp$/.test(name)) rmSync(join(folder, name), { force: true })
  } catch (error) {
    throw asInputError('write', folder, error)
  }
}

/** Files and folders of models at a place that is no run of its own. */
export function foldersAt(path: string): RunFolder {
  return openFolder(path, () => undefined)
}

function openFolder(path: string, discard: () => void): RunFolder {
  return {
    path,
    model: (id) => modelFolder(path, id.replace('#', '-seed')),
    write: (name, content) => writeFileAtomic(join(path, name), content),
    worked: () => workedBy(join(path, 'log.jsonl')),
    log: (event) =>
      append(join(path, 'log.jsonl'), JSON.stringify({ at: new Date().toISOString(), ...event })),
    discardIfEmpty() {
      const kept = readdirSync(path, { recursive: true }).map(String)
      if (!kept.some((name) => /\.ckpt$|run\.json$/.test(name))) discard()
    },
  }
}

/** Lines of a process follow its `started`; what it did after its last line is not known and not counted. */
function workedBy(logPath: string): ReturnType<RunFolder['worked']> {
  if (!existsSync(logPath)) return null
  const lines = readFileSync(logPath, 'utf8')
    .split('\n')
    .flatMap((text) => {
      const [at, type] = eventOf(text)
      return Number.isFinite(at) ? [{ at, started: type === 'started' }] : []
    })
  if (lines.length === 0) return null
  const milliseconds = lines.reduce((sum, { at, started }, n) => {
    return n === 0 || started ? sum : sum + Math.max(0, at - lines[n - 1].at)
  }, 0)
  return { since: new Date(lines[0].at), seconds: milliseconds / 1000 }
}

/** Time and type of a line; a line that was cut short has no time. */
function eventOf(text: string): readonly [at: number, type: unknown] {
  try {
    const { at, type } = JSON.parse(text) as { at?: unknown; type?: unknown }
    return [Date.parse(String(at)), type]
  } catch {
    return [NaN, null]
  }
}

function modelFolder(run: string, name: string): ModelFolder {
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
        const temporary = join(path, `${to}.${process.pid}.tmp`)
        copyFileSync(from, temporary)
        renameSync(temporary, join(path, to))
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
    record: (record) => append(logPath, JSON.stringify(record)),
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

function append(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    appendFileSync(path, text + '\n')
  } catch (error) {
    throw asInputError('write', path, error)
  }
}

/** The highest folder on the way to `path` that does not exist: what has to go to leave no trace. */
function topmostMissing(path: string): string | null {
  let missing: string | null = null
  for (let at = path; !existsSync(at); at = dirname(at)) {
    missing = at
    if (dirname(at) === at) break
  }
  return missing
}
