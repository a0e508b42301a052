import { join } from 'node:path'
import { turbo } from './build.mjs'
import { pnpmFolder } from './install.mjs'
import { toolEnvironment } from './pnpm.mjs'
import { root } from './root.mjs'

/**
 * @typedef {{ args: string[], cwd?: string, env?: NodeJS.ProcessEnv }} Command Arguments of node.
 * @typedef {{ builds: boolean, commands: (args: string[]) => Command[] | Promise<Command[]> }} Job
 */

/** @param {string[]} args */
const cli = (args) => [
  { args: [join(root, 'apps', 'bench', 'dist', 'cli.js'), ...args], cwd: callersFolder() },
]

/**
 * @param {string} task
 * @param {string[]} args
 */
const everywhere = async (task, args) => [
  { args: turbo(task, args), env: toolEnvironment(await pnpmFolder()) },
]

/** @param {string[]} path */
const tool = (...path) => join(root, 'node_modules', ...path)

/**
 * What the root scripts can do, by name.
 *
 * @type {Record<string, Job>}
 */
export const jobs = {
  bench: { builds: true, commands: (args) => cli(['bench', ...args]) },
  recdistill: { builds: true, commands: cli },
  test: {
    builds: true,
    commands: (args) => [{ args: [tool('vitest', 'vitest.mjs'), 'run', ...args] }],
  },
  demo: {
    builds: true,
    commands: (args) => {
      const demo = join(root, 'apps', 'demo')
      const vite = join(demo, 'node_modules', 'vite', 'bin', 'vite.js')
      return [
        { args: [join(demo, 'scripts', 'make-bundles.mjs')] },
        { args: [vite, 'build', '--logLevel', 'warn'], cwd: demo },
        { args: [vite, 'preview', ...args], cwd: demo },
      ]
    },
  },
  build: { builds: true, commands: () => [] },
  typecheck: { builds: false, commands: (args) => everywhere('typecheck', args) },
  lint: {
    builds: false,
    commands: (args) => [
      { args: [tool('eslint', 'bin', 'eslint.js'), '--max-warnings', '0', ...(args.length ? args : ['.'])] },
    ],
  },
  format: {
    builds: false,
    commands: (args) => [
      { args: [tool('prettier', 'bin', 'prettier.cjs'), ...(args.length ? args : ['--write', '.'])] },
    ],
  },
  'check:packages': { builds: true, commands: (args) => everywhere('check:package', args) },
}

/** npm starts scripts at the root; a file named on the command line is meant from where the caller stands. */
function callersFolder() {
  const { INIT_CWD, npm_lifecycle_event } = process.env
  return INIT_CWD && npm_lifecycle_event && npm_lifecycle_event in jobs ? INIT_CWD : process.cwd()
}
