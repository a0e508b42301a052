import { join } from 'node:path'
import { pnpmFolder } from './install.mjs'
import { phase } from './phase.mjs'
import { toolEnvironment } from './pnpm.mjs'
import { root } from './root.mjs'

/** Builds every package whose sources changed since its last build. */
export async function build() {
  await phase('building', {
    file: process.execPath,
    args: turbo('build', ['--output-logs=errors-only']),
    env: toolEnvironment(await pnpmFolder()),
  })
}

/**
 * Arguments of node that run one task of `turbo.json` in every package.
 *
 * @param {string} task
 * @param {string[]} [args]
 */
export function turbo(task, args = []) {
  return [join(root, 'node_modules', 'turbo', 'bin', 'turbo'), 'run', task, ...args]
}
