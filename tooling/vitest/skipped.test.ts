import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '../..')
const world = join(here, '.examples')

afterAll(() => rmSync(world, { recursive: true, force: true }))

test('a run ends with every test that was skipped and its reason', () => {
  const printed = runTests(`
    import { describe, expect, test } from 'vitest'
    test('runs', () => expect(1).toBe(1))
    test('needs data', ({ skip }) => skip('no ../shared/data'))
    describe.skip('a whole group', () => { test('inside', () => {}) })
  `)
  expect(printed).toContain('Skipped (2):\n')
  expect(printed).toContain(': needs data (no ../shared/data)\n')
  expect(printed).toContain(': a whole group > inside (no reason given)\n')
})

test('a filter on names skips nothing', () => {
  const source = `import { test } from 'vitest'\n test('one', () => {})\n test('two', () => {})`
  expect(runTests(source, '-t', 'one')).not.toContain('Skipped')
})

function runTests(source: string, ...args: readonly string[]): string {
  mkdirSync(world, { recursive: true })
  writeFileSync(join(world, 'world.test.ts'), source)
  writeFileSync(join(world, 'vitest.config.ts'), 'export default {}\n')
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const reporter = join(here, 'skipped.ts')
  return execFileSync(
    process.execPath,
    [vitest, 'run', '--root', world, '--reporter=default', `--reporter=${reporter}`, ...args],
    { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', VITEST: '' } },
  )
}
