import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stripTimings } from '../src/run/strip-timings.ts'
import { freshFolder, modelOf, resultOf, run } from './run.ts'

const at = freshFolder()
/** The teacher ends before its first snapshot. */
const unfit = ['bench', '--preset', 'tiny', '--epochs', '2', '--snapshot-every', '9', '--no-cache']
const lastLine = (stderr: string) => stderr.trimEnd().split('\n').at(-1)

test('a method whose teacher left no snapshots fails alone where the run is to keep going, and no learning rate is proposed', async () => {
  const whole = join(at, 'whole')
  const { code, stderr, stdout } = await run([...unfit, '--methods', 'hetcomp,rrd', '--keep-going', '--out', whole]) // prettier-ignore
  expect(code, stderr).toBe(3)
  expect(resultOf(whole).models.map(({ id, failed }) => [id, failed !== undefined])).toEqual([
    ['teacher', false],
    ['scratch', false],
    ['hetcomp', true],
    ['rrd', false],
  ])
  expect(modelOf(resultOf(whole), 'hetcomp').failed).toMatch(
    /^it learns from snapshots of the teacher's training, and there is none; train the teacher anew with a small --snapshot-every$/,
  )
  expect(stdout).toMatch(/^hetcomp .*failed/m)
  expect(lastLine(stderr)).toBe('recdistill: failed: hetcomp (1 of 4 models)')

  const ended = join(at, 'ended')
  const first = await run([...unfit, '--methods', 'hetcomp,rrd', '--out', ended])
  expect(first.code).toBe(2)
  const [, command] = /; to go on with the model that is left: recdistill (.*)$/.exec(lastLine(first.stderr) ?? '') ?? [] // prettier-ignore
  expect(command).toBe(`resume ${ended} --keep-going`)
  expect((await run(command.split(' '))).code).toBe(3)
  expect(stripTimings({ ...resultOf(ended), config: {} })).toEqual(
    stripTimings({ ...resultOf(whole), config: {} }),
  )
})

test('so it does where its settings are searched', async () => {
  const folder = join(at, 'tuned')
  const { code, stderr } = await run([...unfit, '--methods', 'hetcomp,rrd', '--tune', '2', '--keep-going', '--out', folder]) // prettier-ignore
  expect(code, stderr).toBe(3)
  const failed = resultOf(folder).models.flatMap(({ id, failed }) => (failed === undefined ? [] : [id]))
  expect(failed).toEqual(['hetcomp'])
})
