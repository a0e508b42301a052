import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { setLayer } from '../src/config/set.ts'
import { freshFolder, run } from './run.ts'

const at = freshFolder()
const inspected = async (name: string, bytes: string | Uint8Array, ...rest: string[]) => {
  writeFileSync(join(at, name), bytes)
  const { code, stdout, stderr } = await run(['data', 'inspect', '--data', join(at, name), ...rest])
  expect(code, stderr).toBe(0)
  return stdout
}
const table = (head: string, row: (user: number, item: number) => string) =>
  [head, ...Array.from({ length: 600 }, (_, n) => row(n % 30, (n * 7) % 43))].join('\n')

test('a column that cannot be read is left unread by a flag', async () => {
  const text = table('user;item;rating', (u, i) => `u${u};i${i};${i % 5},5`)
  expect(await inspected('comma.csv', text, '--columns', 'rating=none')).toMatch(/30 users, 43 items/)
})

test('a file of another encoding is read by a flag', async () => {
  const text = table('user,item', (u, i) => `\xe9${u},b${i}`)
  expect(await inspected('latin.csv', Buffer.from(text, 'latin1'), '--encoding', 'latin-1')).toMatch(
    /30 users, 43 items/,
  )
})

test('--set gives null where null is written, and empty text where nothing is', () => {
  expect(setLayer(['rrd.scoreCap=null', 'a.b=~', 'c=']).values).toEqual({
    rrd: { scoreCap: null },
    a: { b: null },
    c: '',
  })
})
