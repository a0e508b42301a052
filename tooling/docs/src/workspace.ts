import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))

export interface Manifest {
  readonly name: string
  readonly version?: string
  readonly description?: string
  readonly private?: boolean
  readonly license?: string
  readonly type?: string
  readonly sideEffects?: boolean
  readonly engines?: { readonly node?: string }
  readonly exports?: Readonly<Record<string, unknown>>
  readonly files?: readonly string[]
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface Package {
  /** Relative to the root, with slashes, e.g. `packages/core`. */
  readonly folder: string
  /** The last part of the folder, e.g. `core`. */
  readonly short: string
  readonly manifest: Manifest
}

/** Every package below one of the workspace's parent folders. */
export function packagesIn(parent: 'packages' | 'apps' | 'tooling'): Package[] {
  return readdirSync(join(root, parent))
    .sort()
    .filter((short) => existsSync(join(root, parent, short, 'package.json')))
    .map((short) => ({
      folder: `${parent}/${short}`,
      short,
      manifest: JSON.parse(readText(`${parent}/${short}/package.json`)) as Manifest,
    }))
}

const skipped = new Set([
  'node_modules',
  'dist',
  'generated',
  'coverage',
  '.git',
  '.turbo',
  '.examples',
  '.recdistill',
  '__pycache__',
])

/** Paths of all files of the checkout that end in one of `endings`, relative to the root, with slashes. */
export function filesEndingIn(...endings: readonly string[]): string[] {
  return walk(root)
    .map((file) => relative(root, file).split(sep).join('/'))
    .filter((file) => endings.some((ending) => file.endsWith(ending)) && !file.startsWith('runs/'))
    .sort()
}

export function readText(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return walk(path)
    return entry.isFile() ? [path] : []
  })
}
