import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { phase } from './phase.mjs'
import { bringPnpm, likelyCause, pnpmMemory, rememberedPnpm, toolEnvironment } from './pnpm.mjs'
import { memory, pnpmVersion, root } from './root.mjs'

const stamp = join(memory, 'installed')

/**
 * Installs what the lock file says, unless that was done already for exactly these manifests on this platform.
 *
 * @throws PhaseError with the whole log when pnpm fails.
 */
export async function install() {
  const folders = workspaceFolders()
  const wanted = fingerprint(folders)
  if (isInstalled(folders) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return

  rmSync(stamp, { force: true })
  const pnpm = await bringPnpm()
  await phase(
    'installing dependencies',
    {
      file: 'pnpm',
      args: ['install', '--frozen-lockfile', '--reporter=append-only'],
      // CI: pnpm must not ask before it replaces a node_modules folder made by something else.
      env: { ...toolEnvironment(pnpm), CI: 'true' },
    },
    { slow: true, advice: whatToDo },
  )
  remember({ file: stamp, text: wanted })
  remember(pnpmMemory(pnpm))
}

/** @returns {Promise<string>} The folder of the pnpm that the install used, or of one brought now. */
export async function pnpmFolder() {
  const known = rememberedPnpm()
  if (known !== null) return known
  const folder = await bringPnpm()
  remember(pnpmMemory(folder))
  return folder
}

/** @param {string} log What pnpm printed before it failed. */
function whatToDo(log) {
  return /OUTDATED_LOCKFILE|LOCKFILE_CONFIG_MISMATCH/.test(log)
    ? `recdistill: the lock file is older than a package.json; run: npx -y pnpm@${pnpmVersion()} install --no-frozen-lockfile`
    : `recdistill: installing failed; ${likelyCause(log)}`
}

/** @param {{ file: string, text: string }} note */
function remember({ file, text }) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** @param {string[]} folders */
function isInstalled(folders) {
  return folders.every((folder) => {
    const { dependencies = {}, devDependencies = {} } = manifest(folder)
    const names = Object.keys({ ...dependencies, ...devDependencies })
    return names.every((name) => existsSync(join(folder, 'node_modules', name, 'package.json')))
  })
}

/**
 * What an installation depends on, as one hash.
 *
 * @param {string[]} folders
 */
function fingerprint(folders) {
  const hash = createHash('sha256')
  hash.update(`${process.platform} ${process.arch}\n`)
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc']) {
    const file = join(root, name)
    if (existsSync(file)) hash.update(readFileSync(file))
  }
  for (const folder of folders) {
    const { name, packageManager, dependencies, devDependencies, peerDependencies, optionalDependencies } =
      manifest(folder)
    const parts = [
      name,
      packageManager,
      dependencies,
      devDependencies,
      peerDependencies,
      optionalDependencies,
    ]
    hash.update(JSON.stringify(parts))
  }
  return hash.digest('hex')
}

/** @param {string} folder */
const manifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** @returns {string[]} The root and every folder that `pnpm-workspace.yaml` names under `packages`. */
function workspaceFolders() {
  const lines = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').split(/\r?\n/)
  const start = lines.indexOf('packages:') + 1
  const end = lines.findIndex((line, at) => at >= start && !line.startsWith('  - '))
  const globs = lines.slice(start, end).map((line) => line.slice('  - '.length).trim())
  const folders = globs.flatMap((glob) => {
    if (!glob.endsWith('/*')) return [join(root, glob)]
    const parent = join(root, glob.slice(0, -'/*'.length))
    return readdirSync(parent)
      .sort()
      .map((name) => join(parent, name))
  })
  return [root, ...folders].filter((folder) => existsSync(join(folder, 'package.json')))
}
