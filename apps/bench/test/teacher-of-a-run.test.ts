import { readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { stripTimings } from '../src/run/strip-timings.ts'
import { modelOf, resultOf, run } from './run.ts'
import { quickRuns } from './teacher-files.ts'

const { file, bench, refused } = quickRuns()

describe('the teacher of an earlier run is looked at before anything is trained', () => {
  test('one without snapshots cannot teach a method that follows them', async () => {
    const { folder } = await bench('--methods', 'none')
    expect(await refused('--teacher-from', folder, '--methods', 'hetcomp')).toMatch(
      /hetcomp: it learns from snapshots of the teacher's training, and there is none; train the teacher anew with a small --snapshot-every$/m,
    )
  })

  test('one of other data', async () => {
    const { folder } = await bench('--methods', 'none')
    expect(
      await refused('--teacher-from', folder, '--split', 'ratio:0.5,0.25,0.25', '--split-seed', '9'),
    ).toMatch(/best\.ckpt: trained on split .* prepare the data the same way/)
  })

  test('it is measured by the protocol of the run that takes it, and its curve by another is left out', async () => {
    const { folder } = await bench('--methods', 'none')
    const legacy = ['--methods', 'none', '--protocol', 'rce-kd']
    const [lent, trained, same] = [
      modelOf((await bench(...legacy, '--teacher-from', folder)).result, 'teacher'),
      modelOf((await bench(...legacy)).result, 'teacher'),
      modelOf((await bench('--methods', 'none', '--teacher-from', folder)).result, 'teacher'),
    ]
    expect([lent.bestEpoch, lent.valid, lent.test, lent.beyond, lent.perUser]).toEqual([
      trained.bestEpoch,
      trained.valid,
      trained.test,
      trained.beyond,
      trained.perUser,
    ])
    expect(lent.test).not.toEqual(same.test)
    expect(lent.curve.map(({ epoch, valid }) => [epoch, valid])).toEqual([
      [0, undefined],
      [1, undefined],
    ])
    expect(same.curve[1].valid).toEqual(same.valid)
  })

  test('it is copied, so that the run goes on where the other is gone', async () => {
    const { folder } = await bench('--methods', 'none', '--snapshot-every', '1')
    const whole = await bench('--teacher-from', folder, '--methods', 'hetcomp,rrd')
    renameSync(folder, file('elsewhere'))
    for (const lost of ['rrd', 'results.json']) rmSync(join(whole.folder, lost), { recursive: true })
    const { code, stderr } = await run(['resume', whole.folder])
    expect(code, stderr).toBe(0)
    expect(stripTimings(resultOf(whole.folder))).toEqual(stripTimings(whole.result))
  })

  test('its rankings are saved too, and those of the teacher that a method trains on', async () => {
    const { folder } = await bench('--methods', 'none')
    const lent = await bench('--teacher-from', folder, '--methods', 'bd', '--save-rankings')
    expect(readdirSync(join(lent.folder, 'rankings')).sort()).toEqual([
      'bd-teacher.parquet',
      'bd.parquet',
      'scratch.parquet',
      'teacher.parquet',
    ])
    const rankings = join(lent.folder, 'rankings', 'bd-teacher.parquet')
    const argv = ['evaluate', '--rankings', rankings, '--dataset', 'synthetic:tiny', '--json']
    const { means } = JSON.parse((await run(argv)).stdout) as { means: Record<string, number> }
    expect(means['ndcg@10']).toBeCloseTo(modelOf(lent.result, 'bd-teacher').test['ndcg@10'], 10)
  })

  test('what is exported as npz comes back as the teacher it was', async () => {
    const { folder, result } = await bench('--methods', 'none')
    const out = file('exported')
    const { code, stderr } = await run(['export', folder, '--model', 'teacher', '--to', 'npz', '--out', out])
    expect(code, stderr).toBe(0)
    const back = await bench('--methods', 'none', '--teacher-from', join(out, 'model.npz'))
    expect(modelOf(back.result, 'teacher').test).toEqual(modelOf(result, 'teacher').test)
  })
})
