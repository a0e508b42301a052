import { mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { asInputError } from '@recdistill/core/files'
import { temporaryAt } from '@recdistill/formats/database'

/** A holder that has not been heard of for so long is dead. */
const deadAfterSeconds = 15

/**
 * Runs `work` while no other process works on `path`; waits for the one that does. The claim is the folder `path.lock`, which
 * only one can make and whose holder renews its time; what a killed holder left is taken over after `deadAfterSeconds`. `onWait` is
 * called once, if there is somebody to wait for.
 */
export async function oneAtATime<T>(
  path: string,
  work: () => Promise<T>,
  {
    deadAfter = deadAfterSeconds,
    onWait,
  }: { readonly deadAfter?: number; readonly onWait?: () => void } = {},
): Promise<T> {
  const lock = `${path}.lock`
  for (let tries = 0; !claim(lock); tries++) {
    if (tries === 0) onWait?.()
    if (silence(lock) > deadAfter) bury(lock)
    else await sleep(100)
  }
  const release = temporaryAt(lock)
  const renewal = setInterval(() => renew(lock), (1000 * deadAfter) / 5)
  renewal.unref()
  try {
    return await work()
  } finally {
    clearInterval(renewal)
    release()
  }
}

function claim(lock: string): boolean {
  try {
    mkdirSync(lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw asInputError('write', lock, error)
  }
}

/** Seconds since the holder was heard of; none where the lock has just gone. */
function silence(lock: string): number {
  const made = statSync(lock, { throwIfNoEntry: false })
  return made === undefined ? 0 : (Date.now() - made.mtimeMs) / 1000
}

/** Renamed before it is removed: of several that wait, one alone succeeds, and nobody removes the lock of the next holder. */
function bury(lock: string): void {
  const grave = `${lock}.${process.pid}`
  try {
    renameSync(lock, grave)
    rmSync(grave, { recursive: true, force: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw asInputError('write', lock, error)
  }
}

/** Not worth failing for: at worst another process starts the same work. */
function renew(lock: string): void {
  try {
    const now = new Date()
    utimesSync(lock, now, now)
  } catch {
    // The folder was taken away from outside.
  }
}
