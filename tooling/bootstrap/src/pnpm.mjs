import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { phase } from './phase.mjs'
import { memory, pnpmVersion, root } from './root.mjs'

const remembered = join(memory, 'pnpm-folder')

/** @returns {string | null} The folder of the pinned pnpm as the last install found it, if it is still there. */
export function rememberedPnpm() {
  if (!existsSync(remembered)) return null
  const [version, folder] = readFileSync(remembered, 'utf8').split('\n')
  return version === pnpmVersion() && folder && hasPnpm(folder) ? folder : null
}

/** @param {string} folder */
export const pnpmMemory = (folder) => ({ file: remembered, text: `${pnpmVersion()}\n${folder}\n` })

/**
 * Brings the pinned pnpm through npx; nothing is installed globally.
 *
 * @returns {Promise<string>} The folder that holds the `pnpm` command.
 */
export async function bringPnpm() {
  const version = pnpmVersion()
  const printed = await phase(
    `bringing pnpm ${version}`,
    npx([
      '--yes',
      `--package=pnpm@${version}`,
      '--',
      'node',
      '-p',
      '"PATH=" + (process.env.PATH ?? process.env.Path)',
    ]),
    { advice: (log) => `recdistill: npx could not bring pnpm ${version}; ${likelyCause(log)}` },
  )
  const path = printed
    .split(/\r?\n/)
    .find((line) => line.startsWith('PATH='))
    ?.slice('PATH='.length)
  const folder = path?.split(delimiter).find(hasPnpm)
  if (folder === undefined) throw new Error(`npx brought no pnpm ${version}; it printed:\n${printed}`)
  return folder
}

/**
 * Why npm or pnpm could not bring something, by what it printed.
 *
 * @param {string} log
 */
export function likelyCause(log) {
  if (/\bENOSPC\b/.test(log)) return 'the disk is full'
  return /\b(EACCES|EPERM|EROFS)\b/.test(log)
    ? 'it needs a home folder and a checkout that it may write to (HOME names the home folder)'
    : 'is the npm registry reachable?'
}

/** @param {string} folder */
function hasPnpm(folder) {
  return existsSync(join(folder, process.platform === 'win32' ? 'pnpm.cmd' : 'pnpm'))
}

/**
 * `npx` beside the npm that started us, or else the one on the path.
 *
 * @param {string[]} args
 */
function npx(args) {
  const npm = process.env.npm_execpath
  const cli = npm ? join(dirname(npm), 'npx-cli.js') : ''
  const env = { ...process.env, npm_config_update_notifier: 'false', npm_config_loglevel: 'error' }
  return existsSync(cli) ? { file: process.execPath, args: [cli, ...args], env } : { file: 'npx', args, env }
}

/**
 * The environment in which installed tools find each other and call nobody.
 *
 * @param {string} pnpmFolder
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment(pnpmFolder) {
  const path = process.env.PATH ?? process.env.Path ?? ''
  return {
    ...process.env,
    PATH: [pnpmFolder, join(root, 'node_modules', '.bin'), dirname(process.execPath), path].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    DO_NOT_TRACK: '1',
  }
}
