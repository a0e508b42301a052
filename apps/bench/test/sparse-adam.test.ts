import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { RunResult } from '@recdistill/core'
import { beforeAll, expect, test } from 'vitest'
import { stripTimings } from '../src/run/strip-timings.ts'
import { freshFolder, modelOf, resultOf, run } from './run.ts'

const at = freshFolder()
const whole = join(at, 'whole')
const small = ['--preset', 'tiny', '--epochs', '4', '--methods', 'rrd,de', '--cache', join(at, 'cache')]
const sparse = [...small, '--sparse-adam']
const bare = (folder: string) => stripTimings(resultOf(folder)) as RunResult

beforeAll(async () => {
  expect((await run(['bench', ...sparse, '--out', whole])).code).toBe(0)
})

test('a run with sparse steps says so in its configuration, which gives the same run again', async () => {
  expect(readFileSync(join(whole, 'config.yaml'), 'utf8')).toMatch(/^sparseAdam: true$/m)
  expect(resultOf(whole).config).toMatchObject({ sparseAdam: true })
  expect(modelOf(resultOf(whole), 'rrd').optimizer).toMatchObject({ sparse: true })
  expect(readFileSync(join(whole, 'report.html'), 'utf8')).toContain('adam=sparse')
  const again = join(at, 'again')
  expect((await run(['bench', '--config', join(whole, 'config.yaml'), '--out', again])).code).toBe(0)
  expect(modelOf(bare(again), 'de').test).toEqual(modelOf(bare(whole), 'de').test)
})

test('its teacher is not that of ordinary steps, nor taken for it from the cache', async () => {
  const ordinary = join(at, 'ordinary')
  expect((await run(['bench', ...small, '--out', ordinary])).code).toBe(0)
  for (const id of ['teacher', 'scratch', 'rrd', 'de']) {
    const [one, other] = [whole, ordinary].map((folder) => modelOf(resultOf(folder), id))
    expect(one.test, id).not.toEqual(other.test)
    expect(other.cached, id).toBe(false)
  }
})

test('interrupted and resumed it ends with the same bits', async () => {
  const stopped = join(at, 'stopped')
  const options = [...sparse, '--no-cache', '--checkpoint-every', '0']
  const { code } = await run(['bench', ...options, '--out', stopped], {
    interruptAt: '[3/4] rrd: epoch 1/',
  })
  expect(code).toBe(130)
  expect((await run(['resume', stopped])).code).toBe(0)
  for (const model of ['rrd', 'de'])
    expect(readFileSync(join(stopped, model, 'best.ckpt'))).toEqual(
      readFileSync(join(whole, model, 'best.ckpt')),
    )
  rmSync(stopped, { recursive: true })
})
