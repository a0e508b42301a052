import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One folder for all temporary files of a run of the tests, gone with it: what a killed program left behind, too. */
export default function temporaryFolder(): () => void {
  if (process.env.RECDISTILL_TESTS_FOLDER !== undefined) return () => {} // another project of this run made it
  const folder = mkdtempSync(join(tmpdir(), 'recdistill-tests-'))
  process.env.RECDISTILL_TESTS_FOLDER = process.env.TMPDIR = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}
