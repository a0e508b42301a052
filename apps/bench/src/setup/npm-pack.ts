import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '@recdistill/core'
import { hashFile } from './hash-file.ts'
import { expectTool, type Env } from './run-tool.ts'

export interface NpmPackage {
  readonly name: string
  readonly version: string
  readonly integrity: string
}

/**
 * The files of a package from the registry that the person's npm is set up for; its scripts do not run.
 * @returns The folder that holds its package.json.
 */
export async function unpackFromNpm(
  { name, version, integrity }: NpmPackage,
  { work, env }: { work: string; env: Env },
): Promise<string> {
  const folder = mkdtempSync(join(work, 'npm-'))
  await expectTool(
    `npm cannot get ${name}@${version}`,
    ['npm', 'pack', `${name}@${version}`, '--ignore-scripts', '--silent', `--pack-destination=${folder}`],
    { env, cwd: folder, advice: "check npm's registry and network" },
  )
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'))
  if (tarball === undefined)
    throw new InputError(`setup tensorflow: npm wrote no archive of ${name}@${version}`)
  const path = join(folder, tarball)
  const got = `sha512-${(await hashFile(path, 'sha512')).toString('base64')}`
  if (got !== integrity)
    throw new InputError(
      `setup tensorflow: ${name}@${version}: expected integrity ${integrity}, got ${got}; nothing was installed`,
    )
  const unpacked = join(folder, 'unpacked')
  mkdirSync(unpacked)
  await expectTool(`${tarball} cannot be unpacked`, ['tar', '-xzf', path, '-C', unpacked], {
    env,
    advice: 'try again',
  })
  return join(unpacked, 'package')
}
