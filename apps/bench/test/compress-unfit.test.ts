import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CompressResult } from '@recdistill/compress'
import { expect, test } from 'vitest'
import { read } from './compress-run.ts'
import { freshFolder, run, runBinary } from './run.ts'

const at = freshFolder()
const search = ['compress', '--preset', 'tiny', '--trials', '2', '--epochs', '2', '--refine', '0', '--students', 'mf', '--dims', '4', '--keep', '0.1'] // prettier-ignore

test('students of a method whose teacher left no snapshots have lost, and the search goes on', async () => {
  const folder = join(at, 'trained')
  const argv = [...search, '--methods', 'hetcomp,rrd', '--teacher-epochs', '2', '--set', 'snapshotEvery=9']
  const { code, stderr } = await runBinary([...argv, '--out', folder])
  expect(code, stderr).toBe(0)
  const { trials, chosen } = read<CompressResult>(folder, 'results.json')
  const failed = trials.flatMap(({ trial, failed }) => (failed === undefined ? [] : [[trial.method, failed]]))
  expect(failed).toEqual([['hetcomp', expect.stringMatching(/^hetcomp: it learns from snapshots .*none/)]])
  expect(chosen.trial.method).toBe('rrd')
}, 120_000)

test('where the teacher is of a run that kept none, such a method is refused before anything is trained', async () => {
  const [lender, folder] = [join(at, 'lender'), join(at, 'lent')]
  const tiny = ['bench', '--preset', 'tiny', '--epochs', '2', '--methods', 'none', '--out', lender]
  expect((await run(tiny)).code).toBe(0)
  const argv = [...search, '--methods', 'hetcomp,rrd', '--teacher-from', lender, '--out', folder]
  const { code, stderr } = await run(argv)
  expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([
    2,
    expect.stringMatching(/^recdistill: hetcomp: it learns from snapshots .*none/),
  ])
  expect(existsSync(folder)).toBe(false)
})
