import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { stripTimings } from '../src/run/strip-timings.ts'
import type { Tuned } from '../src/tune/tune-model.ts'
import { freshFolder, modelOf, resultOf, run } from './run.ts'

const argv = ['bench', '--preset', 'tiny', '--methods', 'rrd', '--epochs', '9', '--tune', '4']

const tunedOf = (folder: string, name: string) =>
  JSON.parse(readFileSync(join(folder, 'tune', name, 'tuned.json'), 'utf8')) as Tuned

test('each student gets the best of as many settings, on validation data, and its numbers are those of the search', async () => {
  const folder = join(freshFolder(), 'run')
  const { code, stderr } = await run([...argv, '--seeds', '2', '--out', folder])
  expect(code, stderr).toBe(0)
  expect(stderr).toContain(
    'settings tried for each of scratch, rrd: 4 to epoch 1, then 2 to epoch 3, then 1 to epoch 9',
  )
  for (const name of ['scratch', 'rrd']) {
    const { chosen, tried, select } = tunedOf(folder, name)
    expect(tried).toHaveLength(4)
    expect(tried[0]).toMatchObject({ setting: { values: {} }, finished: true })
    expect(chosen.finished).toBe(true)
    expect(chosen.valid).toBe(Math.max(...tried.map(({ valid }) => valid ?? 0)))
    const { values } = chosen.setting
    for (const id of [name, `${name}#1`]) {
      const { optimizer, method, settingsTried } = modelOf(resultOf(folder), id)
      expect({ ...optimizer, ...method, ...method?.params }).toMatchObject(values)
      expect(settingsTried).toHaveLength(4)
      expect(settingsTried?.[0]).toMatchObject({ configured: true, values: { lr: 0.001 } })
    }
    expect(modelOf(resultOf(folder), name).valid[select]).toBe(chosen.valid)
    expect(readdirSync(join(folder, 'tune', name, '01')).filter((file) => file.endsWith('.ckpt'))).toEqual([])
  }
  expect(modelOf(resultOf(folder), 'teacher').settingsTried).toBeUndefined()
  const { rrd, tune } = resultOf(folder).config
  expect(rrd).toMatchObject(tunedOf(folder, 'rrd').chosen.setting.values)
  expect(tune).toMatchObject({ trials: 4 })
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('4 settings')

  const again = join(freshFolder(), 'again')
  const repeated = await run(['bench', '--config', join(folder, 'tuned.yaml'), '--out', again])
  expect(repeated.code, repeated.stderr).toBe(0)
  expect(existsSync(join(again, 'tune'))).toBe(false)
  for (const id of ['scratch', 'rrd', 'rrd#1'])
    expect(modelOf(resultOf(again), id).test, id).toEqual(modelOf(resultOf(folder), id).test)
})

test('a search stands with the student it was for, not again with the teacher that learned beside it', async () => {
  const folder = join(freshFolder(), 'run')
  const few = ['--methods', 'bd', '--epochs', '2', '--tune', '2']
  const { code, stderr } = await run(['bench', '--preset', 'tiny', ...few, '--out', folder])
  expect(code, stderr).toBe(0)
  expect(modelOf(resultOf(folder), 'bd').settingsTried).toHaveLength(2)
  expect(modelOf(resultOf(folder), 'bd-teacher').settingsTried).toBeUndefined()
})

test('stopped in the middle of the search and gone on with, a run ends as it would have', async () => {
  const at = freshFolder()
  const whole = join(at, 'whole')
  expect((await run([...argv, '--out', whole])).code).toBe(0)
  const cut = join(at, 'cut')
  for (const line of ['scratch: setting 02', 'rrd: setting 03']) {
    const args = existsSync(cut) ? ['resume', cut] : [...argv, '--out', cut]
    expect((await run(args, { interruptAt: line })).code).toBe(130)
  }
  const longer = await run(['resume', cut, '--epochs', '20'])
  expect([longer.code, longer.stderr]).toEqual([
    2,
    expect.stringMatching(/searches its settings within 9 epochs/),
  ])
  const { code, stderr } = await run(['resume', cut])
  expect(code, stderr).toBe(0)
  expect(stripTimings(resultOf(cut))).toEqual(stripTimings(resultOf(whole)))
  for (const name of ['scratch', 'rrd']) expect(tunedOf(cut, name)).toEqual(tunedOf(whole, name))
  for (const model of ['scratch', 'rrd'])
    for (const file of ['best.ckpt', 'last.ckpt'])
      expect(readFileSync(join(cut, model, file)).equals(readFileSync(join(whole, model, file)))).toBe(true)
})

test('ranges that are given are searched beside the usual ones, what is fixed is not; whole numbers stay whole', async () => {
  const folder = join(freshFolder(), 'run')
  const set = [
    'tune.ranges.rrd.K=5..20',
    'tune.ranges.rrd.lambda=[0.5, 2]',
    'tune.ranges.scratch.lr=0.001..0.1',
    'rrd.lr=0.01',
    'rrd.weightDecay=0.001',
    'rrd.L=30',
  ]
  const { code, stderr } = await run([...argv, '--out', folder, '--set', ...set])
  expect(code, stderr).toBe(0)
  expect(stderr).toMatch(/rrd: lr and weightDecay as configured, while searched for others/)
  const config = parse(readFileSync(join(folder, 'config.yaml'), 'utf8')) as { tune: unknown }
  expect(config.tune).toEqual({
    trials: 4,
    ranges: {
      scratch: { lr: '0.001..0.1', weightDecay: '0.000001..0.01' },
      rrd: { K: '5..20', lambda: [0.5, 2] },
    },
  })
  for (const { setting } of tunedOf(folder, 'rrd').tried.slice(1)) {
    const { K, lambda, ...others } = setting.values as Record<string, number>
    expect(others).toEqual({})
    expect(Number.isInteger(K) && K >= 5 && K <= 20).toBe(true)
    expect([0.5, 2]).toContain(lambda)
  }
})

test('the teacher is searched where ranges are given for it, and the students learn from what was found', async () => {
  const folder = join(freshFolder(), 'run')
  const { code, stderr } = await run([...argv, '--set', 'tune.ranges.teacher.lr=0.001..0.1', '--out', folder])
  expect(code, stderr).toBe(0)
  const { chosen } = tunedOf(folder, 'teacher')
  const { valid, optimizer } = modelOf(resultOf(folder), 'teacher')
  expect(valid['ndcg@10']).toBe(chosen.valid)
  expect(optimizer).toMatchObject(chosen.setting.values)
  const again = join(freshFolder(), 'again')
  expect((await run(['bench', '--config', join(folder, 'tuned.yaml'), '--out', again])).code).toBe(0)
  for (const id of ['teacher', 'rrd'])
    expect(modelOf(resultOf(again), id).test).toEqual(modelOf(resultOf(folder), id).test)
})

test.each<readonly [string, readonly string[], RegExp]>([
  ['one setting', ['--tune', '1'], /--tune: expected an integer >= 2 and <= 1000 or a group of keys, got 1/],
  ['a word', ['--tune', 'much'], /--tune: expected/],
  [
    'a student that is not there',
    ['--set', 'tune.ranges.rrdd.K=1..2'],
    /tune\.ranges: .*"rrdd".*did you mean "rrd"/,
  ],
  [
    'a setting that is not there',
    ['--set', 'tune.ranges.rrd.lamda=1..2'],
    /tune\.ranges\.rrd: .*did you mean "lambda"/,
  ],
  [
    'a parameter of a method for the student alone',
    ['--set', 'tune.ranges.scratch.interesting=[a, b]'],
    /tune\.ranges\.scratch: .*it takes lr/,
  ],
  ['a range upside down', ['--set', 'tune.ranges.rrd.lambda=2..1'], /expected low\.\.high.*got "2\.\.1"/],
  [
    'a teacher that is several',
    ['--teachers', 'mf:8,mf:4', '--set', 'tune.ranges.teacher.lr=0.1..1'],
    /there is no "teacher" to tune: .*several teach together/,
  ],
  ['a value it does not take', ['--set', 'tune.ranges.rrd.K=[-3, -2]'], /rrd\.K: expected/],
])('%s: one line, exit code 2', async (_what, args, says) => {
  const out = join(freshFolder(), 'out')
  const { code, stderr } = await run([...argv, ...args, '--out', out])
  const complaint = stderr.trimEnd().split('\n').at(-1)
  expect(complaint).toMatch(/^recdistill: /)
  expect(complaint).toMatch(says)
  expect(code).toBe(2)
  expect(existsSync(out)).toBe(false)
})
