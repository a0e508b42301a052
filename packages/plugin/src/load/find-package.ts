import { InputError } from '@recdistill/core'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/**
 * The file an ES module import of a package would load, seen from a folder; null when it is not installed.
 * Node offers this only relative to the importing file, and `require.resolve` refuses packages that are for `import` alone.
 * Subpaths work where `exports` lists them by name; patterns do not.
 */
export function findPackage(specifier: string, from: string): string | null {
  const [, name, subpath] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/.exec(specifier) ?? []
  if (name === undefined) return null
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const root = join(folder, 'node_modules', name)
    if (existsSync(join(root, 'package.json'))) return entryOf(root, specifier, subpath ?? null)
    if (folder === dirname(folder)) return null
  }
}

function entryOf(root: string, specifier: string, subpath: string | null): string {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports?: unknown
    readonly main?: string
  }
  const target =
    manifest.exports === undefined
      ? (subpath ?? manifest.main ?? 'index.js')
      : byCondition(atSubpath(manifest.exports, subpath === null ? '.' : `./${subpath}`))
  const file = target === null ? null : join(root, target)
  if (file === null || !existsSync(file))
    throw new InputError(
      `${specifier}: the package in ${root} has no entry for it; check "exports" in its package.json`,
    )
  return file
}

function atSubpath(exports: unknown, subpath: string): unknown {
  const hasSubpaths =
    typeof exports === 'object' && exports !== null && Object.keys(exports).some((key) => key.startsWith('.'))
  if (!hasSubpaths) return subpath === '.' ? exports : null
  return Reflect.get(exports, subpath) ?? null
}

/** The first target whose conditions hold for an import in Node. */
function byCondition(target: unknown): string | null {
  if (typeof target === 'string') return target
  if (typeof target !== 'object' || target === null) return null
  for (const [condition, inner] of Object.entries(target))
    if (['node', 'import', 'module-sync', 'default'].includes(condition)) {
      const found = byCondition(inner)
      if (found !== null) return found
    }
  return null
}
