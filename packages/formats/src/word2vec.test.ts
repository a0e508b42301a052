import { InputError } from '@recdistill/core'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readWord2vec, writeWord2vec } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-word2vec-'))
const put = (text: string | Uint8Array, name = 'x.txt') => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

test('with a header and without one, any white space between fields', async () => {
  const expected = { ids: ['a', '7', 'ü'], dim: 2, data: Float32Array.of(1, 2, -3, 0.5, 1e-3, 4) }
  expect(await readWord2vec(put('3 2\na 1 2\n7 -3 .5\nü 1e-3 4\n'))).toEqual(expected)
  expect(await readWord2vec(put('a 1 2\r\n7\t-3  0.5 \r\n\r\nü 1e-3 4'))).toEqual(expected)
  expect(await readWord2vec(put(gzipSync('a 1 2\n7 -3 .5\nü 1e-3 4\n'), 'x.txt.gz'))).toEqual(expected)
})

test('vectors of one number are told from a header by the next line', async () => {
  expect(await readWord2vec(put('3 5\n4 6\n'))).toEqual({
    ids: ['3', '4'],
    dim: 1,
    data: Float32Array.of(5, 6),
  })
  expect(await readWord2vec(put('2 1\n3 5\n4 6\n'))).toMatchObject({ ids: ['3', '4'], dim: 1 })
})

test('what was written is what is read, over the borders of blocks', async () => {
  const ids = Array.from({ length: 5000 }, (_, n) => `item:${n}ß`)
  const data = Float32Array.from({ length: 5000 * 7 }, (_, n) => Math.sin(n) * 10 ** ((n % 9) - 4))
  writeWord2vec(join(folder, 'y.txt'), { ids, dim: 7, data })
  expect(await readWord2vec(join(folder, 'y.txt'))).toEqual({ ids, dim: 7, data })
  expect(() =>
    writeWord2vec(join(folder, 'z.txt'), { ids: ['a b'], dim: 1, data: Float32Array.of(1) }),
  ).toThrow(/id "a b" is empty or holds white space/)
})

test('each defect has its own line', async () => {
  const cases: [string, RegExp][] = [
    ['', /holds no vectors/],
    ['3 2\n', /holds no vectors/],
    ['alone\n', /line 1 has 1 fields/],
    ['a 1 2\nb 1\n', /line 2 has 2 fields, expected an id without spaces and 2 numbers/],
    ['2 2\na 1 2\nb c 1 2\n', /line 3 has 4 fields/],
    ['a 1 2\nb 1 x\n', /line 2 has "x" at place 1/],
    ['a 1 2\nb nan 1\n', /line 2 has "nan" at place 0/],
    ['a 1e39 2\n', /line 1 has "1e39"/],
    ['a 1 2\na 1 2\n', /line 2 repeats the id "a"/],
    ['3 2\na 1 2\nb 1 2\n', /announces 3 vectors, it has 2/],
  ]
  for (const [text, words] of cases) {
    const reading = expect(readWord2vec(put(text)), text).rejects
    await reading.toThrow(words)
    await expect(readWord2vec(put(text))).rejects.toBeInstanceOf(InputError)
  }
  await expect(readWord2vec(join(folder, 'absent'))).rejects.toThrow(/cannot read .*no such file/)
  const cut = gzipSync('a 1 2\n'.repeat(100)).subarray(0, 30)
  await expect(readWord2vec(put(cut, 'cut.gz'))).rejects.toThrow(/not a sound gzip file|repeats/)
})
