import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createRng } from '@recdistill/core'
import { expect, test } from 'vitest'
import { ended, freshFolder, runBinary, start } from './run.ts'
import { expectSame, keep } from './compress-run.ts'

test(
  'killed at any moment and resumed, with students of their own left behind, it ends with the same bytes',
  { timeout: 900_000 },
  async () => {
    const at = freshFolder()
    const whole = join(at, 'whole')
    const begun = performance.now()
    const { code, stderr } = await runBinary([...keep, '--out', whole])
    expect(code, stderr).toBe(0)
    const seconds = (performance.now() - begun) / 1000
    const rng = createRng(11)
    const folder = join(at, 'killed')
    let killed = 0
    for (let turn = 0; ; turn++) {
      const resumed = existsSync(join(folder, 'compress.json'))
      const child = start(resumed && turn % 2 === 0 ? ['resume', folder] : [...keep, '--out', folder])
      const end = ended(child)
      // The first ones while students are trained, the rest anywhere.
      const wait = turn < 4 ? seconds * (0.3 + 0.3 * rng.float()) : Infinity
      await Promise.race([wait === Infinity ? end : setTimeout(wait * 1000), end])
      child.kill(turn === 1 ? 'SIGINT' : 'SIGKILL')
      const outcome = await end
      if (outcome.code === 0) break
      if (outcome.signal === 'SIGKILL') killed++
      else {
        expect(outcome.code, outcome.stderr).toBe(130)
        expect(outcome.stderr).toContain('go on with: recdistill resume')
      }
    }
    expect(killed).toBeGreaterThan(0)
    expectSame(folder, whole)
  },
)

test(
  'a student whose process is killed is named, with the line that goes on',
  { timeout: 300_000 },
  async () => {
    const at = freshFolder()
    const plugin = fileURLToPath(new URL('plugin/soft-top.mjs', import.meta.url))
    // Its process ends as one that the system takes the memory from, as long as a file is not there.
    writeFileSync(
      join(at, 'fragile.mjs'),
      `import { existsSync } from 'node:fs'
       import method from ${JSON.stringify(plugin)}
       const fine = () => existsSync(${JSON.stringify(join(at, 'fine'))})
       const loss = (...args) => fine() ? method.loss(...args) : process.kill(process.pid, 'SIGKILL')
       export default { ...method, loss }`,
    )
    const folder = join(at, 'run')
    const argv = [...keep, '--methods', join(at, 'fragile.mjs'), '--parallel', '2', '--out', folder]
    const { code, stderr } = await runBinary(argv)
    expect(code, stderr).toBe(1)
    expect(stderr).toMatch(
      /recdistill: 0\d-\S+: its process was ended from outside \(SIGKILL\).*\nstopped; go on with: recdistill resume \S+run\n$/,
    )
    writeFileSync(join(at, 'fine'), '')
    const resumed = await runBinary(['resume', folder])
    expect(resumed.stderr).toContain('chosen: ')
  },
)
