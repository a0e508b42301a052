import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { InputError } from '@recdistill/core'
import { asInputError } from '@recdistill/core/files'
import { program } from '../program.ts'
import { quoted } from '../shown-path.ts'

/** Who works in a folder. A process number is given again one day, so the moment of its start tells whose it is. */
interface Claim {
  readonly host: string
  readonly pid: number
  readonly started: string
}

const claimed = new Set<string>()
const fileIn = (folder: string) => join(folder, '.lock')

/**
 * Sees to it that one process alone works in a folder, until `releaseFolder` or the end of the process, however it ends: what a killed one
 * left behind binds nobody. Of processes on other machines nothing can be told, so theirs binds nobody either.
 * @param shown What the person calls the folder.
 * @throws InputError while another process is at work there.
 */
export function claimFolder(folder: string, shown: string): void {
  const path = fileIn(folder)
  const other = readClaim(path)
  if (other !== null && isAtWork(other))
    throw new InputError(
      `${shown}: process ${other.pid} is at work in it; let it end, or stop it first, e.g. by kill ${other.pid}, and go on by "${program} resume ${quoted(shown)}"`,
    )
  const mine: Claim = { host: hostname(), pid: process.pid, started: startOf(process.pid) ?? '' }
  try {
    writeFileSync(path, JSON.stringify(mine))
  } catch (error) {
    throw asInputError('write', path, error)
  }
  if (claimed.size === 0) process.once('exit', releaseAll)
  claimed.add(folder)
}

export function releaseFolder(folder: string): void {
  if (claimed.delete(folder)) rmSync(fileIn(folder), { force: true })
  if (claimed.size === 0) process.off('exit', releaseAll)
}

function releaseAll(): void {
  for (const folder of claimed) rmSync(fileIn(folder), { force: true })
}

function isAtWork({ host, pid, started }: Claim): boolean {
  return host === hostname() && pid !== process.pid && startOf(pid) === started
}

/** Null where there is none, or one that was cut short. */
function readClaim(path: string): Claim | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Claim
  } catch {
    return null
  }
}

/** When a process began, in words of this system; null where it is none, or has ended and waits to be collected. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // from the third on: the second may hold spaces
    return fields[0] === 'Z' ? null : fields[19]
  } catch {
    return process.platform === 'linux' ? null : stillThere(pid)
  }
}

/** Where the system does not tell when. */
function stillThere(pid: number): string | null {
  try {
    process.kill(pid, 0)
    return ''
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? '' : null
  }
}
