import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunResult } from '@recdistill/core'
import { beforeAll, expect, test } from 'vitest'
import { freshFolder, resultOf, run } from './run.ts'

const at = freshFolder()
const [short, long, other] = ['short', 'long', 'other'].map((name) => join(at, name))
const bench = (folder: string, ...rest: string[]) =>
  run(['bench', '--preset', 'tiny', '--no-cache', '--out', folder, ...rest])

beforeAll(async () => {
  const same = ['--epochs', '4', '--seeds', '2']
  expect((await bench(short, ...same, '--methods', 'rrd', '--set', 'rrd.K=5')).code).toBe(0)
  expect((await bench(long, ...same, '--methods', 'rrd,rce-kd')).code).toBe(0)
  expect((await bench(other, '--epochs', '1', '--methods', 'none', '--split', 'time')).code).toBe(0)
}, 120_000)

test('two runs stand side by side: what is the same once, what differs under the name of its run, tested and explained', async () => {
  const { code, stdout, stderr } = await run(['compare', short, long])
  expect(code, stderr).toBe(0)
  const rowOf = (label: string) => stdout.split('\n').filter((text) => text.startsWith(label))
  expect(rowOf('teacher')).toHaveLength(1)
  expect(rowOf('scratch ×2')).toHaveLength(1)
  expect(rowOf('rrd (short) ×2')).toHaveLength(1)
  expect(rowOf('rrd (long) ×2')).toHaveLength(1)
  expect(rowOf('rce-kd ×2')).toHaveLength(1)
  expect(rowOf('rrd (long) − rrd (short)')[0]).toMatch(/ndcg@10 +2 /)
  expect(rowOf('rrd.K')[0]).toMatch(/rrd\.K +5 +20/)
  expect(rowOf('methods')[0]).toMatch(/\["rrd"\] +\["rrd","rce-kd"\]/)
  expect(stdout).not.toMatch(/^rrd\.L/m)
  expect(stdout).not.toMatch(/^rce-kd\./m)

  const json = JSON.parse((await run(['compare', '--json', short, long])).stdout) as {
    models: { label: string; seeds: { test: Record<string, number> }[] }[]
    significance: { metric: string; a: string; b: string; over: string; difference: number }[]
  }
  const meanOf = (label: string) => {
    const { seeds } = json.models.find((model) => model.label === label)!
    return seeds.reduce((sum, each) => sum + each.test['ndcg@10'], 0) / seeds.length
  }
  const ofSeeds = json.significance.find(({ metric, over }) => metric === 'ndcg@10' && over === 'seeds')
  expect(ofSeeds).toMatchObject({ a: 'rrd (long)', b: 'rrd (short)' })
  expect(ofSeeds?.difference).toBeCloseTo(meanOf('rrd (long)') - meanOf('rrd (short)'), 12)
  expect(meanOf('rrd (short)')).toBeCloseTo(
    resultOf(short)
      .models.filter(({ label }) => label === 'rrd')
      .reduce((sum, model) => sum + model.test['ndcg@10'] / 2, 0),
    12,
  )
})

test('of a run that was tuned beside one that was not, the search is named and what it found is listed', async () => {
  const tuned = join(at, 'tuned')
  const search = ['--epochs', '4', '--seeds', '2', '--methods', 'rrd', '--tune', '3']
  expect((await bench(tuned, ...search)).code).toBe(0)
  const { stdout, stderr, code } = await run(['compare', short, tuned])
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^tune\.trials +– +3$/m)
  expect(stdout).toMatch(/^student\.lr +/m)
  expect(stdout).not.toContain('tune.ranges')
})

test('what a method has in two runs is compared also where a third is without it', async () => {
  const [changed, none] = ['lambda', 'none'].map((name) => join(at, name))
  const written = (folder: string, change: (result: RunResult) => unknown) => {
    mkdirSync(folder)
    writeFileSync(join(folder, 'results.json'), JSON.stringify(change(resultOf(short))))
  }
  written(changed, ({ config, ...rest }) => ({ ...rest, config: { ...config, rrd: { lambda: 7 } } }))
  written(none, ({ models, config: { rrd: _rrd, ...config }, ...rest }) => ({
    ...rest,
    config,
    models: models.filter(({ method }) => method === null),
  }))
  const { stdout, code, stderr } = await run(['compare', short, changed, none])
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^rrd\.lambda +[\d.]+ +7 +–$/m)
  expect((await run(['compare', short, none])).stdout).not.toContain('rrd.lambda')
})

test('runs with other cut-offs are compared at those they share', async () => {
  const cut = join(at, 'cut')
  expect(
    (
      await bench(
        cut,
        '--epochs',
        '2',
        '--methods',
        'none',
        '--set',
        'protocol.ks=[5,20]',
        'protocol.select=ndcg@5',
      )
    ).code,
  ).toBe(0)
  const { stdout, stderr, code } = await run(['compare', short, cut])
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^model +kind +size +recall@20 +ndcg@20$/m)
  expect(stdout).toMatch(/scratch \(cut\) − scratch \(short\) +recall@20/)
  expect(stdout).toMatch(/^protocol\.ks +– +\[5,20\]$/m)
})

test.each([
  ['one run', () => [short], /expected two runs or more/],
  ['a run twice', () => [short, long, short], /named twice/],
  [
    'another split',
    () => [short, other],
    /short was measured on synthetic:tiny, split \w+, and other on .*different data/,
  ],
  ['a folder without a result', () => [short, at], /cannot read .*results\.json.*recdistill resume/],
  [
    'a file that is no result',
    () => {
      writeFileSync(join(at, 'some.json'), '{"schema":2}')
      return [short, join(at, 'some.json')]
    },
    /some\.json is not a result/,
  ],
  [
    'the result of something else',
    () => {
      writeFileSync(join(at, 'other.json'), JSON.stringify({ ...resultOf(short), models: [{ name: 'mf' }] }))
      return [short, join(at, 'other.json')]
    },
    /other\.json is not a result/,
  ],
  [
    'another protocol',
    () => {
      const changed = join(at, 'changed')
      mkdirSync(changed, { recursive: true })
      const result = resultOf(short)
      writeFileSync(
        join(changed, 'results.json'),
        JSON.stringify({ ...result, protocol: { ...result.protocol, users: 'all' } }),
      )
      return [short, changed]
    },
    /measured by protocol strict, and changed by strict, with other rules/,
  ],
])('%s cannot be compared', async (_, folders, says) => {
  const { code, stderr, stdout } = await run(['compare', ...folders()])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(says)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
})

test('a compression is compared by the run of its student', async () => {
  const [plain, compression] = [join(at, 'plain'), join(at, 'compression')]
  cpSync(join(short, 'results.json'), join(plain, 'results.json'), { recursive: true })
  cpSync(join(long, 'results.json'), join(compression, 'student', 'results.json'), { recursive: true })
  for (const name of ['compress.json', 'results.json']) writeFileSync(join(compression, name), '{"schema":1}')
  const { stdout, code, stderr } = await run(['compare', plain, compression])
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('rrd (compression) − rrd (plain)')
})

test('folders of one name are told apart by those they lie in', async () => {
  const [a, b] = ['a', 'b'].map((name) => join(at, name, 'run'))
  cpSync(join(short, 'results.json'), join(a, 'results.json'), { recursive: true })
  cpSync(join(long, 'results.json'), join(b, 'results.json'), { recursive: true })
  const { stdout } = await run(['compare', a, b])
  expect(stdout).toContain('rrd (a/run) ×2')
  expect(stdout).toContain('rrd (b/run) − rrd (a/run)')
})
