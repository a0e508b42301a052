import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '@recdistill/core'
import { pipPlatforms, type KnownWheel } from './known.ts'
import { expectTool, findTool, type Env } from './run-tool.ts'

const otherwise = 'or give a wheel, archive or folder that you have with --from'

/**
 * Wheels from the registry that the person's pip is set up for, each checked against its SHA-256 by pip itself.
 * @returns Their paths, in order of names.
 * @throws InputError when there is no pip, or it cannot get them.
 */
export async function downloadWheels(
  wheels: readonly Pick<KnownWheel, 'project' | 'version' | 'sha256'>[],
  { folder, platform, env }: { folder: string; platform: string; env: Env },
): Promise<readonly string[]> {
  const pip = await findTool([['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']], env)
  if (pip === null)
    throw new InputError(`setup tensorflow: found no pip (Python 3); install it, ${otherwise}`)
  const requirements = join(folder, 'requirements.txt')
  writeFileSync(
    requirements,
    wheels.map(({ project, version, sha256 }) => `${project}==${version} --hash=sha256:${sha256}\n`).join(''),
  )
  const names = wheels.map(({ project, version }) => `${project} ${version}`).join(', ')
  await expectTool(
    `pip cannot download ${names}`,
    [
      ...pip,
      'download',
      '--no-deps',
      '--require-hashes',
      '--only-binary=:all:',
      '--disable-pip-version-check',
      '--no-input',
      '--progress-bar=off',
      ...['--python-version=3.11', '--implementation=cp', '--abi=cp311'],
      ...pipPlatforms[platform].map((name) => `--platform=${name}`),
      `--dest=${folder}`,
      `--requirement=${requirements}`,
    ],
    { env: { ...env, PIP_REQUIRE_VIRTUALENV: '0' }, advice: `check pip's index and network, ${otherwise}` },
  )
  return readdirSync(folder)
    .filter((name) => name.endsWith('.whl'))
    .sort()
    .map((name) => join(folder, name))
}
