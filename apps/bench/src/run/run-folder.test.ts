import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { releaseFolder } from './claim-folder.ts'
import { createRunFolder, freePath, openRunFolder } from './run-folder.ts'

test('what a killed process was writing is gone when its run is opened again, and nothing else', () => {
  const at = mkdtempSync(join(tmpdir(), 'recdistill-'))
  const folder = join(at, 'run')
  createRunFolder(folder, 'dataset: synthetic:tiny\n')
  mkdirSync(join(folder, 'rrd'))
  const unfinished = [
    'rrd/.best.ckpt.18848.f14d5cc7.tmp',
    '.results.json.7.00c0ffee.tmp',
    'rrd.parquet.99.tmp',
  ]
  for (const name of [...unfinished, 'rrd/last.ckpt', 'rrd/notes.tmp']) writeFileSync(join(folder, name), '')

  openRunFolder(folder)
  releaseFolder(folder)
  expect(readdirSync(folder, { recursive: true }).map(String).sort()).toEqual([
    'config.yaml',
    'rrd',
    'rrd/last.ckpt',
    'rrd/notes.tmp',
  ])
  rmSync(at, { recursive: true })
})

test('the time of a run is that of all its processes, however they ended, without the pauses between them', () => {
  const at = mkdtempSync(join(tmpdir(), 'recdistill-'))
  const folder = createRunFolder(join(at, 'run'), 'dataset: synthetic:tiny\n')
  expect(folder.worked()).toBeNull()
  const lines = [
    { at: '2026-01-31T12:00:00.000Z', type: 'started' },
    { at: '2026-01-31T12:00:07.500Z', model: 'rrd', type: 'epoch' },
    { at: '2026-01-31T18:00:00.000Z', type: 'started' },
    { at: '2026-01-31T18:00:02.000Z', model: 'rrd', type: 'finished' },
  ]
  const cut = '{"at":"2026-01-31T18:00:0'
  writeFileSync(join(at, 'run', 'log.jsonl'), lines.map((line) => JSON.stringify(line) + '\n').join('') + cut)
  expect(folder.worked()).toEqual({ since: new Date('2026-01-31T12:00:00.000Z'), seconds: 9.5 })
  rmSync(at, { recursive: true })
})

test('a run that comes to nothing leaves nothing, and what another has begun beside it stays', () => {
  const at = mkdtempSync(join(tmpdir(), 'recdistill-'))
  const create = (...names: string[]) => createRunFolder(join(at, ...names), 'epochs: 1\n')
  const [first, second] = [create('our', 'runs', 'first'), create('our', 'runs', 'second')]
  first.log({ type: 'started' })
  first.discardIfEmpty()
  expect(readdirSync(join(at, 'our', 'runs'))).toEqual(['second'])
  second.discardIfEmpty()
  expect(existsSync(second.path)).toBe(false)

  create('their', 'runs', 'only').discardIfEmpty()
  expect(readdirSync(at)).toEqual(['our'])
  rmSync(at, { recursive: true })
})

test('a name is cut and freed of what file systems refuse', () => {
  const now = new Date('2026-01-31T12:00:00.400Z')
  expect(freePath(`a shop: ${'x'.repeat(300)}.csv`, now)).toBe(
    join('runs', `2026-01-31T12-00-00-a-shop-${'x'.repeat(73)}`),
  )
})

test('runs that begin in the same second have folders of their own', () => {
  const now = new Date('2026-01-31T12:00:00.400Z')
  const there = process.cwd()
  const at = mkdtempSync(join(tmpdir(), 'recdistill-'))
  process.chdir(at)
  try {
    const names = Array.from({ length: 3 }, () => {
      const path = freePath('shop', now)
      mkdirSync(path, { recursive: true })
      return path
    })
    const name = join('runs', '2026-01-31T12-00-00-shop')
    expect(names).toEqual([name, `${name}-2`, `${name}-3`])
  } finally {
    process.chdir(there)
    rmSync(at, { recursive: true })
  }
})
