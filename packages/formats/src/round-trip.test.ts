import fc from 'fast-check'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  openNpy,
  openSafetensors,
  readNpz,
  tensor,
  writeNpy,
  writeNpz,
  writeSafetensors,
  type Tensor,
} from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-round-trip-'))
const at = (name: string) => join(folder, name)

const tables = fc
  .record({ rows: fc.nat(6), columns: fc.integer({ min: 1, max: 5 }), seed: fc.integer() })
  .map(({ rows, columns, seed }) =>
    tensor(
      Float32Array.from({ length: rows * columns }, (_, n) => Math.sin(seed + n)),
      [rows, columns],
    ),
  )

test('what was written is what is read, whole and by rows', () => {
  fc.assert(
    fc.property(tables, fc.nat(6), fc.nat(6), (table, a, b) => {
      const [height, width] = table.shape
      const from = Math.min(a, b, height)
      const to = Math.min(Math.max(a, b), height)
      const part = (table.data as Float32Array).slice(from * width, to * width)
      writeNpy(at('x.npy'), table)
      const npy = openNpy(at('x.npy'))
      writeSafetensors(at('x.safetensors'), { x: table, y: tensor(Uint8Array.of(1), [1]) }, { a: 'ü' })
      const safetensors = openSafetensors(at('x.safetensors'))
      try {
        expect(npy.shape).toEqual(table.shape)
        expect(npy.rows()).toEqual(table.data)
        expect(npy.rows(from, to)).toEqual(part)
        expect(safetensors.metadata).toEqual({ a: 'ü' })
        expect([...safetensors.names].sort()).toEqual(['x', 'y'])
        expect(safetensors.tensor('x')).toEqual(table)
        expect(safetensors.rows('x', from, to)).toEqual(part)
      } finally {
        npy.close()
        safetensors.close()
      }
    }),
    { numRuns: 50 },
  )
})

test('an npz archive keeps arrays and texts, and equal contents are equal bytes', async () => {
  const arrays: Record<string, Tensor | string[]> = {
    users: tensor(Float32Array.of(1, 2), [1, 2]),
    offsets: tensor(Uint32Array.of(0, 7), [2]),
    ids: ['ä', 'b c'],
  }
  await writeNpz(at('a.npz'), arrays)
  await writeNpz(at('b.npz'), arrays)
  expect(await readNpz(at('a.npz'))).toEqual(arrays)
  expect(readFileSync(at('a.npz')).equals(readFileSync(at('b.npz')))).toBe(true)
})
