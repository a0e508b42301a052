import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { setLayer } from '../src/config/set.ts'
import { freshFolder, run } from './run.ts'

const at = freshFolder()
const written = (name: string, bytes: string | Uint8Array) => {
  writeFileSync(join(at, name), bytes)
  return join(at, name)
}
const inspected = async (name: string, bytes: string | Uint8Array, ...rest: string[]) => {
  const { code, stdout, stderr } = await run(['data', 'inspect', '--data', written(name, bytes), ...rest])
  expect(code, stderr).toBe(0)
  return stdout
}
const table = (head: string, row: (user: number, item: number) => string) =>
  [head, ...Array.from({ length: 600 }, (_, n) => row(n % 30, (n * 7) % 43))].join('\n')

test('a column that cannot be read is left unread by a flag', async () => {
  const text = table('user;item;rating', (u, i) => `u${u};i${i};${i % 5},5`)
  expect(await inspected('comma.csv', text, '--columns', 'rating=none')).toMatch(/30 users, 43 items/)
})

test('ratings with a decimal comma are read, which is said, again from the cache too', async () => {
  const row = (u: number, i: number) => `u${u};i${i};${i % 5},5`
  const file = written('halves.csv', table('user;item;rating', row))
  const kept = Array.from({ length: 600 }, (_, n) => (n * 7) % 43).filter((i) => (i % 5) + 0.5 >= 3.5)
  for (const _time of ['fresh', 'from the cache']) {
    const { code, stdout, stderr } = await run(['data', 'inspect', '--data', file, '--min-rating', '3.5'])
    expect(code, stderr).toBe(0)
    expect(stderr).toBe(
      'halves.csv: ratings are written with a decimal comma and read so, 4,5 as 4.5 (--decimal . refuses them)\n',
    )
    expect(stdout).toContain(`kept ${((100 * kept.length) / 600).toFixed(1)} % of 600`)
  }
  const refused = await run(['data', 'inspect', '--data', file, '--decimal', '.'])
  expect(refused.stderr).toMatch(/the rating in row 1 is "0,5", expected a number/)
  const quiet = await run(['data', 'inspect', '--data', file, '--decimal', ','])
  expect([quiet.code, quiet.stderr]).toEqual([0, ''])
  const wrong = await run(['data', 'inspect', '--data', file, '--decimal', 'comma'])
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toMatch(/--decimal/)
})

test('a file of another encoding is read by a flag', async () => {
  const text = table('user,item', (u, i) => `\xe9${u},b${i}`)
  expect(await inspected('latin.csv', Buffer.from(text, 'latin1'), '--encoding', 'latin-1')).toMatch(
    /30 users, 43 items/,
  )
})

test('rows without a user or an item are left out by a flag, and counted', async () => {
  const text = table('user,item', (u, i) =>
    i % 7 === 0 ? `u${u},` : i % 11 === 0 ? `null,i${i}` : `u${u},i${i}`,
  )
  const refused = await run(['data', 'inspect', '--data', written('guests.csv', text)])
  expect(refused.code).toBe(2)
  expect(refused.stderr).toMatch(/guests\.csv: the user id in row \d+ is "null"; .*--skip-empty-ids/)
  const left = Array.from({ length: 600 }, (_, n) => (n * 7) % 43).filter((i) => i % 7 > 0 && i % 11 > 0)
  const said = await inspected('guests.csv', text, '--skip-empty-ids')
  expect(said).toMatch(/30 users, 33 items/)
  expect(said).toContain(
    `the filters (ids, duplicates) kept ${((100 * left.length) / 600).toFixed(1)} % of 600`,
  )
})

test('kinds of events in one column are chosen by a flag, and the doctor says which columns were read', async () => {
  const kinds = ['view', 'cart', 'purchase']
  const text = table('customer,event,product,qty', (u, i) => `u${u},${kinds[i % 3]},"p, ${i}",1`)
  expect(await inspected('events.csv', text)).toContain(
    'user is the column "customer", item "product"; not read: "event", "qty"\n',
  )
  const kept = Array.from({ length: 600 }, (_, n) => (n * 7) % 43).filter((i) => i % 3 > 0)
  const said = await inspected('events.csv', text, '--where', 'event=cart,purchase', 'qty=1')
  expect(said).toContain(
    `the filters (where, where, duplicates) kept ${((100 * kept.length) / 600).toFixed(1)} % of 600`,
  )
  expect(said).toContain('item "product"\n')
  const file = join(at, 'events.csv')
  const misspelt = await run(['data', 'inspect', '--data', file, '--where', 'event=purchse'])
  expect([misspelt.code, misspelt.stderr]).toEqual([
    2,
    `recdistill: ${file}: no row has "purchse" in the column "event"; there are "view", "cart", "purchase"; did you mean "purchase"?\n`,
  ])
  for (const wrong of ['event', '=cart', 'event=cart,'])
    expect((await run(['data', 'inspect', '--data', file, '--where', wrong])).stderr).toBe(
      `recdistill: --where: expected column=values, e.g. event=cart,purchase, got "${wrong}"\n`,
    )
})

test('programs among the users are left out by a flag', async () => {
  const crawled = Array.from({ length: 90 }, (_, n) => `\nbot,i${n}`).join('')
  const text = table('user,item', (u, i) => `u${u},i${i}`) + crawled
  expect(await inspected('log.csv', text)).toMatch(/31 users, 90 items/)
  expect(await inspected('log.csv', text, '--max-per-user', '80')).toMatch(/30 users, 43 items/)
})

test('times that are written in a way of their own are read by a flag', async () => {
  const day = (n: number) => `${String((n % 28) + 1).padStart(2, '0')}.03.2024 08:15`
  const text = table('user,item,time', (u, i) => `u${u},i${i},${day(u + i)}`)
  const refused = await run(['data', 'inspect', '--data', written('dates.csv', text)])
  expect(refused.stderr).toMatch(/the time in row 1 is "01\.03\.2024 08:15", expected .* \(--time-format "%d/)
  const format = ['--time-format', '%d.%m.%Y %H:%M']
  expect(await inspected('dates.csv', text, ...format)).toMatch(/2024-03-01 .*2024-03-28/)
  const wrong = await run(['data', 'inspect', '--data', join(at, 'dates.csv'), '--time-format', '%Y'])
  expect(wrong.stderr).toMatch(/the time in row 1 is "01\.03\.2024 08:15", expected a time as %Y/)
})

test('--set gives null where null is written, and empty text where nothing is', () => {
  expect(setLayer(['rrd.scoreCap=null', 'a.b=~', 'c=']).values).toEqual({
    rrd: { scoreCap: null },
    a: { b: null },
    c: '',
  })
})
