import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { InputError } from '@recdistill/core'
import { asInputError } from '@recdistill/core/files'
import { locatePackages, type LocatedPackage } from './locate-packages.ts'
import { packageFiles, type Kind } from './package-files.ts'

export interface Created {
  readonly folder: string
  /** Packages that are linked from where this program runs; none where npm has to install them. */
  readonly linked: readonly string[]
  /** Where the checkout lies that this program runs from; null where it is installed, and called by its name. */
  readonly checkout: string | null
}

/**
 * Writes a package with a working method or backbone, its test and its build; whole or not at all.
 *
 * Where this program runs from a checkout, whose packages no registry has, they are linked into `node_modules`.
 * @throws InputError for a name that cannot be one, or a folder that is there already.
 */
export function createPackage(
  kind: Kind,
  name: string,
  { into, taken }: { into: string; taken: readonly string[] },
): Created {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new InputError(
      `create ${kind}: expected a name of lower case words joined by hyphens, e.g. soft-top, got "${name}"`,
    )
  if (taken.includes(name))
    throw new InputError(`create ${kind}: there is a ${kind} "${name}" already; choose another name`)
  const folder = resolve(into, `recdistill-${kind}-${name}`)
  if (existsSync(folder))
    throw new InputError(`create ${kind}: ${folder} is there already; remove it or choose another name`)
  const packages = locatePackages(kind)
  const temporary = `${folder}.${process.pid}.tmp`
  try {
    const versions = Object.fromEntries(packages.map((each) => [each.name, `^${each.version}`]))
    for (const [path, content] of Object.entries(packageFiles(kind, name, versions))) {
      mkdirSync(dirname(join(temporary, path)), { recursive: true })
      writeFileSync(join(temporary, path), content)
    }
    const ours = packages.find(({ fromCheckout }) => fromCheckout) // CHECKOUT/packages/NAME
    const linked = packages.filter((each) => ours !== undefined && each.root !== null)
    for (const each of linked) link(temporary, each)
    renameSync(temporary, folder)
    return {
      folder,
      linked: linked.map((each) => each.name),
      checkout: ours ? dirname(dirname(ours.root as string)) : null,
    }
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    throw asInputError('write', folder, error)
  }
}

function link(folder: string, { name, root }: LocatedPackage): void {
  const at = join(folder, 'node_modules', name)
  mkdirSync(dirname(at), { recursive: true })
  symlinkSync(root as string, at, 'junction')
}
