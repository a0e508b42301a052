import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { InputError } from '@recdistill/core'
import { temporaryFolder, type TemporaryFolder } from '@recdistill/formats/database'
import {
  bindingFile,
  libraryFolder,
  packageFolder,
  platformName,
  provisionFile,
  provisionFolder,
  readProvision,
  tensorflowHome,
  type Flavour,
  type Provision,
} from '@recdistill/tensor/node-backend'
import { acquire } from './acquire.ts'
import { compileBinding } from './compile.ts'
import { cudaWheels, npmPackages, tensorflowWheels } from './known.ts'
import { copyLibrary } from './library.ts'
import { unpackFromNpm } from './npm-pack.ts'
import { downloadWheels } from './pip.ts'
import type { Env } from './run-tool.ts'
import { tryLibrary, type Trial } from './try-library.ts'
import { unzip } from './unzip.ts'

export interface SetupOptions {
  readonly flavour: Flavour
  readonly from: string | null
  readonly sha256: string | null
  /** Puts the CUDA libraries beside the library; false leaves them to the machine. */
  readonly cuda: boolean
  readonly force: boolean
  readonly env: Env
  readonly say: (text: string) => void
  readonly platform?: string
}

export interface SetupResult extends Trial {
  readonly folder: string
  readonly provision: Provision
  /** False when it was there already. */
  readonly changed: boolean
}

/**
 * Puts libtensorflow, its binding and the JavaScript of tfjs-node into a folder of the user. Everything is built and tried in
 * a temporary folder beside it and renamed at the end: an earlier library stays until the new one works.
 * @throws InputError of one line when something is missing or wrong; nothing has changed then.
 */
export async function setupTensorFlow(options: SetupOptions): Promise<SetupResult> {
  const { flavour, env, say, platform = platformName() } = options
  const folder = provisionFolder(flavour, env)
  const there = await alreadyThere(folder, options)
  if (there) return there

  const { folder: work, remove } = makeWorkFolder(env, flavour)
  try {
    const source = await acquire({ ...options, platform, work })
    const made = join(work, 'made')
    const libraries = join(made, libraryFolder)
    copyLibrary(source.library, libraries)
    if (flavour === 'gpu' && options.cuda && tensorflowWheels[platform]?.gpu)
      await addCuda(made, { work, platform, env, say })

    const wanted = npmPackages[flavour]
    say(`fetching ${wanted.name} ${wanted.version} with npm`)
    const sources = await unpackFromNpm(wanted, { work, env })
    const headers = await unpackFromNpm(npmPackages.headers, { work, env })
    say('compiling the binding')
    await compileBinding({
      sources,
      nodeHeaders: join(headers, 'include'),
      library: source.library,
      libraries,
      out: join(made, bindingFile),
      env,
    })
    for (const part of ['dist', 'package.json', 'README.md'])
      cpSync(join(sources, part), join(made, packageFolder, part), { recursive: true })

    const trial = await tryLibrary(join(made, bindingFile), env)
    expectVersion(trial, source.version, source.from)
    const provision: Provision = {
      schema: 1,
      flavour,
      tensorflow: trial.version,
      package: wanted.name,
      packageVersion: wanted.version,
      from: source.from,
      sha256: source.sha256,
      verified: source.verified,
      platform,
      createdAt: new Date().toISOString(),
    }
    writeFileSync(join(made, provisionFile), JSON.stringify(provision, null, 2) + '\n')
    replace(folder, made, join(work, 'old'))
    return { ...trial, folder, provision, changed: true }
  } finally {
    remove()
  }
}

/** Removes what `setupTensorFlow` made, and what attempts that were killed left. @returns The folders that were there. */
export function undoTensorFlow(flavours: readonly Flavour[], env: Env): readonly string[] {
  const home = tensorflowHome(env)
  if (!existsSync(home)) return []
  const removed = readdirSync(home)
    .filter((name) => flavours.some((flavour) => name === flavour || name.startsWith(`.${flavour}-`)))
    .map((name) => join(home, name))
  for (const path of removed) rmSync(path, { recursive: true })
  if (readdirSync(home).length === 0) rmdirSync(home)
  return removed
}

/** A library of the version that would be installed, which starts. What was asked for by name is always made anew. */
async function alreadyThere(
  folder: string,
  { flavour, from, force, env, platform = platformName() }: SetupOptions,
): Promise<SetupResult | null> {
  const provision = readProvision(folder)
  if (force || provision === null || 'problem' in provision) return null
  const wheel = tensorflowWheels[platform]?.[flavour]
  if ((from !== null && from !== 'wheel') || provision.sha256 !== wheel?.sha256) return null
  try {
    return { ...(await tryLibrary(join(folder, bindingFile), env)), folder, provision, changed: false }
  } catch (error) {
    if (error instanceof InputError) return null
    throw error
  }
}

function makeWorkFolder(env: Env, flavour: Flavour): TemporaryFolder {
  const home = tensorflowHome(env)
  try {
    mkdirSync(home, { recursive: true })
    return temporaryFolder(join(home, `.${flavour}-`))
  } catch (error) {
    throw new InputError(
      `setup tensorflow: ${home} cannot be written (${(error as Error).message}); name another folder with RECDISTILL_HOME`,
    )
  }
}

/** The wheel of TensorFlow looks for CUDA in `../nvidia`, as pip would have put it. */
async function addCuda(
  made: string,
  { work, platform, env, say }: { work: string; platform: string; env: Env; say: (text: string) => void },
): Promise<void> {
  say(`downloading ${cudaWheels.length} wheels of CUDA libraries with pip (2.4 GB)`)
  const folder = join(work, 'cuda')
  mkdirSync(folder)
  for (const wheel of await downloadWheels(cudaWheels, { folder, platform, env })) {
    await unzip(wheel, /^nvidia\/\w+\/lib\/[^/]*\.so[^/]*$/, made)
    rmSync(wheel)
  }
}

function expectVersion({ version }: Trial, expected: string | null, from: string): void {
  if (expected !== null && version !== expected)
    throw new InputError(
      `setup tensorflow: ${from} calls itself ${expected} but its library is ${version}; nothing was installed`,
    )
  const [major, minor] = version.split('.').map(Number)
  if (major < 2 || (major === 2 && minor < 9))
    throw new InputError(
      `setup tensorflow: ${from} is TensorFlow ${version}; expected 2.9 or later, which tfjs-node 4.22 was written for`,
    )
}

/** The new folder in place of the old one; when that fails the old one is back. */
function replace(folder: string, made: string, aside: string): void {
  mkdirSync(dirname(folder), { recursive: true })
  const had = existsSync(folder)
  if (had) renameSync(folder, aside)
  try {
    renameSync(made, folder)
  } catch (error) {
    if (had) renameSync(aside, folder)
    throw error
  }
}
