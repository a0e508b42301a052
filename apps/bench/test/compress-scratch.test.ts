import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { freshFolder, modelOf, resultOf, run, runBinary } from './run.ts'

test('a compression whose student from scratch meets NaN says so, and leaves the chosen one measured and ready to deploy', async () => {
  const folder = join(freshFolder(), 'run')
  const plugin = fileURLToPath(new URL('plugin/still.mjs', import.meta.url))
  const search = ['--trials', '2', '--epochs', '2', '--refine', '0', '--students', 'mf', '--dims', '4', '--keep', '0.1'] // prettier-ignore
  const argv = ['compress', '--preset', 'tiny', ...search, '--methods', plugin, '--teacher-epochs', '2', '--set', 'student.lr=1e30', '--out', folder] // prettier-ignore
  const first = await runBinary(argv)
  expect(first.code, first.stderr).toBe(3)
  const line = first.stderr.trimEnd().split('\n').at(-1) ?? ''
  expect(line).toMatch(/^recdistill: compress: the student from scratch, .* failed: .* at epoch 1, step 2/)
  const { models } = resultOf(join(folder, 'student'))
  expect(models.map(({ id, failed }) => [id, failed !== undefined])).toEqual([
    ['teacher', false],
    ['scratch', true],
    ['still', false],
  ])
  expect(modelOf(resultOf(join(folder, 'student')), 'still').test['ndcg@10']).toBeGreaterThan(0)

  const again = await run(['resume', folder])
  expect([again.code, again.stderr.trimEnd().split('\n').at(-1)]).toEqual([3, line])
  const [, command] = /deployed by: recdistill (.*)$/.exec(line) ?? []
  const out = join(folder, 'bundle')
  const exported = await run([...command.split(' '), '--out', out])
  expect(exported.code, exported.stderr).toBe(0)
  expect(existsSync(out)).toBe(true)
}, 120_000)
