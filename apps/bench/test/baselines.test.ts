import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stripTimings } from '../src/run/strip-timings.ts'
import { freshFolder, modelOf, resultOf, run } from './run.ts'

const quick = ['bench', '--preset', 'tiny', '--epochs', '1', '--methods', 'none']

test('a baseline in two sizes is two models, also when the run is gone on with', async () => {
  const at = freshFolder()
  const [both, cut, alone] = ['both', 'cut', 'alone'].map((name) => join(at, name))
  const argv = [...quick, '--baselines', 'ials:4,ials:16,popularity']
  const { code, stdout, stderr } = await run([...argv, '--out', both])
  expect(code, stderr).toBe(0)
  const result = resultOf(both)
  expect(result.models.map(({ id, label, backbone }) => [id, label, backbone.dim])).toEqual([
    ['teacher', 'teacher', 16],
    ['ials-4', 'ials-4', 4],
    ['ials-16', 'ials-16', 16],
    ['popularity', 'popularity', 0],
    ['scratch', 'scratch', 4],
  ])
  expect(stdout).toMatch(/^ials-4 .*\nials-16 /m)
  await run([...quick, '--baselines', 'ials:16', '--out', alone])
  expect(modelOf(result, 'ials-16').test).toEqual(modelOf(resultOf(alone), 'ials').test)

  expect((await run([...argv, '--out', cut], { interruptAt: 'ials-4: test' })).code).toBe(130)
  expect((await run(['resume', cut])).code).toBe(0)
  expect(stripTimings(resultOf(cut))).toEqual(stripTimings(result))
  expect(readFileSync(join(cut, 'report.md'), 'utf8')).toContain('ials-16')
})

test.each(['ials,ials:64', 'popularity,popularity:8'])(
  'a baseline named twice is refused: %s',
  async (names) => {
    const { code, stderr } = await run([...quick, '--baselines', names, '--out', join(freshFolder(), 'run')])
    expect([code, stderr]).toEqual([2, `recdistill: --baselines: each once, got "${names}"\n`])
  },
)
