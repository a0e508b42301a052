import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chdir, cwd } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { RunResult } from '@recdistill/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeFactorFiles } from '../examples/factor-files.mjs'
import { freshFolder, run } from './run.ts'

/** Every command of the guide, in its order, as a reader would type them. */
const guide = readFileSync(
  fileURLToPath(new URL('../../../docs/guides/bring-your-own-teacher.md', import.meta.url)),
  'utf8',
)
const lines = [...guide.matchAll(/^```sh\n(.*?)^```$/gms)]
  .flatMap(([, block]) => block.replaceAll('\\\n', ' ').split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '')
const program = 'npm run recdistill -- '
const script = 'node apps/bench/examples/factor-files.mjs '

const before = cwd()
beforeAll(() => chdir(freshFolder()))
afterAll(() => chdir(before))

test('the guide has commands to try', () => {
  expect(lines.length).toBeGreaterThan(5)
  expect(lines[0].startsWith(script)).toBe(true)
})

test.each(lines)('%s', async (line) => {
  if (line.startsWith(script)) {
    await writeFactorFiles(line.slice(script.length))
    return
  }
  expect(line.startsWith(program), `neither the program nor the script: ${line}`).toBe(true)
  const argv = line.slice(program.length).split(/\s+/)
  const short = argv[0] === 'bench' ? ['--epochs', '2', '--no-cache'] : []
  const { code, stderr } = await run([...argv, ...short])
  expect(code, stderr).toBe(0)
})

test('the teachers of those runs are better than chance, and alike where they are the same', () => {
  const teachers = readdirSync('runs').map((name) => {
    const { models } = JSON.parse(readFileSync(join('runs', name, 'results.json'), 'utf8')) as RunResult
    return [name, models[0].test['ndcg@10'], models[0].imported?.form ?? models[0].backbone.name] as const
  })
  const of = (name: string) => teachers.find(([run]) => run === name)?.[1]
  expect(of('from-implicit')).toBe(of('from-recbole'))
  expect(of('from-scores')).toBeCloseTo(of('from-recbole') ?? 0, 6)
  expect(of('from-lists')).toBeCloseTo(of('from-recbole') ?? 0, 6)
  for (const [name, ndcg, form] of teachers) {
    expect(form, name).toEqual(
      name === 'from-two' ? 'ensemble' : expect.stringMatching(/vectors|lists|matrix/),
    )
    expect(ndcg, name).toBeGreaterThan(name === 'from-two' ? 0 : 0.1)
  }
})
