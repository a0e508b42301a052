import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRng } from '@recdistill/core'
import type { ModelCard } from '@recdistill/export'
import { tensor, writeNpz, writeParquet } from '@recdistill/formats'
import { loadFile } from '@recdistill/serve/node'
import { expect, test } from 'vitest'
import { modelOf, run } from './run.ts'
import { numbered, quickRuns, teacherFiles } from './teacher-files.ts'

const runs = quickRuns()
const { file, bench } = runs
const { dim, users, items, numUsers, numItems } = await teacherFiles(runs)
const rng = createRng(7)

const teachers: Record<string, () => Promise<string[]>> = {
  async 'with biases'() {
    await writeNpz(file('biased.npz'), {
      user_factors: tensor(users, [numUsers, dim]),
      item_factors: tensor(items, [numItems, dim]),
      item_bias: tensor(
        Float32Array.from({ length: numItems }, () => rng.normal()),
        [numItems],
      ),
    })
    return [file('biased.npz')]
  },
  async 'that lacks items'() {
    const half = numItems >> 1
    const ids = { users: numbered(numUsers), items: numbered(half) }
    await writeParquet(file('u.parquet'), { id: ids.users, vector: { dim, data: users } })
    await writeParquet(file('i.parquet'), {
      id: ids.items,
      vector: { dim, data: items.slice(0, half * dim) },
    })
    return [file('u.parquet'), '--teacher-items', file('i.parquet')]
  },
}

test.each(Object.keys(teachers))(
  'a teacher of elsewhere, %s, is deployed as it was measured',
  async (kind) => {
    const { result, folder } = await bench('--teacher-from', ...(await teachers[kind]()), '--methods', 'none')
    const out = join(folder, 'out')
    const exported = await run([
      ...['export', folder, '--model', 'teacher', '--to', 'bundle,recommendations', '--out', out],
      ...['--seen', 'train,valid', '--k', '30'],
    ])
    expect(exported.code, exported.stderr).toBe(0)
    const rankings = join(out, 'recommendations.parquet')
    const measured = await run(['evaluate', '--dataset', 'synthetic:tiny', '--rankings', rankings, '--json'])
    const { means } = JSON.parse(measured.stdout) as { means: Record<string, number> }
    for (const name of ['ndcg@10', 'recall@20'])
      expect(means[name]).toBeCloseTo(modelOf(result, 'teacher').test[name], 5)
    expect((await loadFile(join(out, 'model.recdistill'))).info.dim).toBe(dim + 1)

    const card = JSON.parse(readFileSync(join(out, 'model-card.json'), 'utf8')) as ModelCard
    expect(card.model.imported?.files.map((each) => each.file)).toEqual(
      kind === 'with biases' ? ['biased.npz'] : ['u.parquet', 'i.parquet'],
    )
    expect(
      card.limits.some((line) =>
        /^Mind it: \d+ of \d+ items are not in its files; they stand behind all others\.$/.test(line),
      ),
    ).toBe(kind === 'that lacks items')
    const words = readFileSync(join(out, 'model-card.md'), 'utf8')
    expect(words).toContain('| training | elsewhere: vectors of users and items, ')
    expect(words).not.toContain(file(''))
  },
)

test('in fewer bits its numbers are measured, like those of a student', async () => {
  const { folder } = await bench('--teacher-from', ...(await teachers['with biases']()), '--methods', 'none')
  const out = join(folder, 'out')
  const argv = ['export', folder, '--model', 'teacher', '--to', 'bundle', '--dtype', 'int8', '--out', out]
  const { code, stdout, stderr } = await run(argv)
  expect(code, stderr).toBe(0)
  const [whole, rounded] = [...stdout.matchAll(/test ndcg@10 (\S+)/g)].map(([, value]) => Number(value))
  expect(rounded).toBeGreaterThan(0.9 * whole)
})

test('one whose files are others by now, or that has no vectors, is refused', async () => {
  const { folder } = await bench('--teacher-from', ...(await teachers['with biases']()), '--methods', 'none')
  writeFileSync(file('biased.npz'), 'something else')
  const changed = await run(['export', folder, '--model', 'teacher', '--to', 'bundle'])
  expect(changed.code).toBe(2)
  expect(changed.stderr).toMatch(/biased\.npz: has changed since this run began/)
  const lists = await bench('--teacher-from', file('lists.csv'), '--methods', 'none')
  const none = await run(['export', lists.folder, '--model', 'teacher', '--to', 'recommendations'])
  expect(none.code).toBe(2)
  expect(none.stderr).toMatch(
    /"teacher" was trained elsewhere \(top-K lists\); its own files are what there is/,
  )
})
