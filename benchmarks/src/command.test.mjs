import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const scripts = readdirSync(root).filter((file) => file.endsWith('.mjs'))
const run = (script, ...args) =>
  spawnSync(process.execPath, [join(root, script), ...args], { encoding: 'utf8' })

for (const script of scripts)
  test(`${script} says how it is used, and starts nothing with an option it does not know`, () => {
    const { status, stdout } = run(script, '--help')
    assert.equal(status, 0)
    assert.match(stdout, new RegExp(`^Usage: node benchmarks/${script} \\[options\\]`))
    const wrong = run(script, '--nope', 'a', 'b')
    assert.equal(wrong.status, 2)
    assert.match(wrong.stderr, /^error: .*\n$/)
  })

test('numbers are counts', () => {
  const { status, stderr } = run('serve.mjs', '--items', '1e3')
  assert.equal(status, 2)
  assert.match(stderr, /'--items <n>' argument '1e3' is invalid. Expected a whole number above 0/)
})
