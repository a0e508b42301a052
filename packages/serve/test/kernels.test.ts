import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { encodeBundle, load } from '../src/index.ts'
import * as modules from '../src/kernel-modules.ts'
import { compileKernels } from '../scripts/build-kernels.mjs'
import { randomParts } from './parts.ts'

const bundle = encodeBundle(randomParts())

for (const kind of ['relaxed', 'simd'] as const) {
  const path = new URL(`../wasm/${kind}.wasm`, import.meta.url)

  test(`${kind}: the module in the source is what assembly/ compiles to, and the file beside it too`, async () => {
    const binary = Buffer.from(await compileKernels({ relaxed: kind === 'relaxed' }))
    expect(modules[kind] === binary.toString('base64')).toBe(true) // else: npm run generate
    expect((await readFile(path)).equals(binary)).toBe(true)
  })

  test(`${kind}: a module compiled ahead is used as it is`, async () => {
    await load(bundle, { simd: kind }) // where relaxed SIMD is behind a flag, it is now raised
    const module = new WebAssembly.Module(await readFile(path))
    const recommender = await load(bundle, { module })
    expect(recommender.info.simd).toBe(kind)
    expect(recommender.recommend('u1')).toEqual((await load(bundle, { simd: kind })).recommend('u1'))
  })
}

test('another module is refused', async () => {
  const empty = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))
  for (const module of [empty, {}])
    await expect(load(bundle, { module })).rejects.toThrow(
      'load.module: expected a WebAssembly.Module of this version',
    )
})
