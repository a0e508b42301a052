import { asMethod, InputError, nearest, type AnyMethod } from '@recdistill/plugin'
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { loadFromCatalogue, methodNames } from './catalogue.ts'
import { findPackage } from './find-package.ts'

/**
 * A method by the name it has in the catalogue, the path of a file, or the name of an npm package.
 *
 * A path begins with `.`, `/` or `file:`, or ends in `.js`, `.mjs`, `.ts` or `.mts`. TypeScript needs a runtime that strips
 * types (Node 22.18 and later). A package is looked for in the `node_modules` folders from `from` upwards.
 *
 * @param from The folder that relative paths and packages are seen from.
 * @throws InputError when there is no such method, when its file fails, or when what it exports is no method.
 */
export async function loadMethod(
  nameOrPath: string,
  { from = process.cwd() }: { from?: string } = {},
): Promise<AnyMethod> {
  const names = methodNames()
  if (names.includes(nameOrPath)) return loadFromCatalogue(nameOrPath)
  const isPath = /^(\.|\/|file:|[a-z]:[\\/])|\.[cm]?[jt]s$/i.test(nameOrPath)
  const file = isPath ? fileAt(nameOrPath, from) : findPackage(nameOrPath, from)
  if (file === null) {
    const created = `recdistill-method-${nameOrPath}` // the name that `recdistill create method` gives a package
    const near = isPackage(created, from) ? created : nearest(nameOrPath, names)
    throw new InputError(
      `unknown method "${nameOrPath}";${near ? ` did you mean "${near}"?` : ''} there are ${names.join(', ')}, and no npm package of that name in node_modules; a file of yours is given as ./${nameOrPath}.js`,
    )
  }
  return asMethod(await defaultExport(file, nameOrPath), nameOrPath)
}

function isPackage(name: string, from: string): boolean {
  return /^[\w.-]+$/.test(name) && findPackage(name, from) !== null
}

function fileAt(path: string, from: string): string {
  const file = path.startsWith('file:') ? fileURLToPath(path) : resolve(from, path)
  if (!existsSync(file)) throw new InputError(`method ${path}: no such file (${file})`)
  if (statSync(file).isDirectory())
    throw new InputError(
      `method ${path}: expected a file, got a folder; name the file, e.g. ${path}/index.js`,
    )
  return file
}

async function defaultExport(file: string, source: string): Promise<unknown> {
  let loaded: Readonly<Record<string, unknown>>
  try {
    loaded = await import(/* @vite-ignore */ pathToFileURL(file).href)
  } catch (error) {
    throw new InputError(`method ${source}: ${reasonOf(error, file)}`)
  }
  if (!('default' in loaded)) {
    const names = Object.keys(loaded)
    throw new InputError(
      `method ${source}: expected a default export, got ${names.length > 0 ? `only ${names.join(', ')}` : 'none'}; write export default defineMethod({ ... })`,
    )
  }
  return loaded.default
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
