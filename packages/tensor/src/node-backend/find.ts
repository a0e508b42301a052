import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { provisionFolder, type Env, type Flavour } from './home.ts'
import { bindingFile, packageFolder, readProvision, type Provision } from './provision.ts'

/** A libtensorflow with its binding and the JavaScript that speaks to it. */
export interface NodeBackend {
  readonly flavour: Flavour
  /** `provisioned` by recdistill setup, or `installed` by npm with its own script. */
  readonly origin: 'provisioned' | 'installed'
  /** The package whose JavaScript is loaded. */
  readonly packageFolder: string
  readonly packageName: string
  readonly packageVersion: string
  /** The native addon. */
  readonly binding: string
  readonly provision: Provision | null
}

export interface Search {
  readonly found: readonly NodeBackend[]
  /** What is there and cannot be used, one sentence each. */
  readonly problems: readonly string[]
}

const packages: Readonly<Record<Flavour, string>> = {
  gpu: '@tensorflow/tfjs-node-gpu',
  cpu: '@tensorflow/tfjs-node',
}

/**
 * Every TensorFlow that can be loaded here, best first: provisioned before installed, GPU before CPU. Reads a few small
 * files and loads nothing.
 */
export function findNodeBackends(env: Env = process.env): Search {
  const found: NodeBackend[] = []
  const problems: string[] = []
  const add = (one: NodeBackend | { readonly problem: string } | null) => {
    if (one === null) return
    if ('problem' in one) problems.push(one.problem)
    else found.push(one)
  }
  for (const flavour of ['gpu', 'cpu'] as const) add(provisioned(flavour, env))
  for (const flavour of ['gpu', 'cpu'] as const) add(installed(flavour))
  return { found, problems }
}

function provisioned(flavour: Flavour, env: Env): NodeBackend | { readonly problem: string } | null {
  const folder = provisionFolder(flavour, env)
  const provision = readProvision(folder)
  if (provision === null || 'problem' in provision) return provision
  return {
    flavour,
    origin: 'provisioned',
    packageFolder: join(folder, packageFolder),
    packageName: provision.package,
    packageVersion: provision.packageVersion,
    binding: join(folder, bindingFile),
    provision,
  }
}

/** What npm installed where this package or the person's project can see it. */
function installed(flavour: Flavour): NodeBackend | { readonly problem: string } | null {
  const name = packages[flavour]
  const manifest = resolve(`${name}/package.json`)
  if (manifest === null) return null
  const folder = dirname(manifest)
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const binding = nativeAddon(folder)
  if (binding === null)
    return {
      problem: `${name} ${version} is installed but its native part is missing (its install script did not run or could not download); run recdistill setup tensorflow${flavour === 'gpu' ? ' --gpu' : ''}`,
    }
  return {
    flavour,
    origin: 'installed',
    packageFolder: folder,
    packageName: name,
    packageVersion: version,
    binding,
    provision: null,
  }
}

function resolve(specifier: string): string | null {
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href])
    try {
      return createRequire(from).resolve(specifier)
    } catch {
      // Not seen from there.
    }
  return null
}

/** The package keeps one build for each version of Node-API; any of them runs on every later Node. */
function nativeAddon(folder: string): string | null {
  const lib = join(folder, 'lib')
  if (!existsSync(lib)) return null
  const builds = readdirSync(lib)
    .map((name) => join(lib, name, bindingFile))
    .filter((path) => existsSync(path))
  return builds.sort().at(-1) ?? null
}
