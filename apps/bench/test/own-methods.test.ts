import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { freshFolder, resultOf, run, runBinary } from './run.ts'

const tiny = ['bench', '--preset', 'tiny', '--epochs', '6']
const at = freshFolder()

test('a mistake in the loss of a method of one’s own is said before anything is trained', async () => {
  const plugin = fileURLToPath(new URL('plugin/misspelt.mjs', import.meta.url))
  const folder = join(at, 'misspelt')
  const { code, stderr } = await run([...tiny, '--methods', plugin, '--out', folder])
  expect(code).toBe(2)
  expect(stderr).toMatch(/misspelt.*"favorites".*favourites/)
  expect(stderr).not.toContain('teacher')
  expect(existsSync(folder)).toBe(false)
})

test.each(['epochs', 'ease'])(
  'a method of one’s own may not be called "%s", which means something else to a run',
  async (name) => {
    const plugin = fileURLToPath(new URL(`plugin/called-${name}.mjs`, import.meta.url))
    const { code, stderr } = await run([...tiny, '--methods', plugin, '--out', join(at, name)])
    expect(stderr).toContain(`a method may not be called "${name}"; choose another name`)
    expect(code).toBe(2)
  },
)

test('a method from a file of somebody else trains, is set by --set, and is resumed by its path', async () => {
  const plugin = fileURLToPath(new URL('plugin/soft-top.mjs', import.meta.url))
  const folder = join(at, 'plugin')
  const { code, stderr } = await runBinary([
    ...tiny,
    '--methods',
    `rrd,${plugin}`,
    '--set',
    'soft-top.K=7',
    '--out',
    folder,
  ])
  expect(code, stderr).toBe(0)
  const { models, config } = resultOf(folder)
  expect(models[3]).toMatchObject({ id: 'soft-top', method: { params: { K: 7 }, lambda: 1 } })
  expect(models[3].curve[0].loss.kd).toBeGreaterThan(0)
  expect(config.methods).toEqual(['rrd', plugin])
  expect((await runBinary(['resume', folder])).code).toBe(0)
})
