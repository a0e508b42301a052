import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ended, freshFolder, start } from './run.ts'

test('Ctrl-C in the middle of setup leaves nothing of it behind', { timeout: 60_000 }, async () => {
  const at = freshFolder()
  const [bin, home, begun] = ['bin', 'home', 'begun'].map((name) => join(at, name))
  mkdirSync(bin)
  // A pip whose download does not come to its end.
  const script = `#!/bin/sh\ncase "$*" in *--version*) exit 0;; esac\n: > '${begun}'\nexec /bin/sleep 20\n`
  writeFileSync(join(bin, 'python3'), script)
  chmodSync(join(bin, 'python3'), 0o755)
  const child = start(['setup', 'tensorflow'], { shell: `export PATH='${bin}' RECDISTILL_HOME='${home}'` })
  const end = ended(child)
  while (!existsSync(begun) && child.exitCode === null) await setTimeout(20)
  expect(readdirSync(join(home, 'tensorflow'))).toHaveLength(1)
  child.kill('SIGINT')
  const { signal, stderr } = await end
  expect(signal, stderr).toBe('SIGINT')
  expect(readdirSync(join(home, 'tensorflow'))).toEqual([])
})
