import { DuckDBInstance } from '@duckdb/node-api'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readInteractions } from './read-interactions.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-odd-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function parquet(name: string, columns: string): Promise<string> {
  const path = join(folder, name)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`COPY (SELECT ${columns}) TO '${path}' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  return path
}

test('lists and groups are no ids', async () => {
  for (const [path, role, name] of [
    [await parquet('list.parquet', `'ann' AS "user", [7, 8] AS items`), 'item', 'items'],
    [await parquet('group.parquet', `{'id': 'ann'} AS "user", 7 AS item`), 'user', 'user'],
    [await parquet('lists.parquet', `'ann' AS "user", 7 AS item, [{'at': 5}] AS "time"`), 'time', 'time'],
    [file('list.jsonl', '{"user":"ann","item":[7,8]}\n'), 'item', 'item'],
    [file('group.jsonl', '{"user":{"id":"ann"},"item":7}\n'), 'user', 'user'],
  ])
    await expect(readInteractions(path), path).rejects.toThrow(
      `${path}: the ${role} column "${name}" holds lists or groups of values, expected one value a row`,
    )
})

test('columns that are not read may hold anything, and types with brackets that are no lists are read', async () => {
  const path = await parquet(
    'beside.parquet',
    `'a]'::ENUM('a]') AS "user", 7 AS item, 4.5::DECIMAL(4, 2) AS rating, [1] AS more, {'a': 1} AS group`,
  )
  const { ids, ratings } = await readInteractions(path)
  expect([ids!.users, ids!.items, [...ratings!]]).toEqual([['a]'], ['7'], [4.5]])
  const lines = await readInteractions(file('beside.jsonl', '{"user":"a","item":7,"more":[1],"group":{}}\n'))
  expect(lines.ids).toEqual({ users: ['a'], items: ['7'] })
})

test('dates beside milliseconds are seconds as those are', async () => {
  const path = file('mixed.csv', 'user,item,time\na,x,2020-01-01\nb,x,1577836800000\n')
  expect([...(await readInteractions(path)).times!]).toEqual([1577836800, 1577836800])
})

test('-0 and 0 are two texts, whose order is theirs whatever the order of rows', async () => {
  const lines = ['-0,1', '0,1', '5,1']
  for (const order of [lines, lines.toReversed()]) {
    const { ids } = await readInteractions(file('zero.csv', `user,item\n${order.join('\n')}\n`))
    expect(ids!.users).toEqual(['-0', '0', '5'])
  }
  const { ids } = await readInteractions(file('whole.csv', 'user,item\n10,1\n-3,1\n0,1\n9,1\n'))
  expect(ids!.users).toEqual(['-3', '0', '9', '10'])
})
