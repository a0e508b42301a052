import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CompressResult } from '@recdistill/compress'
import { createRng, type RunResult } from '@recdistill/core'
import { loadMethods } from '@recdistill/methods'
import { expect, test } from 'vitest'
import { configYaml } from '../src/config/write.ts'
import { fileLayer } from '../src/config/file.ts'
import { resolveConfig } from '../src/config/resolve.ts'
import { loadCatalogue } from '../src/catalogue.ts'
import { freshFolder, run, runBinary } from './run.ts'

/** Interactions of users with ten items each, as a shop that has just begun would have them. */
function shop(folder: string, { users, items }: { users: number; items: number }): string {
  const rng = createRng(5).fork('shop')
  const at = join(folder, 'shop.csv')
  const lines = Array.from({ length: users }, (_, user) => {
    const chosen = rng.at(user)
    const bought = new Set<number>()
    while (bought.size < 10) bought.add(chosen.int(items))
    return [...bought].map((item) => `u${user},i${item}\n`).join('')
  })
  writeFileSync(at, `user,item\n${lines.join('')}`)
  return at
}

const quick = ['--teacher', 'mf:8', '--student', 'mf:4', '--epochs', '2', '--threads', '1', '--no-cache']
const result = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as RunResult & {
    config: Record<string, Record<string, unknown>>
  }

test('every method runs with its defaults on thirty items and twenty users, says what it lowered, and runs again so', async () => {
  const at = freshFolder()
  const data = shop(at, { users: 20, items: 30 })
  const out = join(at, 'run')
  const { code, stderr } = await run(['bench', '--data', data, '--methods', 'all', ...quick, '--out', out])
  expect(code, stderr).toBe(0)
  const { models, config } = result(out)
  const names = (await loadMethods()).map(({ name }) => name)
  const taught = models.filter(({ role }) => role === 'distilled').map(({ id }) => id)
  expect(taught.sort()).toEqual([...names].sort())
  const said = 'rrd: defaults lowered to suit 20 users and 30 items: K 100 to 4, L 200 to 8, maxK 500 to 22'
  expect(stderr.split('\n')).toContain(said)
  const file = join(out, 'config.yaml')
  expect(readFileSync(file, 'utf8').split('\n')).toContain(`# ${said}`)
  expect(config.rrd).toMatchObject({ K: 4, L: 8, maxK: 22 })
  expect(config['rce-kd']).toMatchObject({ K: 7, L: 7, M: 30 })

  const resumed = await run(['resume', out])
  expect(resumed.code, resumed.stderr).toBe(0)
  const lowered = (text: string) => text.split('\n').filter((line) => line.includes('lowered to suit'))
  expect(lowered(resumed.stderr)).toEqual(lowered(stderr))

  const again = join(at, 'again')
  const second = await run(['bench', '--config', file, '--no-cache', '--out', again])
  expect(second.code, second.stderr).toBe(0)
  expect(second.stderr).not.toContain('lowered')
  expect(result(again).models.map(({ test }) => test)).toEqual(models.map(({ test }) => test))
})

test.each([
  ['rrd.maxK=400', /^recdistill: rrd\.maxK: expected at most 30, .*, got 400; this would fit: --set rrd\.K=/],
  // fits a larger catalogue no better
  [
    'rrd.maxK=20',
    /^recdistill: rrd\.K: expected at most maxK = 20, got 100; .*; this would fit: --set rrd\.K=5 rrd\.L=10$/m,
  ],
  ['vanilla-ce.K=31', /^recdistill: vanilla-ce\.K: expected at most 30, .*, got 31/],
])('what a person wrote is never lowered: %s', async (set, says) => {
  const at = freshFolder()
  const data = shop(at, { users: 20, items: 30 })
  const methods = ['--methods', set.split('.')[0]]
  const { code, stderr } = await run(['bench', '--data', data, ...methods, ...quick, '--set', set])
  expect(code).toBe(2)
  expect(stderr).toMatch(says)
})

test('values around a written one are lowered to suit it', async () => {
  const at = freshFolder()
  const data = shop(at, { users: 20, items: 30 })
  const out = join(at, 'run')
  const argv = ['bench', '--data', data, '--methods', 'rrd', ...quick, '--set', 'rrd.K=10', '--out', out]
  const { code, stderr } = await run(argv)
  expect(code, stderr).toBe(0)
  expect(result(out).config.rrd).toMatchObject({ K: 10, L: 8, maxK: 22 })
})

test('a catalogue that is large enough changes nothing', async () => {
  const at = freshFolder()
  const data = shop(at, { users: 200, items: 800 })
  const out = join(at, 'run')
  const { code, stderr } = await run(['bench', '--data', data, ...quick, '--out', out])
  expect(code, stderr).toBe(0)
  expect(stderr).not.toContain('lowered')
  expect(result(out).config.rrd).toMatchObject({ K: 100, L: 200, maxK: 500 })
  const catalogue = await loadCatalogue()
  const written = readFileSync(join(out, 'config.yaml'), 'utf8')
  expect(configYaml(await resolveConfig([fileLayer(join(out, 'config.yaml'))], catalogue))).toBe(written)
})

test('cut-offs beyond the catalogue are left out where the protocol brought them, and refused where a person did', async () => {
  const at = freshFolder()
  const data = shop(at, { users: 20, items: 15 })
  const argv = ['bench', '--data', data, '--methods', 'none', ...quick]
  const out = join(at, 'run')
  const { code, stderr } = await run([...argv, '--out', out])
  expect(code, stderr).toBe(0)
  expect(stderr).toMatch(
    /^protocol strict: no lists of 20, as there are 15 items; measured at 10, .* ndcg@10$/m,
  )
  expect(result(out).protocol.ks).toEqual([10])
  expect(result(out).config.protocol).toMatchObject({ name: 'strict', ks: [10], select: 'ndcg@10' })

  const chosen = await run([...argv, '--protocol', 'hetcomp', '--out', join(at, 'hetcomp')])
  expect(chosen.code, chosen.stderr).toBe(0)
  expect(result(join(at, 'hetcomp')).protocol).toMatchObject({ ks: [10], select: 'recall@10' })

  const written = await run([...argv, '--set', 'protocol.ks=[10,20]'])
  expect(written.code).toBe(2)
  expect(written.stderr).toMatch(/measures lists of 20, and the catalogue has 15 items/)
  const advice = /--set (\S+) (\S+?)\)/.exec(written.stderr)?.slice(1) ?? []
  const advised = await run([...argv, '--set', ...advice, '--out', join(at, 'advised')])
  expect(advised.code, advised.stderr).toBe(0)
})

test('users with too few interactions for a share are told of a split that holds one of each back', async () => {
  const at = freshFolder()
  const data = join(at, 'few.csv')
  const lines = Array.from({ length: 90 }, (_, n) => `u${n % 30},i${(n * 7) % 25}\n`)
  writeFileSync(data, `user,item\n${lines.join('')}`)
  const argv = ['bench', '--data', data, '--methods', 'none', ...quick]
  const { code, stderr } = await run(argv)
  expect(code).toBe(2)
  expect(stderr).toMatch(/few\.csv: the (valid|test) part of the split is empty; .*--split loo/)
  const loo = await run([...argv, '--split', 'loo', '--out', join(at, 'loo')])
  expect(loo.code, loo.stderr).toBe(0)
})

test('a compression of a small catalogue needs no settings', { timeout: 300_000 }, async () => {
  const at = freshFolder()
  const data = shop(at, { users: 20, items: 15 })
  const out = join(at, 'small')
  const search = ['--trials', '4', '--epochs', '3', '--refine', '0', '--dims', '4', '--students', 'mf']
  const { code, stderr } = await runBinary(
    ['compress', '--data', data, '--keep', '0.1', '--teacher', 'mf:8', '--teacher-epochs', '3'].concat(
      search,
      ['--methods', 'rrd,rce-kd', '--out', out],
    ),
  )
  expect([0, 4], stderr).toContain(code)
  expect(stderr).toMatch(/^rrd: defaults lowered to suit 20 users and 15 items: /m)
  expect(stderr).toMatch(/^protocol strict: no lists of 20/m)
  const { trials, protocol } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as CompressResult
  expect(protocol.ks).toEqual([10])
  expect(new Set(trials.map(({ trial }) => trial.method))).toEqual(new Set(['rrd', 'rce-kd']))
})
