// Compiles assembly/ twice, with and without relaxed SIMD, into src/generated/kernels.ts (base64, no files at run time).
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join, dirname } from 'node:path'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const target = join(root, 'src/generated/kernels.ts')

/** Writes the module when its sources changed since it was written. */
export default async function buildWasm() {
  const stamp = `// sources ${await hashSources()}`
  if ((await readFile(target, 'utf8').catch(() => '')).startsWith(stamp)) return
  const { default: asc } = await import('assemblyscript/asc')
  const simd = await compile(asc, ['simd', 'threads', 'bulk-memory'])
  const relaxed = await compile(asc, ['simd', 'threads', 'bulk-memory', 'relaxed-simd'])
  const lines = [
    stamp,
    '/** WebAssembly of `assembly/`, base64. Written by `scripts/build-wasm.mjs`. */',
    `export const simd = '${simd}'`,
    `export const relaxed = '${relaxed}'`,
    '',
  ]
  await mkdir(dirname(target), { recursive: true })
  const partial = `${target}.${process.pid}`
  await writeFile(partial, lines.join('\n'))
  await rename(partial, target)
}

async function compile(asc, features) {
  const options = [
    'assembly/index.ts',
    '--baseDir',
    root,
    '--outFile',
    'out.wasm',
    '-O3',
    '--noAssert',
    '--runtime',
    'stub',
    '--importMemory',
    '--sharedMemory',
    '--initialMemory',
    '16',
    '--maximumMemory',
    '65536',
    ...features.flatMap((feature) => ['--enable', feature]),
  ]
  let binary
  const { error, stderr } = await asc.main(options, {
    writeFile(name, contents) {
      if (name.endsWith('.wasm')) binary = contents
    },
  })
  if (error) throw new Error(`assemblyscript: ${error.message}\n${stderr.toString()}`)
  return Buffer.from(binary).toString('base64')
}

async function hashSources() {
  const folder = join(root, 'assembly')
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort()
  const paths = [...files.map((name) => join(folder, name)), join(root, 'src/wasm/layout.ts')]
  const hash = createHash('sha256')
  for (const path of [...paths, fileURLToPath(import.meta.url)]) hash.update(await readFile(path))
  return hash.digest('hex')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWasm()
