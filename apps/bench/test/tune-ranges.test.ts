import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Tuned } from '../src/tune/tune-model.ts'
import { freshFolder, resultOf, run } from './run.ts'

const quick = ['bench', '--preset', 'tiny', '--epochs', '2', '--tune', '6']

/** Values of each setting that was tried, in order. */
const triedOf = (folder: string, name: string) =>
  (JSON.parse(readFileSync(join(folder, 'tune', name, 'tuned.json'), 'utf8')) as Tuned).tried.map(
    ({ setting }) => setting.values,
  )
const tuned = async (...args: string[]) => {
  const folder = join(freshFolder(), 'run')
  const { code, stderr } = await run([...quick, '--out', folder, ...args])
  expect(code, stderr).toBe(0)
  return { folder, said: stderr.split('\n') }
}

test('where the data lowered lengths, the usual ranges are around the lowered ones', async () => {
  const at = freshFolder()
  const data = join(at, 'shop.csv')
  const rows = Array.from({ length: 400 }, (_, n) => `u${n % 40},i${(n * 7 + Math.floor(n / 40)) % 30}`)
  writeFileSync(data, ['user,item', ...rows].join('\n'))
  const folder = join(at, 'run')
  const small = ['--data', data, '--teacher', 'mf:8', '--student', 'mf:4', '--methods', 'rrd', '--no-cache']
  const { code, stderr } = await run(['bench', ...small, '--epochs', '1', '--tune', '6', '--out', folder])
  expect(code, stderr).toBe(0)
  expect(stderr).toMatch(/K 100 to 4, L 200 to 8/)
  expect(stderr).toMatch(/rrd: in \d of 6 settings a value does not suit the data.*rrd\.L: .*got 16/)
  const lengths = triedOf(folder, 'rrd').slice(1)
  expect(new Set(lengths.map(({ K }) => K))).toEqual(new Set([2, 4, 8]))
  expect(new Set(lengths.map(({ L }) => L))).toEqual(new Set([4, 8, undefined]))
})

test('no setting is tried twice, and values that do not suit are left out alone; both are said', async () => {
  const ranges = ['tune.ranges.rrd.noSort=[true, false]', 'tune.ranges.rrd.K=[20, 100]']
  const fixed = 'rrd={lr: 0.01, weightDecay: 0, lambda: 1, L: 20}'
  const { folder, said } = await tuned('--methods', 'rrd', '--set', ...ranges, fixed)
  const tried = triedOf(folder, 'rrd')
  expect(new Set(tried.map((values) => JSON.stringify(values))).size).toBe(tried.length)
  expect(tried.every(({ K }) => K !== 100)).toBe(true)
  expect(tried.length).toBeLessThan(6)
  expect(said).toContainEqual(
    expect.stringMatching(/^rrd: in \d of 6 settings a value does not suit.*rrd\.K/),
  )
  expect(said).toContain(`rrd: ${tried.length} different settings are all that its ranges gave`)
})

test('null and other values are chosen from', async () => {
  const ranges = ['tune.ranges.rrd.scoreCap=[null, 5]', 'tune.ranges.rrd.interesting=[sample, top]']
  const { folder } = await tuned('--methods', 'rrd', '--set', ...ranges, 'rrd.scoreCap=7')
  const caps = triedOf(folder, 'rrd').map(({ scoreCap }) => scoreCap)
  expect(new Set(caps)).toEqual(new Set([undefined, null, 5]))
})

test('a student that is not searched for what others are is named', async () => {
  const { said } = await tuned('--methods', 'rrd', '--set', 'rrd.lr=0.01', 'rrd.weightDecay=0')
  expect(said).toContainEqual(
    expect.stringMatching(/^rrd: lr and weightDecay as configured, while searched for others/),
  )
  const { said: alike } = await tuned('--methods', 'rrd')
  expect(alike.join('\n')).not.toContain('as configured, while')
})

test('the report in Markdown says what was tried, the best first', async () => {
  const { folder } = await tuned('--methods', 'none')
  const report = readFileSync(join(folder, 'report.md'), 'utf8')
  const { settingsTried = [] } = resultOf(folder).models.find(({ id }) => id === 'scratch')!
  const best = Math.max(...settingsTried.map(({ valid }) => valid ?? 0))
  const [, first = ''] = /## Settings tried for scratch\n\n(?:.*\n){2}(.*)\n/.exec(report) ?? []
  expect(first).toContain(best.toFixed(4))
  expect(report).toContain('as configured')
})

test('where training fails with every setting, one line says so and where to look', async () => {
  const out = join(freshFolder(), 'out')
  const rates = ['tune.ranges.scratch.lr=[1e31, 1e32]', 'student.lr=1e30', 'tune.ranges.scratch.batch=[2048]']
  const { code, stderr } = await run([...quick, '--methods', 'none', '--out', out, '--set', ...rates])
  expect(code).toBe(3)
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
    /^recdistill: scratch: training failed with every setting; .*tune\.ranges\.scratch.*NaN/,
  )
})

test.each<readonly [string, readonly string[], RegExp]>([
  ['no list and no range', ['tune.ranges.rrd.K=3'], /K: expected low\.\.high, .*or a list of values, got 3/],
  ['a group', ['tune.ranges.rrd.K.low=3'], /expected low\.\.high, .*or a list of values, got \{"low":3\}/],
  [
    'nothing',
    ['rrd={lr: 0.01, weightDecay: 0, lambda: 1, K: 5, L: 5}', 'student.lr=0.01', 'student.weightDecay=0'],
    /tune: nothing is left to search/,
  ],
  [
    'a range that begins below what is taken',
    ['tune.ranges.rrd.T=-1..0.1'],
    /tune\.ranges: rrd\.T: expected a number > 0, got -/,
  ],
])('%s: one line, exit code 2', async (_what, set, says) => {
  const out = join(freshFolder(), 'out')
  const { code, stderr } = await run([...quick, '--methods', 'rrd', '--out', out, '--set', ...set])
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(says)
  expect(code).toBe(2)
  expect(existsSync(out)).toBe(false)
})
