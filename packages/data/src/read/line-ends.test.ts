import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { readInteractions } from './read-interactions.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-lines-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const read = async (name: string, content: string | Buffer, options = {}) => {
  const path = join(folder, name)
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(content) : content)
  const { users, items, ids } = await readInteractions(path, options)
  return Array.from(users, (user, n) => `${ids!.users[user]} ${ids!.items[items[n]]}`)
}

test.each([
  ['from CR LF to LF', 'user,item\r\na,x\r\nb,y\nc,z\n'],
  ['from LF to CR LF', 'user,item\na,x\nb,y\r\nc,z\r\n'],
  ['a header of its own', 'user,item\na,x\r\nb,y\r\nc,z'],
  ['one line, the last', 'user,item\na,x\nb,y\nc,z\r\n'],
  ['with empty lines', 'user,item\r\n\na,x\r\nb,y\n\r\nc,z\n'],
])('lines that end in two ways, %s', async (_, text) => {
  const rows = ['a x', 'b y', 'c z']
  expect(await read('mixed.csv', text)).toEqual(rows)
  expect(await read('mixed.csv.gz', text)).toEqual(rows)
  expect(await read('colons.dat', text.replaceAll(',', '::'))).toEqual(rows)
  const wide = Buffer.from(`\uFEFF${text}`, 'utf16le')
  expect(await read('wide.csv', wide, { encoding: 'utf-16' })).toEqual(rows)
})

test('lists of items whose lines end in two ways', async () => {
  expect(await read('train.txt', '0 5 3\r\n2 7\n1 4 9 6\n')).toEqual([
    '0 5',
    '0 3',
    '2 7',
    '1 4',
    '1 9',
    '1 6',
  ])
})

test('what else is wrong with such a file is still refused, and its line named', async () => {
  const bad = (row: string) => read('bad.csv', `user,item\r\na,x\n${row}\r\nc,z\n`)
  await expect(bad('b,y,1')).rejects.toThrow(/bad\.csv: line 3 has 3 columns, expected 2/)
  await expect(bad('b')).rejects.toThrow(/bad\.csv: line 3 has 1 columns, expected 2/)
  await expect(bad('"b,y')).rejects.toThrow(/bad\.csv: line 3 opens a quote that is never closed/)
  await expect(bad('"b"s,y')).rejects.toThrow(/bad\.csv: line 3/)
})
