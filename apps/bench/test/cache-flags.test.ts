import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileLayer } from '../src/config/file.ts'
import { freshFolder, run } from './run.ts'

test.each([
  ['first', (folder: string) => ['--no-cache', '--cache', folder]],
  ['last', (folder: string) => ['--cache', folder, '--no-cache']],
])(
  '--no-cache keeps no teachers in the folder of --cache, which holds the data: given %s',
  async (_, flags) => {
    const at = freshFolder()
    const [folder, out] = [join(at, 'cache'), join(at, 'run')]
    const tiny = ['bench', '--preset', 'tiny', '--epochs', '1', '--methods', 'none']
    const { code, stderr } = await run([...tiny, ...flags(folder), '--out', out])
    expect(code, stderr).toBe(0)
    expect(fileLayer(join(out, 'config.yaml')).values).toMatchObject({ cache: folder, reuseTeachers: false })
    expect([existsSync(folder), existsSync(join(folder, 'teachers'))]).toEqual([true, false])
  },
)
