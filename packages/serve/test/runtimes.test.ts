import { spawnSync } from 'node:child_process'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { encodeBundle, load } from '../src/index.ts'
import { bundled } from './bundled.ts'
import { randomParts } from './parts.ts'

/** Commands that run a program in a folder: `ask.mjs`, or, where there are no files and nothing is compiled, `worker.mjs`. */
const runtimes: Record<string, string[]> = {
  node: [process.execPath, 'ask.mjs'],
  deno: ['deno', 'run', '--allow-read', 'ask.mjs'],
  bun: ['bun', 'ask.mjs'],
  workerd: ['workerd', 'test', 'worker.capnp'],
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
        for (const [file, text] of Object.entries(programs)) await writeFile(join(folder, file), text)
        const wasm = fileURLToPath(new URL('../wasm/simd.wasm', import.meta.url))
        await copyFile(wasm, join(folder, 'simd.wasm'))
        for (const [n, bundle] of bundles.entries()) {
          await writeFile(join(folder, 'bundle'), bundle)
          const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
          expect(status, stderr).toBe(0)
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

const programs = {
  'asked.mjs': `
import { load } from './serve.mjs'
export async function asked(bytes, ways) {
  const out = []
  for (const options of ways) {
    const recommender = await load(bytes, options)
    const { info } = recommender
    const list = [recommender.recommend('u5'), recommender.similar('i70')]
    const folded = info.precision === 'int8' ? recommender.recommendFor(['i1', 'i2', 'i3']) : null
    const altered = bytes.slice()
    altered[500] ^= 1
    const refusal = await load(altered, options).then(() => 'none', (error) => error.code)
    out.push({ simd: info.simd !== 'none', list, folded, refusal })
  }
  console.log(JSON.stringify(out))
}
`,
  'ask.mjs': `
import { readFile } from 'node:fs/promises'
import { asked } from './asked.mjs'
const bytes = new Uint8Array(await readFile(new URL('bundle', import.meta.url)))
await asked(bytes, [{ simd: 'auto' }, { simd: 'none' }])
`,
  'worker.mjs': `
import { asked } from './asked.mjs'
import bytes from './bundle'
import module from './simd.wasm'
export default { test: () => asked(new Uint8Array(bytes), [{ module }, {}]) }
`,
  'worker.capnp': `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);
const worker :Workerd.Worker = (
  compatibilityDate = "2025-01-01",
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "asked.mjs", esModule = embed "asked.mjs"),
    (name = "serve.mjs", esModule = embed "serve.mjs"),
    (name = "simd.wasm", wasm = embed "simd.wasm"),
    (name = "bundle", data = embed "bundle"),
  ],
);
`,
}
