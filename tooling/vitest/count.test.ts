import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const file = (status: string, ...tests: readonly string[]) => ({
  status,
  assertionResults: tests.map((one) => ({ status: one })),
})

test('tests are added up over files', () => {
  const report = {
    testResults: [file('passed', 'passed', 'skipped'), file('failed', 'passed', 'failed', 'todo')],
  }
  expect(count(JSON.stringify(report), 1)).toBe('2 1 2')
})

test('a file that could not be loaded is one failure', () => {
  expect(count(JSON.stringify({ testResults: [file('failed'), file('passed', 'passed')] }), 1)).toBe('1 1 0')
})

test('a run that ended badly has failed even when no test has', () => {
  expect(count(JSON.stringify({ testResults: [file('passed', 'passed')] }), 1)).toBe('1 1 0')
})

test('half a report, or none, is a failure', () => {
  expect(count('{"testResults": [', 0)).toBe('0 1 0')
  expect(count(null, 137)).toBe('0 1 0')
})

function count(report: string | null, exitCode: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'recdistill-'))
  const path = join(folder, 'tests.json')
  if (report !== null) writeFileSync(path, report)
  const script = fileURLToPath(new URL('count.mjs', import.meta.url))
  const printed = execFileSync(process.execPath, [script, path, String(exitCode)], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  return printed.trim()
}
