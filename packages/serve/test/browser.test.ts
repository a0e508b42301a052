import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { encodeBundle, load, type Recommender } from '../src/index.ts'
import { bundled } from './bundled.ts'
import { randomParts } from './parts.ts'

const { code, imports } = await bundled()
const parts = randomParts({ items: 500, dim: 12 })

test('all of the main entry is under 15 kB minified and compressed', () => {
  const bytes = gzipSync(code, { level: 9 }).length
  console.log(`@recdistill/serve: ${code.length} bytes minified, ${bytes} bytes gzipped`)
  expect(bytes).toBeLessThan(15_000)
})

test('it imports nothing and names nothing of Node', () => {
  expect(imports).toEqual([])
  expect(/node:|require\(|\bBuffer\b|__dirname/.exec(code)).toBe(null)
})

/** The module in a world of its own that has only what is named. */
function runWith(globals: Record<string, unknown>) {
  const script = code.replace(/export\s*\{([^}]*)\};?\s*$/, (_, names: string) => {
    const pairs = names.split(',').map((name) => name.trim().split(/\s+as\s+/))
    return `;globalThis.serve = { ${pairs.map(([local, as = local]) => `${as}: ${local}`).join(', ')} }`
  })
  const context = createContext(globals)
  runInContext(script, context)
  return context.serve as { load: typeof load; encodeBundle: typeof encodeBundle }
}

const web = { TextEncoder, TextDecoder, Response, URL, atob, fetch }

test('it runs where there is nothing but what browsers have', async () => {
  const serve = runWith({ ...web })
  const recommender = await serve.load(serve.encodeBundle(parts))
  expect(recommender.info.simd).not.toBe('none')
  const here = await load(encodeBundle(parts), { simd: recommender.info.simd })
  expect(answersOf(recommender)).toEqual(answersOf(here))
})

test('it runs where WebAssembly is missing or programs may not compile', async () => {
  const plain = answersOf(await load(encodeBundle(parts), { simd: 'none' }))
  const forbidden = {
    validate: () => true,
    compile: () => Promise.reject(new Error('not allowed to compile')),
  }
  const full = {
    validate: () => true,
    compile: () => Promise.resolve({}),
    Memory: function Memory() {
      throw new RangeError('out of memory')
    },
  }
  for (const [WebAssembly, problem] of [
    [undefined, 'this runtime cannot run simd'],
    [forbidden, 'this runtime cannot run simd'],
    [{ validate: () => false }, 'this runtime cannot run simd'],
    [full, 'out of memory'],
  ] as const) {
    const serve = runWith({ ...web, WebAssembly })
    const recommender = await serve.load(encodeBundle(parts))
    expect(recommender.info.simd).toBe('none')
    expect(answersOf(recommender)).toEqual(plain)
    await expect(serve.load(encodeBundle(parts), { simd: 'simd' })).rejects.toThrow(problem)
  }
})

function answersOf(recommender: Recommender) {
  const answers = [
    recommender.recommend('u3'),
    recommender.recommendFor(['i1', 'i7']),
    recommender.similar('i9'),
  ]
  return JSON.parse(JSON.stringify(answers)) as unknown // objects of another world are not equal to ours
}

test('memory is the bundle: what loading and asking add to it is little', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recdistill-serve-'))
  try {
    await writeFile(join(folder, 'serve.mjs'), code)
    await writeFile(join(folder, 'memory.mjs'), memoryProgram)
    for (const simd of ['auto', 'none']) {
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--expose-gc', join(folder, 'memory.mjs'), simd],
        {
          encoding: 'utf8',
        },
      )
      expect(stderr).toBe('')
      const { bytes, held } = JSON.parse(stdout) as { bytes: number; held: number }
      console.log(`simd ${simd}: bundle ${bytes} bytes, held after loading and asking ${held}`)
      expect(held).toBeGreaterThan(bytes / 2) // it is counted at all
      expect(held).toBeLessThan(1.01 * bytes + 500_000)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}, 240_000)

/** Loads int8, which in f32 would be four times as large, lets go of the source, and counts what is held: on the heap and off it. */
const memoryProgram = `
import { encodeBundle, load } from './serve.mjs'
const [items, dim] = [40_000, 64]
const vectors = Float32Array.from({ length: items * dim }, (_, n) => Math.sin(n))
const memories = [] // Node 26 counts the memory of WebAssembly nowhere, earlier ones as external
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(limits) { super(limits); memories.push(new WeakRef(this)) }
}
const outside = () => {
  for (let n = 0; n < 2; n++) gc()
  const { external, arrayBuffers } = process.memoryUsage()
  return Math.max(external, arrayBuffers)
}
const isCounted = () => {
  const none = outside()
  const { buffer } = new WebAssembly.Memory({ initial: 100 })
  return outside() - none > 0.9 * buffer.byteLength
}
const counted = isCounted()
await new Promise((resolve) => setTimeout(resolve, 50)) // for what was tried to be let go
const held = () => {
  const bytes = outside() + process.memoryUsage().heapUsed
  return counted ? bytes : memories.reduce((sum, each) => sum + (each.deref()?.buffer.byteLength ?? 0), bytes)
}
let bundle = encodeBundle({
  users: ['u'], items: Array.from({ length: items }, (_, n) => 'item ' + n), dim, precision: 'int8',
  userVectors: vectors.slice(0, dim), itemVectors: vectors,
})
const bytes = bundle.length
const small = encodeBundle({
  users: ['u'], items: ['i'], dim: 1, precision: 'int8',
  userVectors: Float32Array.of(1), itemVectors: Float32Array.of(1),
})
await load(small, { simd: process.argv[2] }) // what code takes is there now
const before = held() - bytes
let recommender = await load(bundle, { simd: process.argv[2] })
bundle = null
for (let n = 0; n < 5; n++) recommender.recommend('u', { k: 100 })
recommender.recommendFor(['item 7', 'item 9'])
await new Promise((resolve) => setTimeout(resolve, 50))
const after = held()
console.log(JSON.stringify({ bytes, held: after - before, simd: recommender.info.simd }))
`
