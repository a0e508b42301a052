import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CompressResult } from '@recdistill/compress'
import { createRng, type RunResult } from '@recdistill/core'
import { loadFile } from '@recdistill/serve/node'
import { expect, test } from 'vitest'
import { freshFolder, runBinary } from './run.ts'
import { expectSame, keep, read, search, tiny, withoutTimes } from './compress-run.ts'

test(
  'the smallest student that keeps a share: chosen on validation data, tested once, ready to be exported',
  { timeout: 600_000 },
  async () => {
    const folder = join(freshFolder(), 'small')
    const { code, stdout, stderr } = await runBinary([...keep, '--out', folder])
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('looking for the smallest student that keeps 60 % of the teacher')
    expect(stderr).toContain('successive halving: 4 to epoch 1, then 2 to epoch 3, then 1 to epoch 9')
    expect(stdout).toContain('The chosen student')
    expect(stdout).toContain('to deploy it: recdistill export')

    const result = read<CompressResult>(folder, 'results.json')
    const { chosen, models, front, trials, met, groups, popularity, select } = result
    const [teacher] = models
    const student = models.find(({ role }) => role === 'student')!
    expect(met).toBe(true)
    expect(student.valid.value).toBeGreaterThanOrEqual(0.6 * teacher.valid.value)
    expect(student.bytes).toBe(chosen.bytes)
    // Nothing smaller that was tried meets the target.
    for (const { candidates } of trials)
      for (const { bytes, quality } of candidates)
        if (quality.value >= 0.6 * teacher.valid.value) expect(bytes).toBeGreaterThanOrEqual(chosen.bytes)
    for (const { low, value, high } of [student.valid, student.test!, student.microseconds!]) {
      expect(low).toBeLessThanOrEqual(value)
      expect(value).toBeLessThanOrEqual(high)
    }
    expect(front.length).toBeGreaterThan(0)
    expect(front.every(({ test }) => test === null)).toBe(true)
    expect(groups.length).toBeGreaterThanOrEqual(3)
    expect(groups[0].rows[0].student).toBeGreaterThan(0)
    expect(popularity.map(({ metrics }) => Object.keys(metrics).map((key) => key.split('@')[0]))).toEqual(
      Array(3).fill(['arp', 'lift', 'coverage', 'gini', 'novelty']),
    )

    // The chosen student is a model of a run, trained no further than its trial.
    const run = read<RunResult>(folder, 'student', 'results.json')
    const model = run.models.find(({ id }) => id === chosen.model)!
    const trial = trials.find((one) => one.trial.id === chosen.trial.id)!
    expect(model.epochs).toBe(trial.epochs)
    const exact = trial.candidates.find(({ precision }) => precision === 'f32')!
    expect(model.valid[select]).toBe(exact.quality.value)
    expect(
      readFileSync(join(folder, 'student', chosen.model, 'best.ckpt')).equals(
        readFileSync(join(folder, 'trials', chosen.trial.id, 'best.ckpt')),
      ),
    ).toBe(true)

    const page = readFileSync(join(folder, 'report.html'), 'utf8')
    for (const id of ['chosen', 'front-plots', 'front', 'group-1', 'popularity', 'trials', 'again'])
      expect(page).toContain(`<section id="${id}">`)
    expect(page.match(/<circle/g)!.length).toBeGreaterThan(front.length)
    const text = readFileSync(join(folder, 'report.md'), 'utf8')
    for (const title of [
      'The chosen student',
      'the front',
      'By activity',
      'Popularity bias',
      'students that were tried',
    ])
      expect(text).toContain(title)

    const bundle = join(folder, 'bundle')
    const exported = await runBinary([...['export', folder, '--to', 'bundle', '--out', bundle]])
    expect(exported.code, exported.stderr).toBe(0)
    const file = readdirSync(bundle).find((name) => name.endsWith('.recdistill'))!
    const recommender = await loadFile(join(bundle, file))
    expect(recommender.info).toMatchObject({ dim: chosen.trial.dim, precision: chosen.precision })
    expect(recommender.recommend(recommender.users.at(0), { k: 5 })).toHaveLength(5)

    // The same with two students at a time is the same; again in the same folder, nothing is trained.
    const other = join(freshFolder(), 'parallel')
    const parallel = await runBinary([...keep, '--out', other, '--parallel', '2'])
    expect(parallel.code, parallel.stderr).toBe(0)
    expectSame(other, folder)
    const timesOf = () => read(other, 'results.json') as { startedAt: string; seconds: number }
    const before = timesOf()
    const again = await runBinary([...keep, '--out', other])
    expect(again.code, again.stderr).toBe(0)
    expect(again.stderr).not.toContain('scratch: epoch 1/')
    // The time is that of all processes, of which the first did the work.
    const [line] = readFileSync(join(other, 'log.jsonl'), 'utf8').split('\n')
    expect(timesOf().startedAt).toBe((JSON.parse(line) as { at: string }).at)
    expect(timesOf().seconds).toBeGreaterThan(before.seconds / 2)
    expect(withoutTimes(read(other, 'results.json'))).toEqual(withoutTimes(read(folder, 'results.json')))
  },
)

test(
  'a teacher that is lists has no size to compare with, and methods that cannot learn from it are left out',
  { timeout: 300_000 },
  async () => {
    const at = freshFolder()
    let lists = 'user,item,score\n'
    for (let user = 0; user < 200; user++)
      for (let n = 0; n < 100; n++) lists += `${user},${(user + n) % 150},${100 - n}\n`
    writeFileSync(join(at, 'lists.csv'), lists)
    const folder = join(at, 'run')
    const few = ['--trials', '1', '--epochs', '1', '--refine', '0', '--dims', '4']
    const argv = [...tiny, ...few, '--keep', '0.1', '--teacher-from', join(at, 'lists.csv'), '--out', folder]
    const { code, stdout, stderr } = await runBinary(argv)
    expect([0, 4], stderr).toContain(code)
    expect(stderr).toMatch(/left out: rce-kd: it compares scores of items beyond/)
    const { models, doubts } = read<CompressResult>(folder, 'results.json')
    expect(models[0]).toMatchObject({ role: 'teacher', bytes: null })
    expect(doubts).toEqual([expect.stringContaining('no more often than chance')])
    expect(stdout).toContain('Mind the teacher: it finds')
    for (const text of [stdout, readFileSync(join(folder, 'report.html'), 'utf8')])
      expect(text).not.toMatch(/× smaller|NaN|smaller: /)
  },
)

/** Interactions of camps: users like the items of their own half. What is in `test` is drawn by a seed of its own. */
function writeParts(at: string, testSeed: number): string[] {
  mkdirSync(at, { recursive: true })
  const draw = (seed: number, each: number) => {
    const rng = createRng(seed)
    let text = 'user,item\n'
    for (let user = 0; user < 80; user++)
      for (let n = 0; n < each; n++) text += `u${user},i${(user % 2) * 30 + rng.int(30)}\n`
    return text
  }
  // Every user and item is met in training, so ids do not depend on the other parts.
  let train = draw(1, 8)
  for (let n = 0; n < 80; n++) train += `u${n},i${n % 60}\n`
  writeFileSync(join(at, 'train.csv'), train)
  writeFileSync(join(at, 'valid.csv'), draw(2, 2))
  writeFileSync(join(at, 'test.csv'), draw(testSeed, 2))
  return ['train', 'valid', 'test'].flatMap((part) => [`--${part}`, join(at, `${part}.csv`)])
}

test(
  'nothing of the test part reaches the search: with another one the same students are tried and chosen',
  { timeout: 600_000 },
  async () => {
    const at = freshFolder()
    const results: CompressResult[] = []
    for (const seed of [3, 4]) {
      const parts = writeParts(join(at, String(seed)), seed)
      const folder = join(at, `run-${seed}`)
      const argv = [
        'compress',
        ...parts,
        '--teacher',
        'mf:8',
        '--teacher-epochs',
        '10',
        '--keep',
        '0.5',
        ...search,
      ]
      const methods = ['--students', 'mf', '--methods', 'rrd', '--set', 'rrd.K=10', 'rrd.L=10', 'rrd.maxK=20']
      const { code, stderr } = await runBinary([...argv, ...methods, '--dims', '4,8', '--out', folder])
      expect(code, stderr).toBe(0)
      results.push(read(folder, 'results.json'))
    }
    const [one, other] = results
    const chosenBy = ({ chosen, trials, met }: CompressResult) => ({
      trial: chosen.trial,
      precision: chosen.precision,
      met,
      trials: trials.map(({ seconds: _seconds, ...trial }) => trial),
    })
    expect(one.split.hash).not.toBe(other.split.hash)
    expect(chosenBy(one)).toEqual(chosenBy(other))
    expect(one.models.map(({ valid }) => valid)).toEqual(other.models.map(({ valid }) => valid))
    expect(one.models.map(({ test: tested }) => tested?.value)).not.toEqual(
      other.models.map(({ test: tested }) => tested?.value),
    )
  },
)

test(
  'a share out of reach ends with the best that was found, and says so',
  { timeout: 300_000 },
  async () => {
    const folder = join(freshFolder(), 'far')
    const { code, stdout, stderr } = await runBinary([...tiny, '--keep', '2', '--out', folder])
    expect(code, stderr).toBe(4)
    expect(stdout).toContain(
      "the target was not met (the smallest student that keeps 200 % of the teacher's quality): this is the best student",
    )
    const { met, trials, chosen } = read<CompressResult>(folder, 'results.json')
    expect(met).toBe(false)
    const qualities = trials.flatMap(({ candidates }) => candidates.map(({ quality }) => quality.value))
    const best = trials.find(({ trial }) => trial.id === chosen.trial.id)!
    expect(Math.max(...best.candidates.map(({ quality }) => quality.value))).toBe(Math.max(...qualities))
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('The target was not met')
  },
)

test('the best within a budget fits it', { timeout: 300_000 }, async () => {
  const folder = join(freshFolder(), 'budget')
  // 350 users and items: 10 bytes a row.
  // Of both kinds, as when nothing is said.
  const argv = ['compress', '--preset', 'tiny', ...search, '--budget', '3.5kB', '--out', folder]
  const { code, stderr } = await runBinary(argv)
  expect(code, stderr).toBe(0)
  const { chosen, trials } = read<CompressResult>(folder, 'results.json')
  expect(chosen.bytes).toBeLessThanOrEqual(3500)
  const fitting = trials.flatMap(({ candidates }) => candidates.filter(({ bytes }) => bytes <= 3500))
  const best = fitting.reduce((a, b) => (b.quality.value > a.quality.value ? b : a))
  expect(chosen.bytes).toBe(best.bytes)
  expect(new Set(trials.map(({ trial }) => trial.kind))).toEqual(new Set(['mf', 'lightgcn']))
})

test(
  'the best within a latency: shapes are timed before anything is trained, and once',
  { timeout: 300_000 },
  async () => {
    const folder = join(freshFolder(), 'latency')
    const argv = [...tiny, '--trials', '2', '--epochs', '2', '--latency', '10s', '--out', folder]
    const { code, stderr } = await runBinary(argv)
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/ranking a user with 4 numbers a row in int8: [\d.]+ µs/)
    const times = read<Record<string, unknown>>(folder, 'latency.json')
    expect(Object.keys(times)).toEqual(['4 f32', '4 f16', '4 int8', '8 f32', '8 f16', '8 int8'])
    const { chosen, trials, models, select } = read<CompressResult>(folder, 'results.json')
    const best = Math.max(
      ...trials.flatMap(({ candidates }) => candidates.map(({ quality }) => quality.value)),
    )
    expect(select).toBe('ndcg@10')
    expect(models.find(({ role }) => role === 'student')!.valid.value).toBe(best)
    expect(chosen.trial.dim).toBeLessThanOrEqual(8)
    const again = await runBinary(['resume', folder])
    expect(again.code, again.stderr).toBe(0)
    expect(again.stderr).not.toContain('ranking a user with')
    expect(read(folder, 'latency.json')).toEqual(times)
  },
)
