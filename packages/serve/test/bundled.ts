import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/** The main entry, or a program that imports it by `@recdistill/serve`, in one minified module for browsers. */
export async function bundled(entry = fileURLToPath(new URL('../src/index.ts', import.meta.url))): Promise<{
  code: string
  imports: string[]
}> {
  const build = await rolldown({
    input: entry,
    platform: 'browser',
    resolve: { alias: { '@recdistill/serve': fileURLToPath(new URL('../src/index.ts', import.meta.url)) } },
    external: /^node:/,
  })
  const { output } = await build.generate({ format: 'esm', minify: true })
  await build.close()
  const [chunk, ...rest] = output
  if (rest.length > 0) throw new Error('bundled: expected one file')
  return { code: chunk.code, imports: [...chunk.imports, ...chunk.dynamicImports] }
}
