import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readContainer, writeContainer } from './index.ts'

test('arrays of more than 2 GiB come back', { timeout: 120_000 }, ({ skip }) => {
  if (process.env['RECDISTILL_TEST_LARGE'] !== '1')
    skip('takes half a minute, 5 GB of memory and 2 of disk: RECDISTILL_TEST_LARGE=1 runs it')
  const folder = mkdtempSync(join(tmpdir(), 'recdistill-large-'))
  try {
    const path = join(folder, 'x')
    const large = new Float32Array(2 ** 29 + 3)
    large.set([1, 2, 3], 2 ** 29)
    writeContainer(path, { kind: 'sample', meta: null, arrays: { large, small: Uint32Array.of(7) } })
    const { arrays } = readContainer(path, 'sample')
    expect(arrays['large'].length).toBe(2 ** 29 + 3)
    expect([...arrays['large'].subarray(2 ** 29), ...arrays['small']]).toEqual([1, 2, 3, 7])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
