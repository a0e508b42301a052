import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freshFolder, start } from './run.ts'

test('Ctrl-C that ends the reader of the progress as well (2>&1 | tee log) still saves a checkpoint and exits 130', async () => {
  const folder = join(freshFolder(), 'run')
  const long = ['--epochs', '3000', '--patience', '3000', '--methods', 'none', '--no-cache']
  const child = start(['bench', '--preset', 'tiny', ...long, '--threads', '1', '--out', folder])
  const end = new Promise((resolve) => child.on('exit', resolve))
  child.stderr!.on('data', (text: Buffer) => {
    if (!text.toString().includes('teacher: epoch')) return
    child.stderr!.destroy()
    child.kill('SIGINT')
  })
  expect(await end).toBe(130)
  expect(readdirSync(join(folder, 'teacher'))).toContain('last.ckpt')
})
