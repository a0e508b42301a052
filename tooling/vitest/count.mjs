// node count.mjs REPORT EXIT_CODE: prints `passed failed skipped` of a vitest JSON report. A file that failed as a whole
// counts as one failure, and so does a run that ended badly or left no report.
import { readFileSync } from 'node:fs'

const [file, exitCode] = process.argv.slice(2)
const results = readResults(file)
const tests = (results ?? []).flatMap((result) => result.assertionResults)
const count = (...states) => tests.filter(({ status }) => states.includes(status)).length
const brokenFiles = (results ?? []).filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
).length

const failed = count('failed') + brokenFiles
const wentWell = exitCode === '0' && results !== null
console.log(
  count('passed'),
  wentWell ? failed : Math.max(failed, 1),
  count('skipped', 'pending', 'todo', 'disabled'),
)

function readResults(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults
  } catch {
    return null
  }
}
