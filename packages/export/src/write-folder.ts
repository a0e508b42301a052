import { InputError } from '@recdistill/core'
import { asInputError } from '@recdistill/core/files'
import { temporaryAt } from '@recdistill/formats/database'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { ModelCard } from './model-card.ts'

/** What tells a folder of an export from any other. */
export const cardName = 'model-card.json'
export const cardTextName = 'model-card.md'

/** Folders that this process fills at the moment. */
const underWay = new Set<string>()

/**
 * Makes a folder that appears whole or not at all: `fill` writes into one beside it, which is then renamed.
 * @param options.force Takes the place of an earlier export; of anything else never.
 * @throws InputError when something is there already, or the place cannot be written; nothing is left behind.
 */
export async function writeFolder<T>(
  path: string,
  { force = false }: { force?: boolean },
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  const target = resolve(path)
  try {
    clearLeftovers(target)
  } catch (error) {
    throw asInputError('write', path, error)
  }
  expectPlace(path, target, force)
  const beside = (what: string) => join(dirname(target), `${prefixOf(target)}${process.pid}.${what}`)
  const temporary = beside('partial')
  if (underWay.has(temporary))
    throw new InputError(`--out: ${path} is being written already; name another folder`)
  underWay.add(temporary)
  const remove = temporaryAt(temporary)
  let result: T
  try {
    mkdirSync(dirname(target), { recursive: true })
    mkdirSync(temporary)
    result = await fill(temporary)
    expectPlace(path, target, force)
    if (existsSync(target)) {
      const old = beside('old')
      renameSync(target, old)
      try {
        renameSync(temporary, target)
      } catch (error) {
        renameSync(old, target)
        throw error
      }
      rmSync(old, { recursive: true, force: true })
    } else renameSync(temporary, target)
  } catch (error) {
    throw asInputError('write', path, error)
  } finally {
    remove()
    underWay.delete(temporary)
  }
  return result
}

/** @throws InputError when the folder may not be made, or replaced. */
export function expectPlace(path: string, target: string, force: boolean): void {
  let names: string[]
  try {
    if (!existsSync(target)) return
    if (!statSync(target).isDirectory()) throw new InputError(`--out: ${path} is a file; name a folder`)
    names = readdirSync(target)
  } catch (error) {
    throw asInputError('write', path, error)
  }
  if (names.length === 0) return
  if (!names.includes(cardName))
    throw new InputError(`--out: ${path} holds other things than an export; name another folder`)
  if (!force)
    throw new InputError(
      `--out: ${path} holds an export already; --force replaces it, or name another folder`,
    )
  const own = ownNames(join(target, cardName))
  const stray = names.find((name) => !own.has(name))
  if (stray !== undefined)
    throw new InputError(
      `--out: ${path} holds ${stray}, which is not of the export there; move it, or name another folder`,
    )
}

/** What stands in the folder of an export, by its card: nothing where that cannot be read. */
function ownNames(card: string): ReadonlySet<string> {
  try {
    const { files } = JSON.parse(readFileSync(card, 'utf8')) as Pick<ModelCard, 'files'>
    return new Set([cardName, cardTextName, ...files.map(({ file }) => file.split('/')[0])])
  } catch {
    return new Set([cardName])
  }
}

/** What a killed process left beside the folder: half of a new one goes, an earlier one that had made room comes back. */
function clearLeftovers(target: string): void {
  const parent = dirname(target)
  if (!existsSync(parent) || !statSync(parent).isDirectory()) return
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefixOf(target))) continue
    const [, pid, what] = /^(\d+)\.(partial|old)$/.exec(name.slice(prefixOf(target).length)) ?? []
    const folder = join(parent, name)
    if (pid === undefined || underWay.has(folder) || isAnother(Number(pid))) continue
    if (what === 'old' && !existsSync(target)) renameSync(folder, target)
    else discard(folder)
  }
}

/** What stands beside a folder while it is made begins so; the process and what it is follow. */
function prefixOf(target: string): string {
  return `.${basename(target)}.`
}

/** Whether a process other than this one is there. One that had the same id is gone: in containers most have 1. */
function isAnother(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function discard(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // It was never made; the first error says why.
  }
}
