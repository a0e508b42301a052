import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Flavour } from './home.ts'

/** What `recdistill setup tensorflow` did, kept beside its result. */
export interface Provision {
  readonly schema: 1
  readonly flavour: Flavour
  /** Of the library, e.g. 2.21.0. */
  readonly tensorflow: string
  /** Whose JavaScript and binding sources, e.g. @tensorflow/tfjs-node. */
  readonly package: string
  readonly packageVersion: string
  /** The wheel, archive or folder the library came from. */
  readonly from: string
  readonly sha256: string | null
  /** True when the SHA-256 was compared with one known beforehand. */
  readonly verified: boolean
  readonly platform: string
  readonly createdAt: string
}

/** Names inside a provisioned folder. */
export const provisionFile = 'provision.json'
export const bindingFile = 'tfjs_binding.node'
export const packageFolder = 'package'
export const libraryFolder = 'tensorflow'

/** `linux-x64`: what a library is built for. */
export function platformName(): string {
  return `${process.platform}-${process.arch}`
}

/** Null when there is none; a sentence when it cannot be used. */
export function readProvision(folder: string): Provision | { readonly problem: string } | null {
  const path = join(folder, provisionFile)
  if (!existsSync(path)) return null
  const again = 'run recdistill setup tensorflow again'
  let read: unknown
  try {
    read = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { problem: `${path} is not JSON; ${again}` }
  }
  if (!isProvision(read)) return { problem: `${path} is of another version of recdistill; ${again}` }
  if (read.platform !== platformName())
    return { problem: `${folder} was built for ${read.platform}, this is ${platformName()}; ${again}` }
  for (const name of [bindingFile, packageFolder])
    if (!existsSync(join(folder, name))) return { problem: `${folder} lacks ${name}; ${again}` }
  return read
}

function isProvision(value: unknown): value is Provision {
  if (typeof value !== 'object' || value === null) return false
  const { schema, flavour, tensorflow, package: of, packageVersion, platform } = value as Partial<Provision>
  const texts = [tensorflow, of, packageVersion, platform]
  return (
    schema === 1 &&
    (flavour === 'cpu' || flavour === 'gpu') &&
    texts.every((text) => typeof text === 'string')
  )
}
