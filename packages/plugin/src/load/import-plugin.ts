import { InputError, nearest } from '@recdistill/core'
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findPackage } from './find-package.ts'

export interface PluginKind {
  /** What it is, as errors call it. */
  readonly kind: 'method' | 'backbone'
  /** Of those that are built in, which a misspelt reference may have meant. */
  readonly names: readonly string[]
  /** The folder that relative paths and packages are seen from. */
  readonly from: string
}

/** Whether a reference is the path of a file: it begins with `.`, `/` or `file:`, or ends in `.js`, `.mjs`, `.ts` or `.mts`. */
export function isPluginPath(reference: string): boolean {
  return /^(\.|\/|file:|[a-z]:[\\/])|\.[cm]?[jt]s$/i.test(reference)
}

/**
 * The default export of a plugin, by the path of its file or the name of its npm package, which is looked for in the `node_modules` folders
 * from `from` upwards. TypeScript needs a runtime that strips types (Node 22.18 and later).
 * @throws InputError when there is no such file or package, naming the nearest, or when it fails.
 */
export async function importPlugin(reference: string, { kind, names, from }: PluginKind): Promise<unknown> {
  const source = `${kind} ${reference}`
  const file = isPluginPath(reference) ? fileAt(reference, { source, from }) : findPackage(reference, from)
  if (file !== null) return defaultExport(file, { kind, source })
  const created = `recdistill-${kind}-${reference}` // the name that `recdistill create` gives a package
  const near = isPackage(created, from) ? created : nearest(reference, names)
  throw new InputError(
    `unknown ${kind} "${reference}";${near ? ` did you mean "${near}"?` : ''} there are ${names.join(', ')}, and no npm package of that name in node_modules; a file of yours is given as ./${reference}.js`,
  )
}

function isPackage(name: string, from: string): boolean {
  return /^[\w.-]+$/.test(name) && findPackage(name, from) !== null
}

function fileAt(path: string, { source, from }: { source: string; from: string }): string {
  const file = path.startsWith('file:') ? fileURLToPath(path) : resolve(from, path)
  if (!existsSync(file)) {
    const built = /[\\/](dist|build|lib)[\\/]/.test(path) ? '; is its package built?' : ''
    throw new InputError(`${source}: no such file (${file})${built}`)
  }
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
