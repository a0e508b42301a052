import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { programOf } from './program.ts'

test('commands to copy begin as the person began theirs', () => {
  const { name, scripts } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  ) as { name: string; scripts: Record<string, string> }
  for (const script of ['bench', 'recdistill']) {
    expect(scripts).toHaveProperty(script)
    const env = { npm_package_name: name, npm_lifecycle_event: script }
    expect(programOf(env)).toBe('npm run recdistill --')
    expect(programOf({ ...env, npm_package_name: 'our-shop' })).toBe('recdistill')
  }
  expect(programOf({ npm_package_name: name, npm_lifecycle_event: 'test' })).toBe('recdistill')
  expect(programOf({})).toBe('recdistill')
})
