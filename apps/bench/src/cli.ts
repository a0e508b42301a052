#!/usr/bin/env node
import { main, reportError } from './main.ts'

// A reader that has seen enough (`recdistill list datasets | head`) is no error. A service outlives whoever read its log.
let hasReader = true
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  if (process.argv[2] !== 'serve') process.exit(0)
  if (hasReader)
    process.stderr.write('recdistill: serve: nobody reads its log any more; it goes on without\n')
  hasReader = false
})
// Progress without a reader ends nothing: at Ctrl-C `tee` of `recdistill bench 2>&1 | tee log` goes first, and the checkpoint is yet to be
// written. What came of it is in the folder and in the exit code.
process.stderr.on('error', () => {})
// What nobody waits for, such as a library's own start.
process.on('uncaughtException', (error) => process.exit(reportError(error)))
process.exitCode = await main(process.argv.slice(2))
