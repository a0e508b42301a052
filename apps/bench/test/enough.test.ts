import type { ModelRun } from '@recdistill/core'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freshFolder, resultOf, run } from './run.ts'

/** Starts a run, and presses Ctrl-C where a line begins like this. */
async function interrupted(folder: string, line: string): Promise<void> {
  const argv = ['bench', '--preset', 'tiny', '--methods', 'rrd', '--epochs', '7', '--out', folder]
  expect((await run(argv, { interruptAt: line })).code).toBe(130)
}

test('a teacher that is ended by hand teaches as it stands, is said to be, and is not lent to others', async () => {
  const folder = join(freshFolder(), 'run')
  await interrupted(folder, '[1/3] teacher: epoch 3/')
  const { code, stderr } = await run(['resume', folder, '--enough'])
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('(3 epochs in ')
  expect(stderr).toContain(', ended by hand)')
  const { models } = resultOf(folder)
  const of = (id: string) => models.find((model) => model.id === id) as ModelRun
  expect(of('teacher')).toMatchObject({ stopped: 'hand', epochs: 3 })
  for (const id of ['scratch', 'rrd']) expect(of(id)).toMatchObject({ stopped: 'epochs', epochs: 7 })
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('ended by hand')

  const next = join(freshFolder(), 'next')
  await interrupted(next, '[1/3] teacher: epoch 5/') // the cache has none for it
  const taught = await run(['bench', '--preset', 'tiny', '--methods', 'rrd', '--epochs', '7', '--teacher-from', folder, '--out', join(next, 'taught')]) // prettier-ignore
  expect(taught.code, taught.stderr).toBe(0)
  expect(resultOf(join(next, 'taught')).models[0]).toMatchObject({ stopped: 'hand', cached: true })
})

test('without a model in training there is nothing to end', async () => {
  const folder = join(freshFolder(), 'run')
  expect((await run(['bench', '--preset', 'tiny', '--methods', 'none', '--epochs', '2', '--out', folder])).code).toBe(0) // prettier-ignore
  const { code, stderr } = await run(['resume', folder, '--enough'])
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/no model of it is in training; leave out --enough/),
  ])
})
