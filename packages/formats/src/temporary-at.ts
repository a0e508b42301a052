import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onExit } from 'signal-exit'

export interface TemporaryFolder {
  readonly folder: string
  /** See `temporaryAt`. */
  remove(): void
}

/**
 * What stands at `path`, a file or a folder, is there for a while: it goes when the returned function is called, or with the process,
 * also at Ctrl-C and other signals that end it. To be called before it is made, since a signal may come at once. Where it was renamed
 * meanwhile there is nothing to remove.
 */
export function temporaryAt(path: string): () => void {
  const remove = () => {
    try {
      // again where another thread put a file into a folder that was empty just now
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
    } catch {
      // It was never made; what kept it from that is said elsewhere.
    }
  }
  const forget = onExit(remove)
  return () => {
    forget()
    remove()
  }
}

/**
 * A new folder for this user alone, among the system's temporary ones if not told otherwise, and the way to remove it.
 * @param prefix Its path, but for what makes it unlike others.
 */
export function temporaryFolder(prefix = join(tmpdir(), 'recdistill-')): TemporaryFolder {
  const folder = prefix + randomUUID()
  const remove = temporaryAt(folder)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    remove()
    throw error
  }
  return { folder, remove }
}
