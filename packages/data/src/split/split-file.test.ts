import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writeContainer } from '@recdistill/core/files'
import { splitHash } from './split-hash.ts'
import { loadSplit, saveSplit } from './split-file.ts'
import { splitInteractions } from './split-interactions.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-split-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const split = splitInteractions(
  {
    numUsers: 2,
    numItems: 3,
    users: Uint32Array.of(0, 0, 0, 1),
    items: Uint32Array.of(2, 1, 0, 1),
    ids: { users: ['Zoë', 'a\nb'], items: ['', '日本', 'c'] },
    sources: [{ file: 'x.csv', bytes: 3, sha256: 'ff' }],
  },
  { rule: 'leave-one-out', pick: 'last' },
)

test('a split comes back as it was, ids of any text included', () => {
  const path = join(folder, 'a.split')
  saveSplit(path, split)
  expect(loadSplit(path)).toEqual(split)
  saveSplit(join(folder, 'b.split'), split)
  expect(readFileSync(join(folder, 'b.split'))).toEqual(readFileSync(path))
})

test('a split without ids has none after loading either', () => {
  const path = join(folder, 'no-ids.split')
  saveSplit(path, { ...split, ids: null })
  expect(loadSplit(path).ids).toBeNull()
})

test('a changed byte, another kind, or parts that are not those of the manifest are refused', () => {
  const path = join(folder, 'c.split')
  saveSplit(path, split)
  const bytes = readFileSync(path)
  bytes[bytes.length - 60] ^= 1
  writeFileSync(path, bytes)
  expect(() => loadSplit(path)).toThrow(/checksum does not match/)
  writeContainer(path, { kind: 'checkpoint', meta: {}, arrays: {} })
  expect(() => loadSplit(path)).toThrow(/holds a checkpoint, expected a split/)
  saveSplit(path, { ...split, test: split.valid })
  expect(() => loadSplit(path)).toThrow(/not those of its manifest/)
})

test('parts of more than 2 GiB have a hash', { timeout: 120_000 }, ({ skip }) => {
  if (process.env['RECDISTILL_TEST_LARGE'] !== '1')
    skip('takes 2 GB of memory and some seconds: RECDISTILL_TEST_LARGE=1 runs it')
  const none = { offsets: new Uint32Array(2), items: new Uint32Array(0) }
  const size = 2 ** 29 + 1
  const train = { offsets: Uint32Array.of(0, size), items: new Uint32Array(size) }
  const hash = splitHash({ numUsers: 1, numItems: 1, train, valid: none, test: none })
  train.items[size - 1] = 1
  expect(splitHash({ numUsers: 1, numItems: 1, train, valid: none, test: none })).not.toBe(hash)
})
