import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRunFolder, openRunFolder } from './run-folder.ts'

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
