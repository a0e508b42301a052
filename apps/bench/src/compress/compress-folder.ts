import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InputError } from '@recdistill/core'
import { asInputError, writeFileAtomic } from '@recdistill/core/files'
import type { Estimate } from '@recdistill/compress'
import { claimFolder } from '../run/claim-folder.ts'
import { removeUnfinished } from '../run/run-folder.ts'
import { quoted } from '../shown-path.ts'
import type { CompressPlan } from './plan.ts'
import { program } from '../program.ts'

/** Latencies of shapes that are not trained yet, by `columns precision`. */
export type Latencies = Record<string, Estimate>

/** Of a compression: the run that holds its teacher, the chosen student and the same from scratch. */
export const studentFolder = 'student'

export function isCompressFolder(path: string): boolean {
  return existsSync(join(path, 'compress.json'))
}

/**
 * A folder for a plan: new, or with this same plan in it, which then goes on.
 * @throws InputError when it holds something else.
 */
export function openCompressFolder(path: string, plan: CompressPlan): string {
  const full = resolve(path)
  try {
    mkdirSync(full, { recursive: true })
    const begun = isCompressFolder(full)
    if (!begun && readdirSync(full).length > 0)
      throw new InputError(`--out: ${path} is not empty; name a new folder`)
    claimFolder(full, path)
    if (!begun) writeFileAtomic(join(full, 'compress.json'), JSON.stringify(plan, null, 1))
    else if (!same(readPlan(full), plan))
      throw new InputError(
        `--out: ${path} holds another compression; go on with that one by "${program} resume ${quoted(path)}", or name another folder`,
      )
    removeUnfinished(full)
  } catch (error) {
    throw asInputError('write', full, error)
  }
  return full
}

/** @throws InputError when it cannot be read. */
export function readPlan(folder: string): CompressPlan {
  const path = join(folder, 'compress.json')
  let plan: CompressPlan
  try {
    plan = JSON.parse(readFileSync(path, 'utf8')) as CompressPlan
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new InputError(`${path}: not readable as JSON; begin again in another folder`)
    throw asInputError('read', path, error)
  }
  if (plan.schema !== 1)
    throw new InputError(`${path}: written by another version of recdistill; begin again in another folder`)
  return plan
}

export function readLatencies(folder: string): Latencies {
  const path = join(folder, 'latency.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Latencies) : {}
}

export function writeLatencies(folder: string, latencies: Latencies): void {
  writeFileAtomic(join(folder, 'latency.json'), JSON.stringify(latencies, null, 1))
}

function same(a: CompressPlan, b: CompressPlan): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
