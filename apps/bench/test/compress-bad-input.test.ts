import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freshFolder, run } from './run.ts'

const tiny = ['compress', '--preset', 'tiny', '--trials', '3', '--epochs', '3']

test.each<readonly [string, readonly string[], RegExp]>([
  ['no target', tiny, /one of --budget 5MB, --latency 2ms, --keep 0\.98; got none/],
  ['two targets', [...tiny, '--keep', '0.9', '--budget', '1MB'], /got --budget and --keep/],
  ['a size that is none', [...tiny, '--budget', 'small'], /--budget: expected an amount such as 5MB/],
  ['a time without a unit', [...tiny, '--latency', '2'], /--latency: expected an amount such as 2ms/],
  ['a share above any', [...tiny, '--keep', '98'], /--keep: expected a share/],
  ['a budget that holds nothing', [...tiny, '--budget', '100'], /less than the smallest student.*700 bytes/],
  ['a latency below any', [...tiny, '--latency', '0.0001us'], /--latency: the fastest student .* takes/],
  ['sizes that do not fit', [...tiny, '--budget', '1kB', '--dims', '64'], /--dims: no student of 64/],
  ['no trials', [...tiny, '--keep', '0.9', '--trials', '0'], /--trials: expected an integer >= 1, got "0"/],
  ['half a process', [...tiny, '--keep', '0.9', '--parallel', '0.5'], /--parallel: expected an integer/],
  ['sizes that are words', [...tiny, '--keep', '0.9', '--dims', 'small'], /--dims: expected an integer/],
  ['an unknown kind', [...tiny, '--keep', '0.9', '--students', 'mg'], /mg.*did you mean "mf"/],
  ['a kind without tables', [...tiny, '--keep', '0.9', '--students', 'neumf'], /neumf.*(vectors|tables)/],
  [
    'a kind that nothing teaches',
    [...tiny, '--keep', '0.9', '--students', 'ials'],
    /ials.*nothing can teach it/,
  ],
  [
    'a method that trains the teacher',
    [...tiny, '--keep', '0.9', '--methods', 'bd'],
    /bd trains the teacher too/,
  ],
  ['no method', [...tiny, '--keep', '0.9', '--methods', 'none'], /needs a method that teaches/],
  ['an unknown method', [...tiny, '--keep', '0.9', '--methods', 'rrdd'], /rrdd.*did you mean "rrd"/],
  ['a search in the search', [...tiny, '--keep', '0.9', '--set', 'tune.trials=3'], /--set tune: .* --trials/],
  ['the size of its students', [...tiny, '--keep', '0.9', '--set', 'student.dim=4'], /student\.dim.*--dims/],
  [
    'settings of another student',
    [...tiny, '--keep', '0.9', '--set', 'student.backbone=lightgcn'],
    /--students/,
  ],
])('%s: one line, exit code 2', async (_what, argv, says) => {
  const at = freshFolder()
  const { code, stdout, stderr } = await run([...argv, '--out', join(at, 'out')])
  const complaint = stderr.trimEnd().split('\n').at(-1)
  expect(complaint).toMatch(/^recdistill: /)
  expect(complaint).toMatch(says)
  expect(code).toBe(2)
  expect(stdout).toBe('')
})

test('a folder that holds something is not used', async () => {
  const at = freshFolder()
  writeFileSync(join(at, 'mine.txt'), 'mine')
  const { code, stderr } = await run([...tiny, '--keep', '0.9', '--out', at])
  expect(code).toBe(2)
  expect(stderr).toContain('is not empty; name a new folder')
  expect(readdirSync(at)).toEqual(['mine.txt'])
})

test('a folder of another compression is not gone on with, nor one that is damaged', async () => {
  const at = freshFolder()
  writeFileSync(join(at, 'compress.json'), JSON.stringify({ schema: 1, trials: [] }))
  const other = await run([...tiny, '--keep', '0.9', '--out', at])
  expect(other.code).toBe(2)
  expect(other.stderr).toContain('holds another compression')
  writeFileSync(join(at, 'compress.json'), '{"schema": 1, "tri')
  const damaged = await run(['resume', at])
  expect(damaged.code).toBe(2)
  expect(damaged.stderr).toContain('compress.json: not readable as JSON')
  writeFileSync(join(at, 'compress.json'), '{"schema": 7}')
  expect((await run(['resume', at])).stderr).toContain('written by another version')
})

test('a file that is no job of a student', async () => {
  const at = freshFolder()
  mkdirSync(join(at, 'x'))
  const path = join(at, 'job.json')
  writeFileSync(path, '{"schema": 1}')
  const { code, stderr } = await run(['trial', path])
  expect(code).toBe(2)
  expect(stderr).toContain('expected a job-N.json that recdistill compress wrote')
  expect((await run(['trial', join(at, 'none.json')])).stderr).toMatch(/none\.json/)
})
