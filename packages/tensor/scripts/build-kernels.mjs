import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

/** Compiles `assembly/kernels.ts` and returns the module's bytes in base64. */
export function compileKernels(options) {
  return compile('kernels', options)
}

/** What the modules of `assembly/experts.ts` are made of; compiling them takes seconds. */
export function stampOfExperts() {
  const hash = createHash('sha256')
  const parts = readdirSync(new URL('../assembly/experts', import.meta.url)).sort()
  const sources = ['lanes.ts', 'pool.ts', 'experts.ts', ...parts.map((part) => `experts/${part}`)]
  for (const source of [...sources.map((part) => `../assembly/${part}`), './build-kernels.mjs'])
    hash.update(readFileSync(new URL(source, import.meta.url)))
  return hash.digest('hex')
}

/** A file of `assembly`, for a shared memory. */
async function compile(name, { relaxed }) {
  const features = ['simd', 'threads', 'bulk-memory', ...(relaxed ? ['relaxed-simd'] : [])]
  let bytes
  const { error, stderr } = await asc.main(
    [`assembly/${name}.ts`, '-o', 'out.wasm', '-O3', '--noAssert', '--runtime', 'stub']
      .concat(['--importMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '65536'])
      .concat(features.flatMap((feature) => ['--enable', feature]))
      .concat(['--use', 'abort=', '--baseDir', fileURLToPath(new URL('..', import.meta.url))]),
    { writeFile: (file, contents) => void (file === 'out.wasm' && (bytes = contents)) },
  )
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`)
  return Buffer.from(bytes).toString('base64')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  write('kernels/modules.ts', 'kernels', {
    simdModule: await compileKernels({ relaxed: false }),
    relaxedModule: await compileKernels({ relaxed: true }),
  })
  write('experts/stamp.ts', 'experts', { stampOfAssembly: stampOfExperts() })
  write('experts/modules.ts', 'experts', {
    simdModule: await compile('experts', { relaxed: false }),
    relaxedModule: await compile('experts', { relaxed: true }),
  })
}

function write(file, assembly, modules) {
  const texts = Object.entries(modules).map(([name, base64], n) => {
    const comment = `/** Written by \`pnpm generate\` from assembly/${assembly}.ts; a test holds the two together. */\n`
    if (base64.length < 90) return `${comment}export const ${name} = '${base64}'\n`
    const lines = base64.match(/.{1,96}/g).map((line) => `  '${line}'`)
    return `${n === 0 ? comment : ''}export const ${name} = [\n${lines.join(',\n')},\n].join('')\n`
  })
  writeFileSync(new URL(`../src/${file}`, import.meta.url), texts.join('\n'))
}
