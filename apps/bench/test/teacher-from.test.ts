import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunResult } from '@recdistill/core'
import { tensor, writeNpz, writeParquet, writeWord2vec } from '@recdistill/formats'
import { describe, expect, test } from 'vitest'
import { modelOf, resultOf, run, runBinary } from './run.ts'
import { numbered, quick, quickRuns, teacherFiles } from './teacher-files.ts'

const runs = quickRuns()
const { file, bench } = runs
const { folder: trained, dim, users, items, numUsers, numItems } = await teacherFiles(runs)
const { result: reference } = await bench('--methods', 'rrd,rce-kd', '--teacher-from', trained)

/** Numbers of the trained student, which follow from every bit of its parameters. */
const students = (result: RunResult) =>
  result.models
    .filter(({ role }) => role === 'distilled')
    .map(({ id, test, valid, curve }) => [id, test, valid, curve.map(({ loss }) => loss)])

describe('vectors of the same teacher train the same students, bit for bit', () => {
  const methods = ['--methods', 'rrd,rce-kd']
  const forms: Record<string, () => Promise<string[]> | string[]> = {
    'two .npy files': () => ['--teacher-from', file('users.npy'), '--teacher-items', file('items.npy')],
    'one safetensors file': () => ['--teacher-from', file('model.safetensors')],
    'an npz archive': async () => {
      await writeNpz(file('factors.npz'), {
        user_factors: tensor(users, [numUsers, dim]),
        item_factors: tensor(items, [numItems, dim]),
      })
      return ['--teacher-from', file('factors.npz')]
    },
    'word2vec text': () => {
      writeWord2vec(file('users.vec'), { ids: numbered(numUsers), dim, data: users })
      writeWord2vec(file('items.vec'), { ids: numbered(numItems), dim, data: items })
      return ['--teacher-from', file('users.vec'), '--teacher-items', file('items.vec')]
    },
    'Parquet in another order of rows': async () => {
      const reversed = (table: Float32Array, count: number) => ({
        id: numbered(count).reverse(),
        vector: {
          dim,
          data: Float32Array.from(
            { length: table.length },
            (_, n) => table[(count - 1 - Math.floor(n / dim)) * dim + (n % dim)],
          ),
        },
      })
      await writeParquet(file('users.parquet'), reversed(users, numUsers))
      await writeParquet(file('items.parquet'), reversed(items, numItems))
      return ['--teacher-from', file('users.parquet'), '--teacher-items', file('items.parquet')]
    },
  }
  test.each(Object.keys(forms))('%s', async (form) => {
    const { result } = await bench(...(await forms[form]()), ...methods)
    expect(students(result)).toEqual(students(reference))
    const teacher = modelOf(result, 'teacher')
    expect(teacher.test).toEqual(modelOf(reference, 'teacher').test)
    expect(teacher.imported?.form).toBe('vectors of users and items')
    expect(teacher.bytes).toBe((numUsers + numItems) * dim * 4)
  })
})

describe('a teacher of another form', () => {
  test('a score matrix ranks as the vectors it came from, and has no size', async () => {
    const { result, stderr } = await bench('--teacher-from', file('scores.npy'), '--methods', 'rrd,rce-kd')
    const teacher = modelOf(result, 'teacher')
    for (const metric of ['ndcg@10', 'recall@10'])
      expect(teacher.test[metric]).toBeCloseTo(modelOf(reference, 'teacher').test[metric], 3)
    expect([teacher.parameters, teacher.bytes, teacher.ranking]).toEqual([0, 0, null])
    // rrd reads nothing but the teacher's order, which is the same
    expect(modelOf(result, 'rrd').test).toEqual(modelOf(reference, 'rrd').test)
    expect(stderr).toContain('(imported: a score matrix)')
  })

  test.each(['lists.csv', 'lists.parquet'])('%s teach what reads lists alone', async (name) => {
    const { result, folder } = await bench(
      '--teacher-from',
      file(name),
      '--methods',
      'rrd',
      '--set',
      'rrd.maxK=50',
    )
    const teacher = modelOf(result, 'teacher')
    expect(teacher.test['ndcg@10']).toBeCloseTo(modelOf(reference, 'teacher').test['ndcg@10'], 3)
    const whole = await bench(
      '--teacher-from',
      file('users.npy'),
      '--teacher-items',
      file('items.npy'),
      '--methods',
      'rrd',
      '--set',
      'rrd.maxK=50',
    )
    expect(students(result)).toEqual(students(whole.result))
    for (const page of ['report.html', 'report.md'])
      expect(readFileSync(join(folder, page), 'utf8')).toMatch(/teacher is imported: top[-\\]*K lists/)
  })

  test('a run whose teacher was imported lends it on', async () => {
    const first = await bench('--teacher-from', file('model.safetensors'), '--methods', 'none')
    const second = await bench('--teacher-from', first.folder, '--methods', 'rrd')
    expect(modelOf(second.result, 'teacher')).toMatchObject({
      test: modelOf(first.result, 'teacher').test,
      imported: { source: { from: file('model.safetensors') } },
    })
    expect(modelOf(second.result, 'rrd').test).toEqual(modelOf(reference, 'rrd').test)
  })
})

test('a run goes on with the teacher it began with, and with no other', async () => {
  const copy = file('copy.safetensors')
  writeFileSync(copy, readFileSync(file('model.safetensors')))
  const { folder } = await bench('--teacher-from', copy, '--methods', 'none')
  const again = await run(['resume', folder])
  expect(again.code, again.stderr).toBe(0)
  const bytes = readFileSync(copy)
  bytes[bytes.length - 1] ^= 1
  writeFileSync(copy, bytes)
  const changed = await run(['resume', folder])
  expect(changed.code).toBe(2)
  expect(changed.stderr).toMatch(
    /copy\.safetensors: has changed since this run began; put back .*\d+ bytes, SHA-256 [0-9a-f]{64}/,
  )
  writeFileSync(copy, 'no tensors')
  expect((await run(['resume', folder])).stderr).toMatch(
    /copy\.safetensors: has changed since this run began/,
  )
  rmSync(copy)
  const gone = await run(['resume', folder])
  expect(gone.code).toBe(2)
  expect(gone.stderr).toMatch(/copy\.safetensors: is not there any more; put back .*SHA-256/)
})

test('the built program takes such a teacher too', async () => {
  const out = file('built')
  const { code, stdout, stderr } = await runBinary([
    'bench',
    ...quick,
    '--methods',
    'rrd',
    '--teacher-from',
    file('users.npy'),
    '--teacher-items',
    file('items.npy'),
    '--out',
    out,
  ])
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/teacher is imported: vectors of users and items/)
  expect(modelOf(resultOf(out), 'rrd').test).toEqual(modelOf(reference, 'rrd').test)
})
