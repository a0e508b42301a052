import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readNpy, tensor, writeNpy } from './index.ts'
import { npyTextChunks } from './npy.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-npy-'))

test('numbers come in their own type, so large ids keep every digit', () => {
  const path = join(folder, 'ids.npy')
  writeNpy(path, tensor(BigInt64Array.of(2n ** 60n + 1n, -3n), [2]))
  expect(readNpy(path)).toEqual({ shape: [2], dtype: 'i64', data: BigInt64Array.of(2n ** 60n + 1n, -3n) })
})

test('texts come as texts', () => {
  const path = join(folder, 'texts.npy')
  writeFileSync(path, Buffer.concat(npyTextChunks(['ann', 'zoë', '007'])))
  expect(readNpy(path)).toEqual(['ann', 'zoë', '007'])
})

test('a file that is none says so', () => {
  const path = join(folder, 'none.npy')
  writeFileSync(path, 'nothing at all')
  expect(() => readNpy(path)).toThrow('none.npy: not an npy file')
  expect(() => readNpy(join(folder, 'absent.npy'))).toThrow(/absent\.npy: no such file/)
})

test('texts that NumPy would not give back, or of which one is too long for all, are refused', () => {
  expect(() => npyTextChunks(['ann', 'zo\0'])).toThrow('"zo\\u0000" ends with a zero character')
  const many = Array<string>(60_000).fill('a')
  many[7] = 'x'.repeat(10_000)
  expect(() => npyTextChunks(many)).toThrow(
    'all 60000 texts are kept as wide as the longest, of 10000 characters, which takes 2400000000 bytes',
  )
})
