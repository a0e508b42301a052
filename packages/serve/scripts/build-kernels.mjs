// Compiles assembly/ with and without relaxed SIMD: into src/kernel-modules.ts (base64, nothing to fetch at run time) and into
// wasm/*.wasm for runtimes that take modules compiled ahead alone. Both are kept in git; a test holds them to the source.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const root = new URL('..', import.meta.url)

/** @returns {Promise<Uint8Array>} The module. */
export async function compileKernels({ relaxed }) {
  let binary
  const features = ['simd', ...(relaxed ? ['relaxed-simd'] : [])]
  const { error, stderr } = await asc.main(
    ['assembly/index.ts', '--baseDir', fileURLToPath(root), '--outFile', 'out.wasm', '-O3', '--noAssert']
      .concat(['--runtime', 'stub', '--importMemory', '--initialMemory', '1', '--use', 'abort='])
      .concat(features.flatMap((feature) => ['--enable', feature])),
    { writeFile: (name, contents) => void (name.endsWith('.wasm') && (binary = contents)) },
  )
  if (error) throw new Error(`assemblyscript: ${error.message}\n${stderr.toString()}`)
  return binary
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lines = ['/** WebAssembly of `assembly/`, base64. Written by `scripts/build-kernels.mjs`. */']
  mkdirSync(new URL('wasm', root), { recursive: true })
  for (const [name, relaxed] of [
    ['relaxed', true],
    ['simd', false],
  ]) {
    const binary = await compileKernels({ relaxed })
    writeFileSync(new URL(`wasm/${name}.wasm`, root), binary)
    const pieces = Buffer.from(binary)
      .toString('base64')
      .match(/.{1,100}/g)
    lines.push(`export const ${name} =`, `  '${pieces.join("' +\n  '")}'`)
  }
  writeFileSync(new URL('src/kernel-modules.ts', root), `${lines.join('\n')}\n`)
}
