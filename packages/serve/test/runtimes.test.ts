import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeBundle, load } from '../src/index.ts'
import { bundled } from './bundled.ts'
import { randomParts } from './parts.ts'

const runtimes: Record<string, string[]> = {
  node: [process.execPath],
  deno: ['deno', 'run', '--allow-read'],
  bun: ['bun'],
}

for (const [name, [command, ...args]] of Object.entries(runtimes)) {
  const missing = spawnSync(command, ['--version']).status !== 0
  test.skipIf(missing)(
    `${name}${missing ? ' (not installed)' : ''}: the same answers, the same refusal`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'recdistill-serve-'))
      try {
        const parts = randomParts({ items: 700, dim: 31 })
        const bundles = (['f16', 'int8'] as const).map((precision) => encodeBundle({ ...parts, precision }))
        await writeFile(join(folder, 'serve.mjs'), (await bundled()).code)
        await writeFile(join(folder, 'ask.mjs'), program)
        for (const [n, bundle] of bundles.entries()) {
          await writeFile(join(folder, 'bundle'), bundle)
          const { stdout, stderr } = spawnSync(command, [...args, join(folder, 'ask.mjs')], {
            encoding: 'utf8',
          })
          expect(stderr).toBe('')
          const recommender = await load(bundle, { simd: 'none' })
          const list = [recommender.recommend('u5'), recommender.similar('i70')]
          // of f16 a folded-in vector is no vector of halves, so fused or not makes a difference
          const folded = n === 1 ? recommender.recommendFor(['i1', 'i2', 'i3']) : null
          const expected = { list, folded, refusal: 'bundle' }
          expect(JSON.parse(stdout)).toEqual(
            ['simd', 'none'].map((simd) => ({ simd: simd === 'simd', ...expected })),
          )
        }
      } finally {
        await rm(folder, { recursive: true })
      }
    },
  )
}

const program = `
import { readFile } from 'node:fs/promises'
import { load } from './serve.mjs'
const out = []
for (const simd of ['auto', 'none']) {
  const bytes = new Uint8Array(await readFile(new URL('bundle', import.meta.url)))
  const recommender = await load(bytes, { simd })
  const { info } = recommender
  const list = [recommender.recommend('u5'), recommender.similar('i70')]
  const folded = info.precision === 'int8' ? recommender.recommendFor(['i1', 'i2', 'i3']) : null
  const altered = bytes.slice()
  altered[500] ^= 1
  const refusal = await load(altered, { simd }).then(() => 'none', (error) => error.code)
  out.push({ simd: info.simd !== 'none', list, folded, refusal })
}
console.log(JSON.stringify(out))
`
