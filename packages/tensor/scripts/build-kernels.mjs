import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

/** Compiles `assembly/batch-matmul.ts` and returns the module's bytes in base64. */
export async function compileBatchMatMul() {
  let bytes
  const { error, stderr } = await asc.main(
    ['assembly/batch-matmul.ts', '-o', 'out.wasm', '-O3', '--noAssert', '--runtime', 'stub']
      .concat(['--enable', 'simd', '--importMemory', '--initialMemory', '1', '--use', 'abort='])
      .concat(['--baseDir', fileURLToPath(new URL('..', import.meta.url))]),
    { writeFile: (name, contents) => void (name === 'out.wasm' && (bytes = contents)) },
  )
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`)
  return Buffer.from(bytes).toString('base64')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lines = (await compileBatchMatMul()).match(/.{1,96}/g).map((line) => `  '${line}'`)
  writeFileSync(
    new URL('../src/kernels/batch-matmul-module.ts', import.meta.url),
    `/** Written by \`pnpm generate\` from assembly/batch-matmul.ts; a test holds the two together. */
export const batchMatMulModule = [
${lines.join(',\n')},
].join('')
`,
  )
}
