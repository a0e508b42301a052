import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freshFolder, resultOf, run } from './run.ts'

test('a run whose data has changed is not gone on with, finished or not, and keeps its results; moved data may be named anew', async () => {
  const at = freshFolder()
  const [data, out] = [join(at, 'our ratings.csv'), join(at, 'run')]
  const pairs = Array.from({ length: 600 }, (_, n) => `u${n % 30},i${(n * 7) % 43}`)
  const csv = ['user,item', ...pairs].join('\n')
  writeFileSync(data, csv)
  const small = ['--teacher', 'mf:4', '--student', 'mf:2', '--epochs', '1', '--methods', 'none', '--no-cache']
  expect((await run(['bench', '--data', data, ...small, '--out', out])).code).toBe(0)
  const { split } = resultOf(out)
  expect(JSON.parse(readFileSync(join(out, 'split.json'), 'utf8'))).toEqual(split)

  writeFileSync(data, [csv, 'u1,i43', 'u2,i43'].join('\n'))
  const { code, stderr } = await run(['resume', out])
  expect([code, stderr.split('\n').filter((line) => line.includes('began on'))]).toEqual([
    2,
    [
      expect.stringMatching(
        /^recdistill: .*run: began on split \w{12} of 600 interactions, and the data now gives split \w{12} of 602 interactions; put back/,
      ),
    ],
  ])
  expect(resultOf(out).split).toEqual(split)
  writeFileSync(data, csv)
  expect((await run(['resume', out])).code).toBe(0)

  const moved = join(at, 'last year.csv')
  renameSync(data, moved)
  const config = join(out, 'config.yaml')
  expect((await run(['resume', out])).stderr).toBe(
    `recdistill: ${config}: data: cannot read ${data}: no such file or folder; check the path\n`,
  )
  writeFileSync(config, readFileSync(config, 'utf8').replace(data, moved))
  expect((await run(['resume', out])).code).toBe(0)
})
