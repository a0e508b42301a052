import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunResult } from '@recdistill/core'
import { beforeAll, expect, test } from 'vitest'
import { stripTimings } from '../src/run/strip-timings.ts'
import { freshFolder, modelOf, resultOf, run } from './run.ts'

const plugin = fileURLToPath(new URL('plugin/nan-later.mjs', import.meta.url))
const at = freshFolder()
const whole = join(at, 'whole')
/** Its chance is such that seeds 0 and 1 come through and 2 does not. */
const some = ['--preset', 'tiny', '--epochs', '4', '--methods', `${plugin},rrd`, '--seeds', '3', '--no-cache', '--set', 'nan-later.chance=0.3'] // prettier-ignore
const reason =
  'the loss is NaN, at epoch 3, step 2; the best model so far is kept in nan-later-seed2; lower the learning rate or lambda'
const lastLine = (stderr: string) => stderr.trimEnd().split('\n').at(-1)
const bare = (folder: string) => stripTimings(resultOf(folder)) as RunResult
const textOf = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8')

let outcome: Awaited<ReturnType<typeof run>>
beforeAll(async () => {
  outcome = await run(['bench', ...some, '--keep-going', '--out', whole])
})

test('a seed that meets NaN is written down, and the run goes on; its exit code is 3, and the last line says what failed and what to do', () => {
  const { code, stderr } = outcome
  expect(code, stderr).toBe(3)
  expect(resultOf(whole).models.map(({ id, failed }) => [id, failed !== undefined])).toEqual([
    ['teacher', false],
    ['scratch', false],
    ['nan-later', false],
    ['rrd', false],
    ['scratch#1', false],
    ['nan-later#1', false],
    ['rrd#1', false],
    ['scratch#2', false],
    ['nan-later#2', true],
    ['rrd#2', false],
  ])
  const failed = modelOf(resultOf(whole), 'nan-later#2')
  expect(failed).toMatchObject({
    stopped: 'failed',
    epochs: 2,
    seed: 2,
    label: 'nan-later',
    checkpoint: null,
  })
  expect(failed.failed).toContain(reason)
  expect(failed.curve.map(({ epoch }) => epoch)).toEqual([0, 1])
  expect([failed.valid, failed.test, failed.perUser]).toEqual([{}, {}, null])
  expect(modelOf(resultOf(whole), 'rrd#2').test['ndcg@10']).toBeGreaterThan(0)
  const line = lastLine(stderr)
  expect(line).toMatch(/^recdistill: failed: nan-later#2 \(1 of 10 models\); try a smaller lr or lambda: /)
  expect(line).toMatch(/--methods \S+nan-later\.mjs --set nan-later\.lr=0\.00025$/)
})

test('every output says of how many seeds the numbers are, and why; tests are over the seeds that are there', () => {
  expect(outcome.stdout).toMatch(/^nan-later ×2 of 3 .* 0\.\d{4} ±0\.\d{4}/m)
  expect(outcome.stdout).toMatch(/^nan-later − scratch +ndcg@10 +2 /m)
  expect(outcome.stdout).toMatch(/^rrd − scratch +ndcg@10 +3 /m)
  for (const text of [
    outcome.stdout,
    textOf(whole, 'report.html'),
    textOf(whole, 'report.md').replaceAll('\\', ''),
  ])
    for (const words of [reason, 'Numbers of nan-later are of 2 of 3 seeds.'])
      expect(unescaped(text)).toContain(words)
})

test('what the line proposes can be typed', async () => {
  const [, command] = /: recdistill (bench .*)$/.exec(lastLine(outcome.stderr) ?? '') ?? []
  const again = await run([...command.split(' '), '--set', 'nan-later.chance=0', '--out', join(at, 'again')])
  expect(again.code, again.stderr).toBe(0)
  const { models } = resultOf(join(at, 'again'))
  expect(modelOf(resultOf(join(at, 'again')), 'nan-later#2').optimizer.lr).toBe(0.00025)
  expect(models[0].test).toEqual(resultOf(whole).models[0].test)
})

test('a finished run is not trained again by resume, the model that failed neither, which is said', async () => {
  const before = bare(whole)
  const { code, stderr } = await run(['resume', whole])
  expect(code).toBe(3)
  expect(stderr).toMatch(/^nan-later#2: not trained again; it would, once \S+nan-later-seed2 is deleted$/m)
  expect(stderr).not.toContain('epoch 1/4')
  expect(bare(whole)).toEqual(before)
})

test.each([
  'nan-later: epoch 2/',
  '[9/10] nan-later#2: epoch 2/',
  'nan-later#2: failed',
  '[10/10] rrd#2: epoch 1/',
])('stopped at "%s" and gone on with, it ends as it would have', async (line) => {
  const cut = join(at, `cut ${line.replaceAll(/\W+/g, '-')}`)
  const interruptAt = line.startsWith('nan-later: e') ? `[3/10] ${line}` : line
  const { code } = await run(['bench', ...some, '--keep-going', '--out', cut], { interruptAt })
  expect(code).toBe(130)
  expect((await run(['resume', cut])).code).toBe(3)
  expect(bare(cut)).toEqual(bare(whole))
})

test('killed before the failure was written down, it fails again and ends the same', async () => {
  const killed = join(at, 'killed')
  expect((await run(['bench', ...some, '--keep-going', '--out', killed])).code).toBe(3)
  for (const lost of ['results.json', 'nan-later-seed2/run.json', 'rrd-seed2']) rmSync(join(killed, lost), { recursive: true }) // prettier-ignore
  expect((await run(['resume', killed])).code).toBe(3)
  expect(bare(killed)).toEqual(bare(whole))
})

test('without the flag NaN ends the run, and the error says how to go on: the result is that of a run that had it', async () => {
  const folder = join(at, 'ended')
  const { code, stderr } = await run(['bench', ...some, '--out', folder])
  expect(code).toBe(3)
  const [, command] =
    /; to go on with the model that is left: recdistill (.*)$/.exec(lastLine(stderr) ?? '') ?? []
  expect(command).toBe(`resume ${folder} --keep-going`)
  expect(existsSync(join(folder, 'results.json'))).toBe(false)
  const again = await run(['resume', folder])
  expect([again.code, lastLine(again.stderr)]).toEqual([3, lastLine(stderr)])
  expect((await run(command.split(' '))).code).toBe(3)
  expect(bare(folder)).toEqual(bare(whole))
  expect(textOf(folder, 'config.yaml')).toContain('keepGoing: true')
})

test('a model that failed is neither exported nor compared', async () => {
  const exported = await run([
    'export',
    whole,
    '--to',
    'safetensors',
    '--model',
    'nan-later#2',
    '--out',
    join(at, 'e'),
  ])
  expect(exported.code).toBe(2)
  expect(lastLine(exported.stderr)).toMatch(/no finished model "nan-later#2"/)
  const other = join(at, 'other')
  const { code, stdout, stderr } = await run([
    'bench',
    ...some,
    'nan-later.K=5',
    '--keep-going',
    '--out',
    other,
  ])
  expect(code, stdout + stderr).toBe(3)
  const compared = await run(['compare', whole, other])
  expect(compared.code, compared.stderr).toBe(0)
  expect(compared.stdout).toMatch(/^nan-later \(whole\) ×2 /m)
  expect(compared.stdout).toContain(`nan-later#2 of whole failed: valueAndGradients: ${reason}.`)
  expect(compared.stdout).toMatch(/^rrd ×3 /m)
})

test('a teacher that fails ends the run, whatever is to keep going', async () => {
  const folder = join(at, 'teacher')
  const { code, stderr } = await run(['bench', ...some, 'teacher.lr=1e38', '--keep-going', '--out', folder])
  expect(code).toBe(3)
  expect(lastLine(stderr)).not.toContain('keep-going')
  expect(existsSync(join(folder, 'results.json'))).toBe(false)
})

test('without a student from scratch there is no gap, and what starts from it fails with it; a file may say so too', async () => {
  const file = join(at, 'config.yaml')
  writeFileSync(
    file,
    'preset: tiny\nkeepGoing: true\nepochs: 2\nmethods: [bd, rrd]\nreuseTeachers: false\nstudent: { lr: 1e38 }\nrrd: { lr: 0.001 }\n',
  )
  const folder = join(at, 'scratch')
  const { code, stdout, stderr } = await run(['bench', '--config', file, '--out', folder])
  expect(code, stderr).toBe(3)
  const { models } = resultOf(folder)
  expect(models.map(({ id, failed }) => [id, failed !== undefined])).toEqual([
    ['teacher', false],
    ['scratch', true],
    ['bd', true],
    ['rrd', false],
  ])
  expect(modelOf(resultOf(folder), 'bd').failed).toBe('it starts from scratch, which failed')
  expect(stdout).toMatch(/^scratch +(– +)+failed/m)
  expect(stdout).toContain('Gap recovered needs a student trained from scratch in the same result.')
  expect(lastLine(stderr)).toMatch(
    /failed: scratch, bd \(2 of 4 models\).*--methods bd --set student\.lr=2\.5e\+37 bd\.lr=2\.5e\+37$/,
  )
  expect(textOf(folder, 'report.html')).toMatch(/<td class="text bad" colspan="\d+">\s*failed: /)
})

test('a setting that meets NaN loses a search; a model that meets it with every setting fails alone', async () => {
  const search = ['bench', '--preset', 'tiny', '--epochs', '9', '--tune', '4', '--methods', `${plugin},rrd`, '--set', 'nan-later.lr=0.001', 'nan-later.weightDecay=0', 'nan-later.lambda=1'] // prettier-ignore
  const lost = join(at, 'lost')
  const range = 'tune.ranges.nan-later.chance'
  const found = await run([...search, `${range}=[0, 1]`, '--out', lost])
  expect(found.code, found.stderr).toBe(0)
  expect(found.stderr).toMatch(/nan-later: setting 01 \(as configured\): failed: .*at epoch 3/)
  const { method, settingsTried } = modelOf(resultOf(lost), 'nan-later')
  expect(method?.params.chance).toBe(0)
  expect(settingsTried?.map(({ valid }) => valid === null)).toContain(true)

  const every = join(at, 'every')
  const argv = [...search, `${range}=[1]`, 'tune.ranges.nan-later.K=[5, 6, 7, 8]', '--out', every]
  const none = await run([...argv, '--seeds', '2', '--keep-going'])
  expect(none.code, none.stderr).toBe(3)
  const ids = resultOf(every).models.flatMap(({ id, failed }) => (failed === undefined ? [] : [id]))
  expect(ids).toEqual(['nan-later', 'nan-later#1'])
  expect(modelOf(resultOf(every), 'nan-later').failed).toMatch(/^training failed with every setting/)
})

test('a loss that is no number in the rehearsal is said before a teacher is trained, or for training to tell', async () => {
  const folder = join(at, 'rehearsed')
  const argv = [
    'bench',
    '--preset',
    'tiny',
    '--epochs',
    '3',
    '--methods',
    `rrd,${plugin}`,
    '--set',
    'nan-later.at=1',
  ]
  const { code, stderr } = await run([...argv, '--out', folder])
  expect([code, lastLine(stderr)]).toEqual([
    3,
    expect.stringMatching(/^recdistill: nan-later: .*the loss is NaN, in a rehearsal .*--keep-going$/),
  ])
  expect(existsSync(folder)).toBe(false)
  const kept = await run([...argv, '--keep-going', '--out', folder])
  expect(kept.code).toBe(3)
  expect(modelOf(resultOf(folder), 'nan-later').failed).toMatch(/at epoch 2/)
})

test.each<readonly [string, readonly string[], RegExp]>([
  [
    'a word where yes or no is expected',
    ['bench', '--set', 'keepGoing=maybe'],
    /keepGoing: expected true or false/,
  ],
  ['nothing to go on with', ['resume', join(at, 'nowhere'), '--keep-going'], /no config\.yaml there/],
])('%s: one line, exit code 2', async (_what, argv, says) => {
  const { code, stderr } = await run(argv)
  expect([code, lastLine(stderr)]).toEqual([2, expect.stringMatching(says)])
})

function unescaped(html: string): string {
  return html.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
}
