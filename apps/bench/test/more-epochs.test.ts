import type { RunResult } from '@recdistill/core'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { stripTimings } from '../src/run/strip-timings.ts'
import { freshFolder, run } from './run.ts'

const at = freshFolder()
const teacher = join(at, 'teacher')
const bench = (name: string, ...rest: string[]) =>
  run(['bench', '--preset', 'tiny', '--no-cache', '--out', join(at, name), ...rest])
const taught = (name: string, ...rest: string[]) => bench(name, '--teacher-from', teacher, ...rest)
const resume = (name: string, ...rest: string[]) => run(['resume', join(at, name), ...rest])
const textOf = (...path: string[]) => readFileSync(join(at, ...path), 'utf8')
const resultOf = (name: string) =>
  stripTimings(JSON.parse(textOf(name, 'results.json')) as RunResult) as RunResult
const done = async (outcome: ReturnType<typeof run>) => {
  const { code, stderr } = await outcome
  expect(code, stderr).toBe(0)
  return stderr
}

beforeAll(() => done(bench('teacher', '--methods', 'none', '--epochs', '3')))

test('a finished run with more epochs is the run that was started with them', async () => {
  const methods = ['--methods', 'rrd,rce-kd']
  await done(taught('whole', ...methods, '--epochs', '7'))
  await done(taught('grown', ...methods, '--epochs', '3'))
  const said = await done(resume('grown', '--epochs', '7'))
  expect(said).toMatch(/^rrd: test ndcg@10 .* \(7 epochs in /m)
  expect(said).toMatch(/^teacher: .* \(from an earlier run\)/m) // lent with three, it stays as it is
  expect(resultOf('grown')).toEqual(resultOf('whole'))
  for (const file of ['scratch/last.ckpt', 'scratch/best.ckpt', 'rrd/last.ckpt', 'rce-kd/best.ckpt'])
    expect(readFileSync(join(at, 'grown', file)).equals(readFileSync(join(at, 'whole', file))), file).toBe(
      true,
    )
  expect(textOf('grown', 'config.yaml')).toBe(textOf('whole', 'config.yaml'))
  // and once it has them, it is done
  expect(await done(resume('grown', '--epochs', '7'))).not.toContain('epoch 7/7')
})

test('a run that was stopped goes on to more epochs, also where its configuration was edited', async () => {
  const methods = ['--methods', 'rrd']
  await done(bench('whole-teacher', ...methods, '--epochs', '6'))
  const argv = ['bench', '--preset', 'tiny', '--no-cache', ...methods, '--epochs', '4', '--out', join(at, 'cut')] // prettier-ignore
  const { code } = await run(argv, { interruptAt: '[1/3] teacher: epoch 2/' })
  expect(code).toBe(130)
  const file = join(at, 'cut', 'config.yaml')
  writeFileSync(file, textOf('cut', 'config.yaml').replace('epochs: 4', 'epochs: 6'))
  await done(resume('cut'))
  expect(resultOf('cut')).toEqual(resultOf('whole-teacher'))
})

test('a model that ended by patience stays ended, and so does what is trained once', async () => {
  const rest = [
    '--methods',
    'none',
    '--baselines',
    'popularity',
    '--patience',
    '1',
    '--set',
    'student.lr=0.5',
  ]
  await done(taught('patient', ...rest, '--epochs', '30'))
  const before = resultOf('patient')
  expect(before.models.find(({ id }) => id === 'scratch')?.stopped).toBe('patience')
  const said = await done(resume('patient', '--epochs', '40'))
  expect(said).not.toMatch(/epoch \d+\/40/)
  expect(resultOf('patient').models).toEqual(before.models)
})

test('a teacher that would learn on is refused, and nothing is changed', async () => {
  await done(bench('own', '--methods', 'rrd', '--epochs', '3'))
  const config = textOf('own', 'config.yaml')
  const { code, stderr } = await resume('own', '--epochs', '5')
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /own: cannot go on to 5 epochs: teacher would learn on, and rrd was made with it as it is; train anew: recdistill bench --config \S+config\.yaml --epochs 5$/m,
  )
  expect(textOf('own', 'config.yaml')).toBe(config)
  // without a student of it, it learns on
  for (const name of ['rrd', 'scratch', 'results.json']) rmSync(join(at, 'own', name), { recursive: true })
  expect(await done(resume('own', '--epochs', '5'))).toMatch(/^teacher: .* \(5 epochs/m)
})

test('a student alone that would learn on is refused where another started from it', async () => {
  await done(taught('bd', '--methods', 'bd', '--epochs', '3'))
  const { code, stderr } = await resume('bd', '--epochs', '5')
  expect(code).toBe(2)
  expect(stderr).toMatch(/cannot go on to 5 epochs: scratch would learn on, and bd was made with it as it is/)
})

test('a teacher that was taken from the cache after all its epochs is refused', async () => {
  const tiny = [
    'bench',
    '--preset',
    'tiny',
    '--methods',
    'none',
    '--epochs',
    '2',
    '--cache',
    join(at, 'kept'),
  ]
  await done(run([...tiny, '--out', join(at, 'lender')]))
  await done(run([...tiny, '--out', join(at, 'borrower')]))
  const { code, stderr } = await resume('borrower', '--epochs', '4')
  expect(code).toBe(2)
  expect(stderr).toMatch(/teacher is of an earlier run, which ended it after 2; train anew/)
})

test('a schedule over all epochs is refused by name before any model goes on', async () => {
  await done(taught('de', '--methods', 'rrd,de', '--epochs', '3'))
  const { code, stderr } = await resume('de', '--epochs', '5')
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /cannot go on to 5 epochs: de asks how many epochs there are, so what it learned is of 3/,
  )
  expect(JSON.parse(textOf('de', 'scratch', 'run.json'))).toMatchObject({ epochs: 3 })
  expect(existsSync(join(at, 'de', 'results.json'))).toBe(true)
})

test.each([
  ['fewer', ['--epochs', '2'], /--epochs: expected more than the 3 of .*, got 2/],
  ['none', ['--epochs', '0'], /--epochs/],
  ['no number', ['--epochs', 'all'], /--epochs/],
])('%s epochs are refused', async (_what, flags, message) => {
  const { code, stderr } = await resume('teacher', ...flags)
  expect(code).toBe(2)
  expect(stderr).toMatch(message)
})
