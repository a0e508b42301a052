import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createRng, type RunResult } from '@recdistill/core'
import { expect, test } from 'vitest'
import { stripTimings } from '../src/run/strip-timings.ts'
import { ended, freshFolder, start } from './run.ts'

const kills = 20
const argv = [
  'bench',
  '--dataset',
  'synthetic:quick',
  '--teacher',
  'mf:32',
  '--student',
  'mf:8',
  '--epochs',
  '12',
  '--patience',
  '12',
  '--no-cache',
  '--checkpoint-every',
  '0.2',
]

/** Starts, and kills `delay` seconds after the first model began; null lets it end. Returns seconds of work, or null when it was killed. */
async function work(args: readonly string[], delay: number | null): Promise<number | null> {
  const child = start(args)
  const end = ended(child)
  let began = Infinity
  const beginning = new Promise<void>((resolve) => {
    child.stderr?.on('data', () => {
      began = Math.min(began, performance.now())
      resolve()
    })
    child.on('close', () => resolve())
  })
  await beginning
  if (delay !== null) {
    await Promise.race([setTimeout(delay * 1000), end])
    child.kill('SIGKILL')
  }
  const { code, signal, stderr } = await end
  if (signal === 'SIGKILL') return null
  expect(code, stderr).toBe(0)
  return (performance.now() - began) / 1000
}

function checkpoints(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ckpt'))
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name))]))
}

function expectSame(folder: string, whole: string): void {
  const [found, expected] = [checkpoints(folder), checkpoints(whole)]
  expect([...found.keys()]).toEqual([...expected.keys()])
  for (const [name, bytes] of expected) expect(found.get(name)?.equals(bytes), name).toBe(true)
  const result = (at: string) => JSON.parse(readFileSync(join(at, 'results.json'), 'utf8')) as RunResult
  expect(stripTimings(result(folder))).toEqual(stripTimings(result(whole)))
}

test(
  `${kills} SIGKILLs at random moments leave no trace in checkpoints or results, on 1 thread or 2`,
  { timeout: 600_000 },
  async () => {
    const at = freshFolder()
    const whole = join(at, 'whole')
    const seconds = (await work([...argv, '--threads', '2', '--out', whole], null)) as number
    const rng = createRng(20)
    let killed = 0
    for (let chain = 0; killed < kills; chain++) {
      const folder = join(at, `chain-${chain}`)
      let done = false
      for (let turn = 0; !done; turn++) {
        const threads = ['--threads', String(1 + (turn % 2))]
        const made = turn > 0 && readdirSync(at).includes(`chain-${chain}`)
        const args = made ? ['resume', folder, ...threads] : [...argv, ...threads, '--out', folder]
        const delay = killed < kills ? (rng.float() * seconds) / 5 : null
        done = (await work(args, delay)) !== null
        if (!done) killed++
      }
      expect(
        readdirSync(folder, { recursive: true })
          .map(String)
          .filter((name) => name.endsWith('.tmp')),
      ).toEqual([])
      expectSame(folder, whole)
    }
    expect(killed).toBe(kills)
  },
)
