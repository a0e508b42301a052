import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { InputError, type SplitManifest } from '@recdistill/core'
import { asInputError, writeFileAtomic } from '@recdistill/core/files'
import { quoted } from '../shown-path.ts'
import { appendLine } from './append-line.ts'
import { claimFolder } from './claim-folder.ts'
import { modelFolder, type ModelFolder } from './model-folder.ts'
import { workedBy, type Worked } from './work-time.ts'
import { program } from '../program.ts'

/** The folder of one run: `config.yaml`, `split.json`, `log.jsonl`, a folder for each model, and at the end results and reports. */
export interface RunFolder {
  readonly path: string
  model(id: string): ModelFolder
  write(name: string, content: string): void
  /** @throws InputError when the run began on other data: its models are of that. */
  expectSplit(manifest: SplitManifest): void
  /** By the log; null before the first process. */
  worked(): Worked | null
  /** Adds one line to `log.jsonl`. */
  log(event: Readonly<Record<string, unknown>>): void
  /** Takes the folder away again when this process made it and no model has a checkpoint in it. */
  discardIfEmpty(): void
}

/** @throws InputError when the folder holds something already, or cannot be made. */
export function createRunFolder(path: string, configYaml: string): RunFolder {
  const full = resolve(path)
  const firstMissing = topmostMissing(full)
  try {
    mkdirSync(dirname(full), { recursive: true })
    if (!makeNew(full)) {
      if (existsSync(join(full, 'config.yaml')))
        throw new InputError(
          `--out: ${path} holds a run already; go on with it by "${program} resume ${quoted(path)}", or name another folder`,
        )
      if (readdirSync(full).length > 0) throw new InputError(`--out: ${path} is not empty; name a new folder`)
      if (firstMissing !== null)
        throw new InputError(`--out: ${path} was made by another program just now; name another folder`)
    }
  } catch (error) {
    throw asInputError('write', full, error)
  }
  const discard = () => {
    const made = ['config.yaml', 'split.json', 'log.jsonl', '.lock'].map((name) => join(full, name))
    for (const each of firstMissing === null ? made : [full]) rmSync(each, { recursive: true, force: true })
    if (firstMissing !== null) removeEmpty(dirname(full), firstMissing)
  }
  try {
    claimFolder(full, path)
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
  expectRun(full, path)
  claimFolder(full, path)
  removeUnfinished(full)
  return openFolder(full, () => undefined)
}

/** @throws InputError when a folder, which the person calls `shown`, is not that of a run. */
export function expectRun(folder: string, shown: string): void {
  if (existsSync(join(folder, 'config.yaml'))) return
  throw new InputError(
    `${shown}: no config.yaml there; name the folder of a run, e.g. runs/2026-01-31T12-00-00-citeulike-t`,
  )
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
    expectSplit(manifest) {
      const began = readSplit(join(path, 'split.json'))
      if (began === null) writeFileAtomic(join(path, 'split.json'), JSON.stringify(manifest, null, 1) + '\n')
      else if (began.hash !== manifest.hash)
        throw new InputError(
          `${path}: began on ${inWords(began)}, and the data now gives ${inWords(manifest)}; put back the data it began with, or begin a new run`,
        )
    },
    worked: () => workedBy(join(path, 'log.jsonl')),
    log: (event) =>
      appendLine(join(path, 'log.jsonl'), JSON.stringify({ at: new Date().toISOString(), ...event })),
    discardIfEmpty() {
      const kept = readdirSync(path, { recursive: true }).map(String)
      if (!kept.some((name) => /\.ckpt$|run\.json$/.test(name))) discard()
    },
  }
}

function inWords({ hash, counts: { train, valid, test } }: Pick<SplitManifest, 'hash' | 'counts'>): string {
  return `split ${hash.slice(0, 12)} of ${train + valid + test} interactions`
}

/** What a run began on; null where that was not written down. */
function readSplit(path: string): Pick<SplitManifest, 'hash' | 'counts'> | null {
  if (!existsSync(path)) return null
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as SplitManifest
  } catch {
    throw new InputError(`${path}: not readable as JSON; delete it, and what the data is now is taken for it`)
  }
}

/**
 * Where a run goes that nobody named a folder for: by time and what it is of, in letters that every file system takes and no more than
 * fit, and a number where others began in this second.
 */
export function freePath(name: string, now = new Date()): string {
  const time = now.toISOString().slice(0, 19).replaceAll(':', '-')
  const first = join('runs', `${time}-${name.replace(/[^\w.-]+/g, '-').slice(0, 80)}`)
  let path = first
  for (let n = 2; existsSync(path); n++) path = `${first}-${n}`
  return path
}

/** False where there is something already. */
function makeNew(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Folders from `lowest` up to `highest`, as far as nobody else has put anything into them. */
function removeEmpty(lowest: string, highest: string): void {
  for (let at = lowest; at.startsWith(highest); at = dirname(at))
    try {
      rmdirSync(at)
    } catch {
      return
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
