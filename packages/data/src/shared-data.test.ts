import { rowOf, type Csr } from '@recdistill/core'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { inspectSplit } from './inspect/inspect-split.ts'
import { prepareSplit } from './prepare-split.ts'

/** Real data is optional: it lies beside the repository, never in it. */
const dataDir = join(import.meta.dirname, '../../../../shared/data')
const there = existsSync(join(dataDir, 'citeulike-t/users.dat.gz'))
if (!there) console.log('real data: skipped, ../shared/data is not beside the repository')
const real = test.skipIf(!there)
const cacheDir = mkdtempSync(join(tmpdir(), 'recdistill-test-'))
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }))
const options = { cacheDir, dataDir }

function pairsOfFile(file: string): string[] {
  const lines = gunzipSync(readFileSync(join(dataDir, file)))
    .toString()
    .trimEnd()
    .split('\n')
  return lines.slice(1).sort()
}

function pairsOf(csr: Csr): string[] {
  const pairs: string[] = []
  for (let u = 0; u + 1 < csr.offsets.length; u++)
    for (const item of rowOf(csr, u)) pairs.push(`${u}\t${item}`)
  return pairs.sort()
}

real('the rce-kd split of citeulike-t is the published one, pair by pair', async () => {
  const split = await prepareSplit({ dataset: 'citeulike-t', split: 'rce-kd' }, options)
  expect(split.manifest.counts).toEqual({
    users: 5219,
    items: 25181,
    train: 98405,
    valid: 12451,
    test: 14724,
  })
  for (const part of ['train', 'valid', 'test'] as const)
    expect(pairsOf(split[part])).toEqual(pairsOfFile(`citeulike-t/${part}.tsv.gz`))
  expect(split.manifest.sources).toEqual([
    {
      file: 'citeulike-t/users.dat.gz',
      bytes: 327069,
      sha256: '1eae66e3336d6f8e1fed9e169cf062e846664483cff60962a6171065e43b2da9',
    },
  ])
  expect(split.manifest.seed).toBeNull()
})

real('the same split comes from the given files', async () => {
  const at = (part: string) => join(dataDir, `citeulike-t/${part}.tsv.gz`)
  const given = await prepareSplit({ train: at('train'), valid: at('valid'), test: at('test') }, options)
  const made = await prepareSplit({ dataset: 'citeulike-t', split: 'rce-kd' }, options)
  expect(given.manifest.hash).toBe(made.manifest.hash)
})

real('the leave-one-out split of citeulike-t has the counts of DE-RRD', async () => {
  const split = await prepareSplit({ dataset: 'citeulike-t', split: 'loo' }, { ...options, seed: 1 })
  expect(split.manifest.counts).toEqual({ users: 5219, items: 25181, train: 115142, valid: 5219, test: 5219 })
  expect(split.manifest.seed).toBe(1)
})

real('the hetcomp split of citeulike-t holds a fifth of each user out, rounded down, twice', async () => {
  const split = await prepareSplit({ dataset: 'citeulike-t', split: 'hetcomp' }, options)
  const all = await prepareSplit({ dataset: 'citeulike-t', split: 'rce-kd' }, options)
  for (let user = 0; user < 5219; user++) {
    const sizes = (of: typeof split) =>
      (['train', 'valid', 'test'] as const).map((part) => rowOf(of[part], user).length)
    const m = sizes(all).reduce((sum, n) => sum + n, 0)
    const fifth = Math.floor(m / 5)
    expect(sizes(split)).toEqual([m - 2 * fifth, fifth, fifth])
  }
})

real('the lightgcn split of gowalla has the published counts', async () => {
  const split = await prepareSplit({ dataset: 'gowalla', split: 'lightgcn' }, options)
  expect(split.manifest.counts).toEqual({ users: 29858, items: 40981, train: 810128, valid: 0, test: 217242 })
})

real('every other real set reads and splits', async () => {
  for (const dataset of ['citeulike-a', 'amazon-grocery', 'amazon-cds']) {
    const { manifest } = await prepareSplit({ dataset }, options)
    expect(manifest.counts.valid).toBeGreaterThan(0)
    expect(manifest.counts.test).toBeGreaterThan(0)
  }
})

real('the doctor finds the traps of the rce-kd split of citeulike-t', async () => {
  const split = await prepareSplit({ dataset: 'citeulike-t', split: 'rce-kd' }, options)
  const found = new Map(inspectSplit(split).map((finding) => [finding.id, finding]))
  expect(found.get('cold-valid')).toMatchObject({
    level: 'warning',
    title: expect.stringContaining('36.0 %'),
  })
  expect(found.get('cold-test')).toMatchObject({ level: 'warning', title: expect.stringContaining('73.5 %') })
  expect(found.get('best-reachable')!.values['recall@10']).toBeCloseTo(0.3667, 4)
  expect(found.get('users-unreachable')!.values).toEqual({ users: 2477, share: 2477 / 5219 })
  expect(found.get('id-sorted')).toMatchObject({ level: 'warning' })
  expect(found.get('users-without-valid')!.values['users']).toBe(701)
})

real('the random split of citeulike-t has none of them', async () => {
  const split = await prepareSplit({ dataset: 'citeulike-t', split: 'random' }, options)
  const found = new Map(inspectSplit(split).map((finding) => [finding.id, finding]))
  expect(found.get('cold-test')!.values['share']).toBeLessThan(0.1)
  expect(found.get('best-reachable')!.level).toBe('fact')
  expect(found.get('users-unreachable')!.level).toBe('note')
})
