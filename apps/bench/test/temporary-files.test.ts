import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ended, freshFolder, start } from './run.ts'

/** Lines that end in two ways are read from a copy, which takes a while. */
function mixedLines(path: string): string {
  const lines = Array.from({ length: 400_000 }, (_, n) => `user ${n % 997},item ${n % 4001}`)
  writeFileSync(path, ['user,item', ...lines].join('\r\n') + '\nuser 1,item 2\n')
  return path
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s while data is read leaves no copy of it behind',
  { timeout: 60_000 },
  async (signal) => {
    const at = freshFolder()
    const spool = join(at, 'tmp')
    mkdirSync(spool)
    const data = mixedLines(join(at, 'data.csv'))
    const child = start(['data', 'inspect', '--data', data], { shell: `export TMPDIR='${spool}'` })
    const end = ended(child)
    while (readdirSync(spool).length === 0 && child.exitCode === null) await setImmediate()
    expect(readdirSync(spool)).not.toEqual([])
    child.kill(signal)
    const ending = await end
    expect(ending.signal, ending.stderr).toBe(signal)
    expect(readdirSync(spool)).toEqual([])
  },
)
