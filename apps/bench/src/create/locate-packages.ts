import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { imports, type Kind } from './package-files.ts'

/** A package that a plugin's package needs, as this program sees it. */
export interface LocatedPackage {
  readonly name: string
  readonly version: string
  /** Null where it is not installed here. */
  readonly root: string | null
  /** True when it does not lie in a `node_modules`: only a checkout has it. */
  readonly fromCheckout: boolean
}

const here = fileURLToPath(import.meta.url)
/** Versions for what this program does without. */
const needed = { zod: '4.0.0', typescript: '5.9.0', vitest: '4.0.0' }

/** What a plugin's package depends on: our packages from here, tools from wherever they are found. */
export function locatePackages(kind: Kind): LocatedPackage[] {
  const methods = rootOf('@recdistill/methods', here)
  const beside = methods === null ? here : join(methods, 'package.json') // has what this program itself does without
  return [
    ...imports[kind].map((name) => located(name, rootOf(name, here) ?? rootOf(name, beside))),
    ...Object.keys(needed).map((name) => located(name, rootOf(name, here))),
  ]
}

function located(name: string, root: string | null): LocatedPackage {
  const known = (needed as Readonly<Record<string, string>>)[name] ?? '0.1.0'
  const version =
    root === null
      ? known
      : (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
  return { name, version, root, fromCheckout: root !== null && !root.split(sep).includes('node_modules') }
}

/** The folder of a package as a file at `from` would import it; packages need not export their package.json for it. */
function rootOf(name: string, from: string): string | null {
  for (const folder of createRequire(from).resolve.paths(name) ?? []) {
    const root = join(folder, name)
    if (existsSync(join(root, 'package.json'))) return realpathSync(root)
  }
  return null
}
