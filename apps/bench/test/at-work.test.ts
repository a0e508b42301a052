import { existsSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ended, freshFolder, resultOf, run, runBinary, start } from './run.ts'

const at = freshFolder()
const long = ['--dataset', 'synthetic:quick', '--teacher', 'mf:32', '--epochs', '500', '--patience', '500', '--no-cache'] // prettier-ignore

test.each([
  ['bench', ['bench', ...long]],
  ['compress', ['compress', ...long.slice(0, 4), '--budget', '100KB', '--teacher-epochs', '500']],
])('while %s is at work in a folder, resume is refused and disturbs nothing', async (name, argv) => {
  const folder = join(at, name)
  const child = start([...argv, '--out', folder])
  const end = ended(child)
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (text: Buffer) => String(text).includes('teacher: epoch') && resolve())
    child.on('close', () => resolve())
  })
  const { code, stderr } = await runBinary(['resume', folder])
  expect(stderr).toContain(`${folder}: process ${child.pid} is at work in it; let it end, or stop it first`)
  expect(code).toBe(2)
  expect(existsSync(join(folder, '.lock'))).toBe(true)
  child.kill('SIGINT')
  expect((await end).code).toBe(130)
  expect(existsSync(join(folder, '.lock'))).toBe(false)
})

test.each([
  ['a process that is gone', { host: hostname(), pid: 2 ** 22 + 1, started: '1' }],
  ['a process whose number another one has now', { host: hostname(), pid: process.ppid, started: 'before' }],
  ['a process of another machine', { host: 'elsewhere', pid: process.ppid, started: '1' }],
  ['nobody knows whom', 'cut sho'],
])('the claim of %s binds nobody', async (_, claim) => {
  const folder = join(at, 'free')
  if (!existsSync(folder)) await run(['bench', '--preset', 'tiny', '--epochs', '1', '--out', folder])
  writeFileSync(join(folder, '.lock'), typeof claim === 'string' ? claim : JSON.stringify(claim))
  const { code, stderr } = await run(['resume', folder])
  expect(code, stderr).toBe(0)
  expect(resultOf(folder).models.length).toBeGreaterThan(1)
  expect(existsSync(join(folder, '.lock'))).toBe(false)
})
