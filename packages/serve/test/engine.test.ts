import { createRng } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { expect, test } from 'vitest'
import { encodeBundle, load } from '../src/index.ts'

const kinds = ['relaxed', 'simd', 'none'] as const

/** Numbers of many sizes, and rows that repeat, so that there are ties. */
function table(name: string, rows: number, dim: number): Float32Array {
  const rng = createRng(11).fork(name)
  const values = Float32Array.from({ length: rows * dim }, () => rng.normal() * 2 ** rng.int(6))
  for (let row = 10; row < rows; row += 10) values.copyWithin(row * dim, (row - 7) * dim, (row - 6) * dim)
  return values
}

for (const simd of kinds)
  test(`${simd}: items, order and bits of the scores are those of the engine that trained, for dims 1 to 80`, async () => {
    const engine = createEngine({ threads: 1, simd: simd === 'none' ? 'simd' : simd })
    expect(engine.simd).toBe(simd === 'none' ? 'simd' : simd)
    const [numUsers, numItems] = [5, 333]
    for (let dim = 1; dim <= 80; dim++) {
      const userVectors = table(`users ${dim}`, numUsers, dim)
      const itemVectors = table(`items ${dim}`, numItems, dim)
      const users = engine.table('users', numUsers, dim, { trainable: false })
      const items = engine.table('items', numItems, dim, { trainable: false })
      engine.write(users, userVectors)
      engine.write(items, itemVectors)
      const seen = {
        offsets: Uint32Array.of(0, 3, 3, 4, 8, 9),
        items: Uint32Array.of(1, 30, 332, 7, 0, 100, 200, 300, 5),
      }
      const k = dim % 2 === 0 ? 20 : numItems
      const expected = engine.rank(users, items, Uint32Array.of(0, 1, 2, 3, 4), k, seen)
      const recommender = await load(
        encodeBundle({
          users: Array.from({ length: numUsers }, (_, n) => String(n)),
          items: Array.from({ length: numItems }, (_, n) => String(n)),
          dim,
          userVectors,
          itemVectors,
          seen,
        }),
        { simd },
      )
      expect(recommender.info.simd).toBe(simd)
      for (let u = 0; u < numUsers; u++) {
        const got = recommender.recommend(String(u), { k })
        const count = Math.min(k, numItems - (seen.offsets[u + 1] - seen.offsets[u]))
        expect(got.length).toBe(count)
        expect(got.map(({ item }) => Number(item))).toEqual([
          ...expected.items.subarray(u * k, u * k + count),
        ])
        const bits = new Uint32Array(Float32Array.from(got, ({ score }) => score).buffer)
        expect(bits).toEqual(new Uint32Array(expected.scores.slice(u * k, u * k + count).buffer))
      }
      engine.free(users)
      engine.free(items)
    }
    engine.dispose()
  })
