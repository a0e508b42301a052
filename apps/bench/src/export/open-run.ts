import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InputError, type ModelRun } from '@recdistill/core'
import { asInputError } from '@recdistill/core/files'
import { precisions } from '@recdistill/export'
import type { Precision } from '@recdistill/serve'
import type { Catalogue } from '../catalogue.ts'
import { isCompressFolder, studentFolder } from '../compress/compress-folder.ts'
import type { Config } from '../config/config.ts'
import { fileLayer } from '../config/file.ts'
import { resolveConfig } from '../config/resolve.ts'
import { expectRun } from '../run/run-folder.ts'
import { quoted } from '../shown-path.ts'
import { program } from '../program.ts'

/** What an earlier run left: only read, so it may still be going on. */
export interface FinishedRun {
  readonly path: string
  /** The student that a compression chose, and the type it chose it in; null for a run. */
  readonly chosen: { readonly model: string; readonly precision: Precision } | null
  readonly config: Config
  readonly models: readonly FinishedModel[]
}

export interface FinishedModel {
  readonly run: ModelRun
  readonly checkpoint: string
}

/** @throws InputError when there is no run, or none of its models is finished. */
export async function openRun(path: string, catalogue: Catalogue): Promise<FinishedRun> {
  const whole = resolve(path)
  const compressed = !existsSync(join(whole, 'config.yaml')) && isCompressFolder(whole)
  if (compressed && !existsSync(join(whole, 'results.json')))
    throw new InputError(
      `${path}: a compression that is not finished; go on with it by "${program} resume ${quoted(path)}"`,
    )
  const chosen = compressed ? readChosen(join(whole, 'results.json')) : null
  const full = compressed ? join(whole, studentFolder) : whole
  expectRun(full, path)
  const models = foldersIn(full)
    .filter((folder) => existsSync(join(folder, 'run.json')))
    .map((folder) => ({ run: readModelRun(join(folder, 'run.json')), checkpoint: join(folder, 'best.ckpt') }))
    .filter(({ run }) => run.failed === undefined)
  if (models.length === 0)
    throw new InputError(
      `${path}: none of its models is finished; go on with it by "${program} resume ${quoted(path)}"`,
    )
  const config = await resolveConfig([fileLayer(join(full, 'config.yaml'))], catalogue)
  return { path: full, chosen, config, models }
}

function readChosen(path: string): FinishedRun['chosen'] {
  try {
    const { chosen } = JSON.parse(readFileSync(path, 'utf8')) as { chosen?: Partial<FinishedRun['chosen']> }
    const precision = precisions.find((each) => each === chosen?.precision)
    if (typeof chosen?.model === 'string' && precision !== undefined)
      return { model: chosen.model, precision }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw asInputError('read', path, error)
  }
  throw new InputError(`${path}: not the result of a compression; export its folder "${studentFolder}"`)
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path)
      .map((name) => join(path, name))
      .filter((each) => statSync(each).isDirectory())
      .sort()
  } catch (error) {
    throw asInputError('read', path, error)
  }
}

function readModelRun(path: string): ModelRun {
  try {
    const run = JSON.parse(readFileSync(path, 'utf8')) as Partial<ModelRun> | null
    if (
      run?.id !== undefined &&
      run.role !== undefined &&
      run.backbone !== undefined &&
      run.valid !== undefined
    )
      return run as ModelRun
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw asInputError('read', path, error)
  }
  throw new InputError(
    `${path}: not the record of a model; delete it, and "${program} resume" measures it again`,
  )
}
