import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { modelOf, run } from './run.ts'
import { quickRuns } from './teacher-files.ts'

const { file, bench, refused } = quickRuns()

describe('the teacher of an earlier run is looked at before anything is trained', () => {
  test('one without snapshots cannot teach a method that follows them', async () => {
    const { folder } = await bench('--methods', 'none')
    expect(await refused('--teacher-from', folder, '--methods', 'hetcomp')).toMatch(
      /hetcomp: it learns from snapshots of the teacher's training, and there is none/,
    )
  })

  test('one of other data', async () => {
    const { folder } = await bench('--methods', 'none')
    expect(
      await refused('--teacher-from', folder, '--split', 'ratio:0.5,0.25,0.25', '--split-seed', '9'),
    ).toMatch(/best\.ckpt: trained on split .* prepare the data the same way/)
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
