import { rmSync } from 'node:fs'
import { onExit } from 'signal-exit'

/**
 * What stands at `path`, a file or a folder, is there for a while: it goes when the returned function is called, or with the process,
 * also at Ctrl-C and other signals that end it. Where it was renamed meanwhile there is nothing to remove.
 */
export function temporaryAt(path: string): () => void {
  const remove = () => {
    try {
      rmSync(path, { recursive: true, force: true })
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
