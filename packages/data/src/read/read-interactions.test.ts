import { DuckDBInstance } from '@duckdb/node-api'
import { createRng } from '@recdistill/core'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { readInteractions, type InteractionTable } from './read-interactions.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-read-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(content) : content)
  return path
}

/** Rows as the file spells them. */
function spelled({ users, items, ratings, times, ids }: InteractionTable) {
  return Array.from(users, (user, n) => [
    ids!.users[user],
    ids!.items[items[n]],
    ...(ratings ? [ratings[n]] : []),
    ...(times ? [times[n]] : []),
  ])
}

const rows = [
  ['bob', 'i 7', 4, 1500000000],
  ['anna', 'x', 3.5, 1500000100],
  ['bob', 'x', 5, 1400000000],
]

test('the same rows come out of every tabular form', async () => {
  const lines = (delimiter: string, head: string) =>
    `${head}\n${rows.map((row) => row.join(delimiter)).join('\n')}\n`
  const paths = [
    file('a.csv', lines(',', 'userId,movieId,rating,timestamp')),
    file('b.tsv', lines('\t', 'USER\tITEM\trating\ttime')),
    file('c.csv.gz', lines(';', 'user_id;item_id;score;ts')),
    file('d.inter', lines('\t', 'user_id:token\titem_id:token\trating:float\ttimestamp:float')),
    file('e.txt', lines('|', 'uid|product_id|stars|unixReviewTime')),
    file('f.dat', rows.map((row) => row.join('::')).join('\n')),
    file('g.data', rows.map((row) => row.join('\t')).join('\r\n')),
    file(
      'h.jsonl',
      rows
        .map(([user, item, rating, time]) => JSON.stringify({ extra: { a: 1 }, item, user, rating, time }))
        .join('\n'),
    ),
  ]
  for (const path of paths) {
    const table = await readInteractions(path)
    expect(spelled(table), path).toEqual(rows)
    expect(table.ids!.users, path).toEqual(['anna', 'bob'])
  }
})

test('a path is the file of that name, not a pattern that others match', async () => {
  for (const [name, other] of [
    ['a[1].csv', 'a1.csv'],
    ['b*.jsonl', 'bc.jsonl'],
    ['c?.txt', 'cd.txt'],
  ]) {
    const [mine, theirs] = ['mine', 'theirs'].map((id) =>
      name.endsWith('.jsonl') ? `{"user": "${id}", "item": "i"}\n` : `${id},i\n`,
    )
    file(other, theirs)
    const table = await readInteractions(file(name, mine))
    expect(table.ids!.users, name).toEqual(['mine'])
  }
})

test('Parquet with whole-number ids and a time stamp column', async () => {
  const path = join(folder, 'p.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `COPY (SELECT 20 AS user_id, 3::BIGINT AS item_id, TIMESTAMP '2017-07-14 02:40:00' AS timestamp UNION ALL SELECT 3, 12, TIMESTAMP '2017-07-14 02:40:01') TO '${path}' (FORMAT parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
  const table = await readInteractions(path)
  expect(spelled(table).sort()).toEqual([
    ['20', '3', 1500000000],
    ['3', '12', 1500000001],
  ])
  expect(table.ids!.users).toEqual(['3', '20']) // by number, not by text
})

test('adjacency lines: a user and their items; a user without items and blank lines say nothing', async () => {
  const table = await readInteractions(file('train.txt', '0 5 3\n2 \n\n1 3 9 12 4\n'))
  expect(spelled(table)).toEqual([
    ['0', '5'],
    ['0', '3'],
    ['1', '3'],
    ['1', '9'],
    ['1', '12'],
    ['1', '4'],
  ])
})

test('users.dat of CiteULike: the count is no item, the line number from 0 is the user', async () => {
  const table = await readInteractions(file('users.dat', '2 10 11\n0\n3 1 10 12'))
  expect(spelled(table)).toEqual([
    ['0', '10'],
    ['0', '11'],
    ['2', '1'],
    ['2', '10'],
    ['2', '12'],
  ])
})

test('explicit options win over what the file looks like', async () => {
  const path = file('odd.csv', 'a,b,c\n1,2,3\n4,5,6\n')
  const table = await readInteractions(path, { columns: { user: 'c', item: 'a', rating: 'b' } })
  expect(spelled(table)).toEqual([
    ['3', '1', 2],
    ['6', '4', 5],
  ])
  const positions = await readInteractions(file('odd.txt', '1 2 3\n4 5 6'), {
    format: 'csv',
    header: false,
    columns: { user: 2, item: 0, rating: null },
  })
  expect(spelled(positions)).toEqual([
    ['3', '1'],
    ['6', '4'],
  ])
})

test('quoted ids keep delimiters and quotes', async () => {
  const table = await readInteractions(file('q.csv', 'user,item\n"Doe, J",a\n"say ""hi""",b\n'))
  expect(spelled(table)).toEqual([
    ['Doe, J', 'a'],
    ['say "hi"', 'b'],
  ])
})

test('times in milliseconds and as dates become seconds', async () => {
  const milliseconds = await readInteractions(
    file('ms.csv', 'user,item,timestamp\na,b,1500000000123\nc,d,1500000001000'),
  )
  expect([...milliseconds.times!]).toEqual([1500000000.123, 1500000001])
  const dates = await readInteractions(
    file('iso.csv', 'user,item,time\na,b,2017-07-14T02:40:00Z\nc,d,1970-01-02'),
  )
  expect([...dates.times!]).toEqual([1500000000, 86400])
})

test('without a header the third column is a time when it looks like one', async () => {
  expect((await readInteractions(file('t.csv', '1,2,1500000000\n3,4,1500000001'))).times).toBeDefined()
  expect((await readInteractions(file('r.csv', '1,2,5\n3,4,1'))).ratings).toBeDefined()
})

test('several files are read in order and share one set of ids', async () => {
  const table = await readInteractions([
    file('one.csv', 'user,item\nb,1\n'),
    file('two.csv', 'user,item\na,1\nb,2\n'),
  ])
  expect(spelled(table)).toEqual([
    ['b', '1'],
    ['a', '1'],
    ['b', '2'],
  ])
  expect(table.sources.map(({ bytes }) => bytes)).toEqual([14, 18])
  expect(table.sources[0].sha256).toMatch(/^[0-9a-f]{64}$/)
})

test('the order of a large gzipped file is kept across threads and chunks', async () => {
  const rng = createRng(1)
  const lines = Array.from({ length: 300_000 }, (_, n) => `u${rng.int(5000)},i${rng.int(999)},${n}`)
  const table = await readInteractions(file('large.csv.gz', `user,item,time\n${lines.join('\n')}\n`))
  expect(table.times!.length).toBe(lines.length)
  expect(table.times!.every((time, n) => time === n)).toBe(true)
  expect(
    `u${table.ids!.users[table.users[77_777]].slice(1)},${table.ids!.items[table.items[77_777]]},77777`,
  ).toBe(lines[77_777])
})

test('latin-1 files are read when it is said', async () => {
  const path = file('l1.csv', Buffer.from('user,item\nJosé,ä\n', 'latin1'))
  expect(spelled(await readInteractions(path, { encoding: 'latin-1' }))).toEqual([['José', 'ä']])
  await expect(readInteractions(path)).rejects.toThrow(/not UTF-8; give its encoding \(--encoding latin-1/)
})

test('ratings and times with a decimal comma are read as such, which is remarked', async () => {
  const table = await readInteractions(
    file('comma.csv', 'user;item;rating;time\na;x;4,5;1500000000,5\nb;y;3;1500000001\n'),
  )
  expect(spelled(table)).toEqual([
    ['a', 'x', 4.5, 1500000000.5],
    ['b', 'y', 3, 1500000001],
  ])
  expect(table.remarks).toEqual([
    'ratings are written with a decimal comma and read so, 4,5 as 4.5 (--decimal . refuses them)',
    'times are written with a decimal comma and read so, 4,5 as 4.5 (--decimal . refuses them)',
  ])
  const tabs = await readInteractions(file('comma.tsv', 'a\tx\t-0,5\nb\ty\t,25\n'), { decimal: ',' })
  expect([...tabs.ratings!]).toEqual([-0.5, 0.25])
  expect(tabs.remarks).toBeUndefined()
  const quoted = await readInteractions(file('quoted.csv', 'user,item,rating\na,x,"4,5"\nb,y,"3,0"\n'))
  expect([...quoted.ratings!]).toEqual([4.5, 3])
  const points = await readInteractions(file('points.csv', 'user;item;rating\na;x;4.5\n'))
  expect(points.remarks).toBeUndefined()
})

test('a decimal comma on every line without a header is no delimiter', async () => {
  const table = await readInteractions(file('bare.csv', 'u1;x;4,5\nu2;y;3,0\nu1;y;2,5\n'))
  expect(spelled(table)).toEqual([
    ['u1', 'x', 4.5],
    ['u2', 'y', 3],
    ['u1', 'y', 2.5],
  ])
  const named = file('named.csv', 'wer;was;wie\nu1;x;4,5\nu2;y;3,0\n')
  await expect(readInteractions(named)).rejects.toThrow(/which the item in "wer", "was", "wie"/)
  const columns = { user: 'wer', item: 'was', rating: 'wie' }
  expect([...(await readInteractions(named, { columns })).ratings!]).toEqual([4.5, 3])
  const ids = await readInteractions(file('lists.csv', '1,5;6;7\n2,8;9;7\n'))
  expect(ids.ids!.items).toEqual(['5;6;7', '8;9;7'])
})

test.each([
  [
    'which may be either',
    'a;x;1,234\nb;y;5',
    {},
    /row 1 is "1,234", which may be 1\.234 or 1234; say --decimal ,/,
  ],
  [
    'beside a decimal point',
    'a;x;4,5\nb;y;4.5',
    {},
    /rating in row 1 is "4,5", expected a number; .* in row 2 it is "4\.5";/,
  ],
  ['beside an empty cell', 'a;x;4,5\nb;y;\nc;x;1,5', {}, /row 1 is "4,5", .* in row 2 it is empty;/],
  [
    'where points are said',
    'a;x;4,5\nb;y;4,0',
    { decimal: '.' },
    /row 1 is "4,5", expected a number; correct/,
  ],
  [
    'after a point',
    'a;x;4,5\nb;y;1.234,5',
    { decimal: ',' },
    /row 2 is "1\.234,5", expected a number with a decimal/,
  ],
] as const)('a comma %s is refused', async (_what, rows, options, message) => {
  const path = file('refused.csv', `user;item;rating\n${rows}\n`)
  await expect(readInteractions(path, options)).rejects.toThrow(message)
})

test('said to be decimal, a comma before three digits is', async () => {
  const path = file('said.csv', 'user;item;rating\na;x;1,234\nb;y;5\n')
  expect([...(await readInteractions(path, { decimal: ',' })).ratings!]).toEqual([Math.fround(1.234), 5])
})
