import { InputError } from '@recdistill/core'
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findPackage } from './find-package.ts'

/** What a plugin is, as errors call it. */
export interface PluginKind {
  readonly kind: 'method' | 'backbone'
  /** The folder that relative paths and packages are seen from. */
  readonly from: string
}

/** Whether a reference is the path of a file: it begins with `.`, `/` or `file:`, or ends in `.js`, `.mjs`, `.ts` or `.mts`. */
export function isPluginPath(reference: string): boolean {
  return /^(\.|\/|file:|[a-z]:[\\/])|\.[cm]?[jt]s$/i.test(reference)
}

/** Whether an npm package of that name is in the `node_modules` folders from `from` upwards. */
export function isPluginPackage(name: string, from: string): boolean {
  return /^(@[\w.-]+\/)?[\w.-]+$/.test(name) && findPackage(name, from) !== null
}

/**
 * The default export of a plugin, by the path of its file or the name of its npm package; null where there is no such package.
 * TypeScript needs a runtime that strips types (Node 22.18 and later).
 * @throws InputError when there is no such file, or when it fails.
 */
export async function importPlugin(
  reference: string,
  { kind, from }: PluginKind,
): Promise<{ readonly value: unknown } | null> {
  const source = `${kind} ${reference}`
  const file = isPluginPath(reference) ? fileAt(reference, { source, from }) : findPackage(reference, from)
  return file === null ? null : { value: await defaultExport(file, { kind, source }) }
}

function fileAt(path: string, { source, from }: { source: string; from: string }): string {
  const file = path.startsWith('file:') ? fileURLToPath(path) : resolve(from, path)
  if (!existsSync(file)) throw new InputError(`${source}: no such file (${file})`)
  if (statSync(file).isDirectory())
    throw new InputError(`${source}: expected a file, got a folder; name the file, e.g. ${path}/index.js`)
  return file
}

async function defaultExport(
  file: string,
  { kind, source }: { kind: PluginKind['kind']; source: string },
): Promise<unknown> {
  let loaded: Readonly<Record<string, unknown>>
  try {
    loaded = await import(/* @vite-ignore */ pathToFileURL(file).href)
  } catch (error) {
    throw new InputError(`${source}: ${reasonOf(error, file)}`)
  }
  if ('default' in loaded) return loaded.default
  const names = Object.keys(loaded)
  const declare = kind === 'method' ? 'defineMethod' : 'defineBackbone'
  throw new InputError(
    `${source}: expected a default export, got ${names.length > 0 ? `only ${names.join(', ')}` : 'none'}; write export default ${declare}({ ... })`,
  )
}

function reasonOf(error: unknown, file: string): string {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown }
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts$/.test(file))
    return `Node ${process.versions.node} cannot run TypeScript; use Node 22.18 or later, or give the compiled .js or .mjs file`
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING')
    return 'Node runs no TypeScript from node_modules; the package must publish JavaScript'
  const [line] = String(message ?? error).split('\n')
  return `loading it failed: ${line}`
}
