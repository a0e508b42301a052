import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { resultOf, run } from './run.ts'
import { quickRuns, teacherFiles } from './teacher-files.ts'

const runs = quickRuns()
const { file, bench, refused } = runs
await teacherFiles(runs)

describe('what a method asks and the teacher cannot answer is said beforehand, with what would work', () => {
  const lists = () => ['--teacher-from', file('lists.csv')]
  const works = /with this teacher these work: .*\brrd\b/

  test('scores beyond the lists', async () => {
    const said = await refused(...lists(), '--methods', 'rce-kd')
    expect(said).toMatch(/rce-kd: it compares scores of items beyond the teacher's first ones.*lists\.csv/)
    expect(said).toMatch(works)
    expect(said).not.toMatch(/these work:.*rce-kd/)
  })

  test('a teacher to be trained, and one that is there', async () => {
    expect(await refused('--teacher', 'mf:8', '--teacher-from', file('lists.csv'))).toMatch(
      /--teacher and --teacher-from: give one of them/,
    )
  })

  test('vectors of users alone, which look like scores', async () => {
    expect(await refused('--teacher-from', file('users.npy'))).toMatch(
      /users\.npy: \[200, 16\] is read as scores .* give those of the items with --teacher-items FILE/,
    )
  })

  test('methods that nobody named are left out', async () => {
    const { result, stderr } = await bench('--teacher-from', file('lists.csv'), '--set', 'rrd.maxK=40')
    expect(stderr).toMatch(/left out: rce-kd: it compares scores of items beyond the teacher's first ones/)
    expect(result.models.map(({ id }) => id)).toEqual(['teacher', 'scratch', 'rrd'])
    const none = await refused('--teacher-from', file('lists.csv'), '--set', 'rrd.maxK=100')
    expect(none).toMatch(/rrd: it looks at .* 100 items .* or --set rrd\.maxK=\d+; .* these work: .*rrd/)
  })

  test('longer lists than there are, with the value that would do', async () => {
    const said = await refused(...lists(), '--methods', 'rrd', '--set', 'rrd.maxK=90')
    expect(said).toMatch(/rrd: it looks at the teacher's first 90 items.*--set rrd\.maxK=\d+/)
    const value = /rrd\.maxK=(\d+)/.exec(said)?.[1]
    await bench(...lists(), '--methods', 'rrd', '--set', `rrd.maxK=${value}`)
  })

  test('lists shorter than the defaults of a method shorten those, and what was written stays', async () => {
    const top20 = readFileSync(file('lists.csv'), 'utf8')
      .split('\n')
      .filter((_, n) => n === 0 || (n - 1) % 80 < 20)
    writeFileSync(file('top20.csv'), top20.join('\n') + '\n')
    // no preset, which writes lengths
    const argv = ['bench', '--dataset', 'synthetic:tiny', '--teacher-from', file('top20.csv')].concat([
      '--student',
      'mf:4',
      '--epochs',
      '1',
      '--threads',
      '1',
      '--no-cache',
    ])
    const out = file('top20')
    const { code, stderr } = await run([...argv, '--out', out])
    expect(code, stderr).toBe(0)
    const said =
      /^rrd: defaults lowered to suit the lists of the teacher: K 21 to (\d+), L 42 to (\d+), maxK 107 to (\d+)$/m
    expect(stderr).toMatch(said)
    const [K, L, maxK] = said.exec(stderr)!.slice(1).map(Number)
    const config = resultOf(out).config as Record<string, unknown>
    expect(config.rrd).toMatchObject({ K, L, maxK })
    expect(maxK).toBeGreaterThan(4)
    expect(maxK).toBeLessThanOrEqual(20)

    const { code: no, stderr: why } = await run(
      argv.concat(['--methods', 'rrd', '--set', 'rrd.maxK=60', 'rrd.K=20', 'rrd.L=20']),
    )
    expect(no).toBe(2)
    expect(why).toMatch(/rrd: it looks at the teacher's first 60 items/)
  })

  test('vectors', async () => {
    const said = await refused('--teacher-from', file('scores.npy'), '--methods', 'de')
    expect(said).toMatch(
      /de: it compares vectors of users and items, and the teacher .*scores\.npy.* has none/,
    )
    expect(said).toMatch(/these work: .*rce-kd/)
  })

  test('a training, or its snapshots', async () => {
    expect(await refused('--teacher-from', file('model.safetensors'), '--methods', 'bd')).toMatch(
      /bd: it trains the teacher too/,
    )
    expect(await refused('--teacher-from', file('model.safetensors'), '--methods', 'hetcomp')).toMatch(
      /hetcomp: it learns from snapshots of the teacher's training.*these work: .*rrd/,
    )
  })

  test('all methods are those that can, and the others are named', async () => {
    const { result, stderr, folder } = await bench(
      ...lists(),
      '--methods',
      'all',
      '--set',
      'rrd.maxK=50',
      '--epochs',
      '1',
    )
    const ids = result.models.map(({ id }) => id)
    for (const id of ['rrd', 'rd', 'vanilla-ce']) expect(ids).toContain(id)
    for (const id of ['de', 'bd', 'hetcomp', 'rce-kd', 'cd']) {
      expect(ids).not.toContain(id)
      expect(stderr).toMatch(new RegExp(`left out: ${id}: `))
    }
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).not.toMatch(/^ {2}- rce-kd$/m)
  })
})
