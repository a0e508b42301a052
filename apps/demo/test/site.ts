import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, preview } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))

export interface Site {
  readonly url: string
  /** Adds or replaces a file. */
  put(path: string, content: Uint8Array | string): void
  close(): Promise<void>
}

/** The page as it is deployed, built from sources, with the given files beside it. */
export async function buildSite(files: Readonly<Record<string, Uint8Array | string>>): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'recdistill-demo-'))
  const outDir = join(folder, 'site')
  const common = {
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn' as const,
    publicDir: false as const,
  }
  await build({ ...common, resolve: { conditions: ['source'] }, build: { outDir, emptyOutDir: true } })
  const put = (path: string, content: Uint8Array | string) => {
    mkdirSync(join(outDir, path, '..'), { recursive: true })
    writeFileSync(join(outDir, path), content)
  }
  for (const [path, content] of Object.entries(files)) put(path, content)
  const server = await preview({ ...common, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } })
  const url = server.resolvedUrls?.local[0]
  if (url === undefined) throw new Error('the server did not say where it listens')
  return {
    url,
    put,
    async close() {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
