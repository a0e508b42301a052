import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout this file belongs to. */
export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))

/** Where the bootstrap remembers what it did; gone together with the installed packages. */
export const memory = join(root, 'node_modules', '.recdistill')

/** @returns {string} The pinned version of pnpm, e.g. `12.21.0`. */
export function pnpmVersion() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return packageManager.replace(/^pnpm@/, '').replace(/\+.*$/, '')
}
