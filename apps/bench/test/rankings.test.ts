import { prepareSplit } from '@recdistill/data'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { freshFolder, run } from './run.ts'

const at = freshFolder()
const written = (name: string, lines: readonly string[]) => {
  writeFileSync(join(at, name), lines.join('\n'))
  return join(at, name)
}
const pairs = Array.from({ length: 600 }, (_, n) => [n % 30, (n * 7) % 43] as const)
const data = written('pairs.csv', ['user,item', ...pairs.map(([u, i]) => `u${u},i${i}`)])

/** Every user’s list of all items, the best item another one for each user. */
const ranked = Array.from({ length: 30 * 43 }, (_, n) => {
  const [user, place] = [Math.floor(n / 43), n % 43]
  return { user: `u${user}`, item: `i${(user * 5 + place * 11) % 43}`, rank: place + 1 }
})
const evaluate = (file: string, ...rest: string[]) =>
  run(['evaluate', '--rankings', file, '--data', data, '--json', ...rest])
const measured = async (file: string, ...rest: string[]) => {
  const { code, stdout, stderr } = await evaluate(file, ...rest)
  expect(code, stderr).toBe(0)
  return { means: (JSON.parse(stdout) as { means: Record<string, number> }).means, stderr }
}
let plain: Record<string, number>
beforeAll(async () => {
  const rows = ranked.map(({ user, item, rank }) => `${user},${item},${rank}`)
  const { means, stderr } = await measured(written('plain.csv', ['user,item,rank', ...rows]))
  expect(stderr).not.toContain('plain.csv')
  plain = means
  expect(plain['ndcg@10']).toBeGreaterThan(0)
})

test('columns of rankings are named, in any order, and what was understood is said', async () => {
  const rows = ranked.map(({ user, item, rank }) => `${-rank / 7}\t${item}\t9\t${user}`).reverse()
  const file = written('named.tsv', ['s\tmovie\trank\tuid', ...rows])
  const { means, stderr } = await measured(file, '--ranking-columns', 'user=uid,item=movie,score=s')
  expect(means).toEqual(plain)
  expect(stderr).toContain('named.tsv: users from "uid", items from "movie", best is the most "s"')
})

test('the file of rankings is the one that is named, whatever a pattern would match', async () => {
  const rows = ranked.map(({ user, item, rank }) => `${user},${item},${rank}`)
  written('of1.csv', ['user,item,rank', ...rows.slice(0, 5)])
  expect((await measured(written('of[1].csv', ['user,item,rank', ...rows]))).means).toEqual(plain)
})

test('lines of rankings may end in two ways', async () => {
  const rows = ranked.map(({ user, item, rank }, n) => `${user},${item},${rank}${n % 2 === 0 ? '\r' : ''}`)
  expect((await measured(written('ends.csv', ['user,item,rank\r', ...rows]))).means).toEqual(plain)
})

test('columns of rankings are told by place, in a file with a header and in one without', async () => {
  const rows = ranked.map(({ user, item, rank }) => `${rank},${user},${item}`)
  const places = ['--ranking-columns', 'rank=0,user=1,item=2']
  expect((await measured(written('places.csv', ['a,b,c', ...rows]), ...places)).means).toEqual(plain)
  expect((await measured(written('bare.csv', rows), ...places)).means).toEqual(plain)
})

test('usual names are known; rows without rank or score count in order, which is said', async () => {
  const rows = ranked.map(({ user, item }) => `${user},${item},x`)
  const { means, stderr } = await measured(written('order.csv', ['user_id,movieId,why', ...rows]))
  expect(means).toEqual(plain)
  expect(stderr).toMatch(/users from "user_id", items from "movieId", best first as the rows stand/)
})

test('lists that are too short say which cut-offs they have, and those alone are enough to ask for', async () => {
  const rows = ranked
    .filter(({ rank }) => rank <= 19)
    .map(({ user, item, rank }) => `${user},${item},${rank}`)
  const file = written('top19.csv', ['user,item,rank', ...rows])
  const refused = await evaluate(file)
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--set protocol.ks=[19]')])
  const { means } = await measured(file, '--set', 'protocol.ks=[3]')
  expect(means['ndcg@3']).toBeGreaterThan(0)
})

test('scores with a decimal comma are read as such, which is said', async () => {
  const rows = ranked.map(({ user, item, rank }) => `${user};${item};${String(1 / rank).replace('.', ',')}`)
  const { means, stderr } = await measured(written('comma.csv', ['user;item;score', ...rows]))
  expect(means).toEqual(plain)
  expect(stderr).toContain('comma.csv: numbers are written with a decimal comma')
  const places = ['--ranking-columns', 'user=0,item=1,score=2']
  expect((await measured(written('bare-comma.csv', rows), ...places)).means).toEqual(plain)
})

test.each([
  [
    'a column that is not there',
    'user=uid,item=film',
    /no column "film" for the item; it has uid, flim, s; /,
  ],
  ['a place that is not there', 'user=0,item=7', /no column 7 for the item; it has uid, flim, s$/m],
  ['a column that nobody names', 'user=uid', /expected a column "item", it has uid, flim, s; name it/],
  ['a column for two roles', 'user=uid,item=uid', /the column "uid" is asked for twice/],
  ['an unknown role', 'user=uid,itme=flim', /got "itme"; did you mean item\?/],
  ['two orders', 'rank=s,score=s', /rank and score both say the order/],
  ['no pairs', 'uid,flim', /expected role=name pairs/],
])('refused in one line: %s', async (_what, columns, message) => {
  const file = written('wrong.csv', ['uid,flim,s', ...ranked.map((r) => `${r.user},${r.item},${r.rank}`)])
  const { code, stderr } = await evaluate(file, '--ranking-columns', columns)
  expect(code).toBe(2)
  expect(stderr).toMatch(message)
})

test('lists that find nothing of what is measured are told how that comes', async () => {
  const { ids, test: truth } = await prepareSplit({ files: data }, { cacheDir: freshFolder() })
  const held = new Set<string>()
  for (let user = 0; user < 30; user++)
    for (let at = truth.offsets[user]; at < truth.offsets[user + 1]; at++)
      held.add(`${ids?.users[user]},${ids?.items[truth.items[at]]}`)
  const rows = ranked.filter(({ user, item }) => !held.has(`${user},${item}`))
  const file = written('unheld.csv', ['user,item,rank', ...rows.map((row) => Object.values(row).join())])
  const { means, stderr } = await measured(file)
  expect(new Set(Object.values(means))).toEqual(new Set([0]))
  expect(stderr).toContain('unheld.csv: no list has an item of the test part within the cut-offs')
})
