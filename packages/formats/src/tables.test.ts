import { InputError } from '@recdistill/core'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { withDatabase } from './database.ts'
import { readScoredLists, readVectors, writeParquet } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-tables-'))
const at = (name: string) => join(folder, name)
const put = (text: string, name = 'x.csv') => {
  writeFileSync(at(name), text)
  return at(name)
}
const parquet = async (sql: string, name = 'x.parquet') => {
  await withDatabase((connection) => connection.run(`COPY (${sql}) TO '${at(name)}' (FORMAT parquet)`))
  return at(name)
}
async function refused(reading: Promise<unknown>, words: RegExp) {
  const error: unknown = await reading.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error, String(words)).toBeInstanceOf(InputError)
  expect((error as Error).message).toMatch(words)
  expect((error as Error).message).not.toContain('\n')
}

test('vectors that were written are read, in their order', async () => {
  const ids = Array.from({ length: 5000 }, (_, n) => `i${(n * 7919) % 5000}`)
  const data = Float32Array.from({ length: 5000 * 3 }, (_, n) => Math.cos(n))
  await writeParquet(at('v.parquet'), {
    item: ids,
    place: Uint32Array.from(ids.keys()),
    bias: data.slice(0, 5000),
    vector: { data, dim: 3 },
  })
  expect(await readVectors(at('v.parquet'))).toEqual({ ids, dim: 3, data })
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  await expect(writeParquet(at('w.parquet'), { a: ['x'], b: Uint32Array.of(1, 2) })).rejects.toThrow(
    RangeError,
  )
})

test('one column a dimension, lists of doubles, ids that are numbers, columns by other names', async () => {
  const expected = { ids: ['7', '5'], dim: 2, data: Float32Array.of(1, 2, 3, 4) }
  expect(await readVectors(put('item_id,d0,d1\n7,1,2\n5,3,4\n'))).toEqual(expected)
  const lists = `SELECT * FROM (VALUES (7, [1.0, 2.0]::DOUBLE[]), (5, [3, 4])) AS t`
  expect(await readVectors(await parquet(`${lists}(movie, weights)`), { id: 'movie' })).toEqual(expected)
  const fixed = `SELECT 'a b' AS name, [1, 2]::FLOAT[2] AS x, [3, 4]::FLOAT[2] AS y`
  expect(await readVectors(await parquet(fixed), { vector: 'y' })).toMatchObject({
    ids: ['a b'],
    data: Float32Array.of(3, 4),
  })
})

test('a file is the one that is named, whatever signs of patterns its path has', async () => {
  for (const folder of ['kept [1]', 'kept 1']) mkdirSync(at(folder))
  put('id,x\nother,1\n', 'kept 1/a.csv')
  expect((await readVectors(put('id,x\nright,1\n', 'kept [1]/a.csv'))).ids).toEqual(['right'])
  put('user,item,score\nother,a,1\n', 'every.csv')
  expect((await readScoredLists(put('user,item,score\nright,a,1\n', 'e*y.csv'))).users).toEqual(['right'])
  await parquet(`SELECT 'other' AS id, [1.0] AS vector`, 'p1.parquet')
  await writeParquet(at('p[1].parquet'), { id: ['right'], vector: { data: Float32Array.of(1), dim: 1 } })
  expect((await readVectors(at('p[1].parquet'))).ids).toEqual(['right'])
})

test('a dimension is neither lost for one odd cell nor made of the numbers of rows', async () => {
  await refused(
    readVectors(put('id,x,y\na,1,2\nb,3,n/a\nc,5,6\n')),
    /column "y" is one of numbers but for row 2, which has "n\/a"; write a plain number there, or leave/,
  )
  await refused(
    readVectors(put('id;x;y\na;1;2,5\nb;3;4\nc;3;4\n')),
    /column "y" is one of numbers but for row 1, which has "2,5"/,
  )
  await refused(
    readVectors(put(',id,x\n0,a,5\n1,b,6\n')),
    /column "column0" numbers the rows and would be a dimension.*index=False/,
  )
  await refused(readVectors(put('Unnamed: 0,id,x\n0,a,5\n1,b,6\n')), /column "Unnamed: 0" numbers the rows/)
  const titled = await readVectors(put('id,title,column0\na,1984,7\nb,Emma,8\nc,Dune,9\n'))
  expect(titled).toEqual({ ids: ['a', 'b', 'c'], dim: 1, data: Float32Array.of(7, 8, 9) })
})

test('vectors: each defect has its own line', async () => {
  const lists = (values: string) => parquet(`SELECT * FROM (VALUES ${values}) AS t(id, vector)`)
  await refused(readVectors(at('absent.parquet')), /cannot read .*no such file/)
  await refused(readVectors(put('not parquet', 'bad.parquet')), /not a sound Parquet file/)
  await refused(readVectors(put('id,a\n')), /no column holds|holds no rows/)
  await refused(readVectors(put('id,a\nx,y\n')), /no column holds lists of numbers/)
  await refused(readVectors(put('a,b\n1,2\n')), /cannot tell which column holds the ids in a, b/)
  await refused(
    readVectors(put('id,a\n1,2\n'), { id: 'if' }),
    /no column "if" for the id; it has id, a; did you mean "id"/,
  )
  await refused(readVectors(put('id,a\n1,2\n1,3\n')), /id "1" stands there twice/)
  await refused(readVectors(put('id,a\n,2\n1,3\n')), /row 0 \(from 0\) has no id/)
  await refused(readVectors(put('id,a\n1,2\n2,\n')), /the vector of "2" has no value at place 0/)
  await refused(readVectors(await lists(`('a', [1, 'nan'::FLOAT])`)), /"a" has NaN at place 1/)
  await refused(readVectors(await lists(`('a', [1, NULL])`)), /"a" has no value at place 1/)
  await refused(
    readVectors(await lists(`('a', [1, 2]), ('b', [1, 2]), ('c', [1])`)),
    /1 numbers for id "c" but 2 for others/,
  )
  await refused(readVectors(await lists(`('a', []::FLOAT[])`)), /lists in "vector" are empty/)
  await refused(readVectors(await parquet(`SELECT 'a' AS id, [1] AS x, [2] AS y`)), /x, y all hold lists/)
})

test('lists come best first, whatever the order of rows, and equal scores keep that of the file', async () => {
  const path = put('userId,movieId,pred\nb,1,0.5\na,9,1\nb,2,3\na,1,1\nb,3,0.5\n', 'lists.csv')
  const expected = {
    users: ['b', 'a'],
    items: ['1', '9', '2', '3'],
    lists: { offsets: Uint32Array.of(0, 3, 5), items: Uint32Array.of(2, 0, 3, 1, 0) },
    scores: Float32Array.of(3, 0.5, 0.5, 1, 1),
  }
  expect(await readScoredLists(path)).toEqual(expected)
  expect(await readScoredLists(await parquet(`SELECT * FROM read_csv('${path}')`))).toEqual(expected)
})

test('scored lists: each defect has its own line', async () => {
  await refused(readScoredLists(at('absent.csv')), /cannot read .*no such file/)
  await refused(
    readScoredLists(put('user,item\n1,2\n')),
    /cannot tell which column is the score in user, item/,
  )
  await refused(readScoredLists(put('user,item,score\n')), /holds no rows/)
  await refused(
    readScoredLists(put('user,item,score\n1,2,3\n1,2,4\n')),
    /item "2" stands twice in the list of user "1"/,
  )
  await refused(readScoredLists(put('user,item,score\n1,2,3\n1,3,nan\n')), /row 2 has nan as its score/i)
  await refused(readScoredLists(put('user,item,score\n1,2,x\n')), /row 1 has x as its score/)
  await refused(
    readScoredLists(put('user;item;score\n1;2;0,5\n1;3;0,25\n')),
    /row 1 has 0,5 as its score; expected user, item and a finite number, written with a point, 0\.5 for 0,5$/,
  )
  await refused(readScoredLists(put('user,item,score\n,2,1\n')), /row 1 has no user/)
  await refused(readScoredLists(put('user,item,score\n1,,1\n')), /row 1 has no item/)
  await refused(readScoredLists(put('user,item,score\n1,2\n')), /not a table in CSV|has no value/)
})

test('ids are what the file spells, whatever they look like', async () => {
  for (const ids of [
    ['1.10', '1.1', '2'],
    ['18446744073709551617', '18446744073709551618', '3'],
    ['True', 'true', 'FALSE'],
    ['0x1F', '31', '1e2'],
    ['2020-1-2', '2020-01-02', '007'],
    [...Array.from({ length: 30_000 }, (_, n) => String(n)), 'B00X'],
  ]) {
    const lists = put('user,item,score\n' + ids.map((id) => `${id},${id},1\n`).join(''))
    expect(await readScoredLists(lists)).toMatchObject({ users: ids, items: ids })
    expect((await readVectors(put('id,a\n' + ids.map((id) => `${id},1\n`).join('')))).ids).toEqual(ids)
  }
})

test('packed tables are read as what they hold, whatever bytes stand for it', async () => {
  for (const delimiter of [',', '\t', ';', '|'])
    for (let seed = 0; seed < 5; seed++) {
      const rows = Array.from({ length: 200 }, (_, n) => [
        `u${(n * 7919 + seed) % 97}`,
        `i${n}`,
        (n * seed) % 7,
      ])
      const text = [['user', 'item', 'score'], ...rows].map((row) => row.join(delimiter) + '\n').join('')
      const plain = await readScoredLists(put(text))
      writeFileSync(at('x.csv.gz'), gzipSync(text))
      expect(await readScoredLists(at('x.csv.gz'))).toEqual(plain)
    }
  const sql = `SELECT 'a' AS "user", 'x' AS item, 2 AS score`
  await withDatabase((one) => one.run(`COPY (${sql}) TO '${at('x.csv.zst')}' (COMPRESSION zstd)`))
  expect(await readScoredLists(at('x.csv.zst'))).toMatchObject({ users: ['a'], items: ['x'] })
})

test('a Parquet file that cannot be written gives one line and leaves nothing', async () => {
  put('', 'file')
  await refused(
    writeParquet(join(at('file'), 'x.parquet'), { a: ['b'] }),
    /cannot write .*a part of the path is a file/,
  )
  expect(readFileSync(at('file'), 'utf8')).toBe('')
  const long = `${'x'.repeat(300)}.parquet`
  await refused(writeParquet(at(long), { a: ['b'] }), /cannot write .*: ENAMETOOLONG/)
})
