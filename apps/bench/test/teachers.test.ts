import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { RunResult } from '@recdistill/core'
import { beforeAll, expect, test } from 'vitest'
import { stripTimings } from '../src/run/strip-timings.ts'
import { cache, freshFolder, resultOf, run } from './run.ts'

const at = freshFolder()
const several = [
  'bench',
  '--preset',
  'tiny',
  '--epochs',
  '6',
  '--teachers',
  'mf:8,lightgcn:8',
  '--methods',
  'hetcomp,rrd',
]
const modelsOf = (result: RunResult) => (stripTimings(result) as RunResult).models
let outcome: Awaited<ReturnType<typeof run>>

beforeAll(async () => {
  rmSync(join(cache, 'teachers'), { recursive: true, force: true })
  outcome = await run([...several, '--out', join(at, 'first')])
})

test('several teachers are trained, measured alone and together, and teach together', () => {
  expect(outcome.code, outcome.stderr).toBe(0)
  const { models } = resultOf(join(at, 'first'))
  expect(models.map(({ id, role, backbone }) => [id, role, backbone.name])).toEqual([
    ['teacher', 'teacher', 'ensemble'],
    ['teacher-1', 'teacher', 'mf'],
    ['teacher-2', 'teacher', 'lightgcn'],
    ['scratch', 'scratch', 'mf'],
    ['hetcomp', 'distilled', 'mf'],
    ['rrd', 'distilled', 'mf'],
  ])
  const [together, one, other] = models
  expect(together.parameters).toBe(one.parameters + other.parameters)
  for (const { test } of models) expect(test['ndcg@10']).toBeGreaterThan(0)
  for (const label of ['ensemble', 'teacher (mf 8)', 'teacher (lightgcn 8)'])
    expect(outcome.stdout).toContain(label)
})

test('with two trajectories a student ends elsewhere than with either', async () => {
  const alone = join(at, 'alone')
  const { code, stderr } = await run([
    'bench',
    '--preset',
    'tiny',
    '--epochs',
    '6',
    '--teacher',
    'mf:8',
    '--methods',
    'hetcomp',
    '--out',
    alone,
  ])
  expect(code, stderr).toBe(0)
  const of = (folder: string) =>
    resultOf(folder)
      .models.find(({ id }) => id === 'hetcomp')
      ?.curve.map(({ loss }) => loss.kd)
  expect(of(alone)).not.toEqual(of(join(at, 'first')))
  // The one of two was the same teacher: from the cache it is not trained again.
  expect(resultOf(alone).models[0].cached).toBe(true)
})

test('the run can be had again, from the cache and by resume', async () => {
  const again = await run([...several, '--out', join(at, 'again')])
  expect(again.code, again.stderr).toBe(0)
  const result = resultOf(join(at, 'again'))
  expect(result.models.filter(({ cached }) => cached).map(({ id, checkpoint }) => [id, checkpoint])).toEqual([
    ['teacher-1', 'teacher-1/best.ckpt'],
    ['teacher-2', 'teacher-2/best.ckpt'],
  ])
  expect(modelsOf(result)).toEqual(modelsOf(resultOf(join(at, 'first'))))
  for (const part of ['hetcomp', 'teacher', 'results.json'])
    rmSync(join(at, 'again', part), { recursive: true })
  const resumed = await run(['resume', join(at, 'again')])
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(modelsOf(resultOf(join(at, 'again')))).toEqual(modelsOf(resultOf(join(at, 'first'))))
})

test('it lends no single teacher, and says what to do', async () => {
  const { code, stderr } = await run([
    'bench',
    '--preset',
    'tiny',
    '--teacher-from',
    join(at, 'first'),
    '--out',
    join(at, 'no'),
  ])
  expect(code).toBe(2)
  expect(stderr).toMatch(/is several together; give the same --teachers again/)
})
