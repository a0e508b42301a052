import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import {
  openNpy,
  openSafetensors,
  tensor,
  writeNpy,
  writeNpz,
  writeParquet,
  writeSafetensors,
  writeWord2vec,
  type Tensor,
} from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-unfit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)

// The files would be refused, or be others, when they are read.
const lying: Tensor = { shape: [5], dtype: 'f32', data: Float32Array.of(1) }
test.each<[string, (path: string) => unknown, string]>([
  ['npy of another shape', (path) => writeNpy(path, lying), '1 numbers in a Float32Array are no f32 [5]'],
  ['npz of another shape', (path) => writeNpz(path, { lying }), 'are no f32 [5]'],
  ['tensors of another shape', (path) => writeSafetensors(path, { lying }), 'are no f32 [5]'],
  [
    'a tensor that is called as the notes are',
    (path) => writeSafetensors(path, { __metadata__: tensor(Float32Array.of(1), [1]) }),
    '"__metadata__" is no name for a tensor',
  ],
  [
    'vectors of other lengths',
    (path) => writeWord2vec(path, { ids: ['a', 'b'], dim: 2, data: Float32Array.of(1, 2, 3) }),
    'writeWord2vec: 2 ids with vectors of 2 are no 3 numbers',
  ],
  ['a table without columns', (path) => writeParquet(path, {}), 'expected one column or more, got none'],
  [
    'numbers as texts',
    (path) => writeParquet(path, { id: [1, 2] as never }),
    'writeParquet: column "id": expected strings, a Uint32Array',
  ],
  [
    'vectors of no numbers',
    (path) => writeParquet(path, { vector: { data: new Float32Array(0), dim: 0 } }),
    'writeParquet: column "vector": expected strings',
  ],
])('%s: refused, and nothing is written', async (name, write, says) => {
  const path = at(name)
  await expect(Promise.resolve().then(() => write(path))).rejects.toThrow(says)
  expect(existsSync(path)).toBe(false)
})

test('plain arrays are no tensors', () => {
  expect(() => tensor([1, 2] as never, [2])).toThrow(
    'tensor: expected a typed array such as Float32Array, got [1,2]',
  )
})

test('a tensor may have any other name', () => {
  const one = tensor(Float32Array.of(1), [1])
  writeSafetensors(
    at('names'),
    Object.fromEntries([
      ['__proto__', one],
      ['constructor', one],
    ]),
  )
  const file = openSafetensors(at('names'))
  expect([...file.names].sort()).toEqual(['__proto__', 'constructor'])
  expect([...file.rows('__proto__')]).toEqual([1])
  file.close()
})

test('there is no half of a row', () => {
  const table = tensor(Float32Array.of(1, 2, 3, 4), [2, 2])
  writeNpy(at('rows.npy'), table)
  writeSafetensors(at('rows.safetensors'), { table })
  const [npy, tensors] = [openNpy(at('rows.npy')), openSafetensors(at('rows.safetensors'))]
  expect(() => npy.rows(0.5, 1)).toThrow('rows 0.5 to 1 asked, it has 2')
  expect(() => tensors.rows('table', 0, 1.5)).toThrow('rows 0 to 1.5 of "table" asked, it has 2')
  npy.close()
  tensors.close()
})
