import { InputError } from '@recdistill/core'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { prepareSplit } from './prepare-split.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-bad-'))
const cacheDir = join(folder, 'cache')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const good = file('good.csv', 'user,item,rating,time\na,x,5,1\na,y,4,2\nb,x,3,3\nb,z,1,4\nc,y,2,5\n')
const binary = Buffer.from(Uint8Array.from({ length: 5000 }, (_, n) => (n * 7919) % 256))
const long = Array.from({ length: 20_000 }, (_, n) => `u${n},i${n}`).join('\n')
mkdirSync(join(folder, 'a-folder'))

/** What is asked for, and what the one line must say. */
const cases: readonly (readonly [name: string, request: unknown, says: RegExp])[] = [
  ['a missing file', { files: join(folder, 'no.csv') }, /no\.csv: no such file/],
  [
    'files with a comma between them',
    { files: `${good},${good}` },
    /no such file; several are .*: \S+good\.csv \S+good\.csv$/,
  ],
  ['a folder', { files: join(folder, 'a-folder') }, /is a folder; name the files in it, e\.g\. \S+\*\.csv/],
  ['a pattern in quotes', { files: join(folder, '*.csv') }, /\*\.csv: no such file; a shell puts the names/],
  [
    'an address',
    { files: 's3://bucket/a.csv' },
    /^s3:\/\/bucket\/a\.csv: is an address; .* download it first/,
  ],
  ['a device', { files: '/dev/null' }, /^\/dev\/null: is no file on disk/],
  ['an empty file', { files: file('empty.csv', '') }, /the file is empty/],
  ['an empty gzip file', { files: file('empty.csv.gz', gzipSync('')) }, /the file is empty/],
  ['blank lines only', { files: file('blank.csv', '\n \n\n') }, /has no line with anything on it/],
  ['a header only', { files: file('header.csv', 'user,item\n') }, /has a header \("user,item"\) and no rows/],
  [
    'a truncated gzip file',
    { files: file('cut.csv.gz', gzipSync(`user,item\n${long}`).subarray(0, 30_000)) },
    /gzip file is cut short/,
  ],
  ['a damaged gzip file', { files: file('bad.csv.gz', 'user,item\na,b\n') }, /not a sound gzip file/],
  ['binary data', { files: file('garbage.csv', binary) }, /looks like binary data/],
  [
    'UTF-16 with its mark',
    { files: file('marked.csv', Buffer.from('\uFEFFuser,item\nä,b\n', 'utf16le')) },
    /looks like UTF-16.*--encoding utf-16/,
  ],
  [
    'UTF-16 without a mark',
    { files: file('bare.csv', Buffer.from('user,item\na,b\n', 'utf16le')) },
    /looks like UTF-16.*--encoding utf-16/,
  ],
  [
    'a title above the header',
    {
      files: file('title.csv', 'Report of May;;\n;;\nwho;what;how\na;b;x\n'),
      read: { columns: { user: 'who', item: 'what' } },
    },
    /has no header: "who" stands below "Report of May;;"; take out what is above it, or give its position/,
  ],
  [
    'a spreadsheet',
    { files: file('orders.xlsx', 'PK\x03\x04\x14\0xl/workbook.xml') },
    /is a ZIP archive or a spreadsheet; unpack it, or save the sheet as CSV/,
  ],
  ['binary data as Parquet', { files: file('garbage.parquet', binary) }, /not a Parquet file/],
  [
    'a Parquet file cut short',
    { files: file('cut.parquet', 'PAR1xxxxxxxxxxxxxxxx') },
    /not a sound Parquet file/,
  ],
  [
    'a row with too few columns',
    { files: file('few.csv', 'user,item,rating\na,b,1\nc,d\n') },
    /line 3 has 2 columns, expected 3/,
  ],
  [
    'a row with too many columns',
    { files: file('many.csv', 'user,item\na,b\nc,d,e\n') },
    /line 3 has 3 columns, expected 2/,
  ],
  ['a quote never closed', { files: file('quote.csv', 'user,item\na,b\n"c,d\ne,f\n') }, /line 3/],
  [
    'an empty user id',
    { files: file('nouser.csv', 'user,item\na,b\n,c\n') },
    /the user id in row 2 is empty/,
  ],
  ['a NaN item id', { files: file('nan.csv', 'user,item\na,b\nc,NaN\n') }, /the item id in row 2 is "NaN"/],
  [
    'a null id in JSON',
    { files: file('null.jsonl', '{"user":"a","item":1}\n{"user":null,"item":2}\n') },
    /the user id in row 2 is empty/,
  ],
  [
    'JSON cut short',
    { files: file('cut.jsonl', '{"user":"a","item":1}\n{"user":"b",') },
    /line 2 is not a JSON object/,
  ],
  [
    'one JSON array',
    { files: file('array.json', '[{"user":1,"item":2}]') },
    /is one JSON array; expected JSON lines.*jq -c/,
  ],
  [
    'a rating that is no number',
    { files: file('rating.csv', 'user,item,rating\na,b,good\n') },
    /the rating in row 1 is "good", expected a number/,
  ],
  [
    'a time that is no time',
    { files: file('time.csv', 'user,item,time\na,b,1\nc,d,soon\n') },
    /the time in row 2 is "soon", expected a number or a date/,
  ],
  [
    'a missing time',
    { files: file('notime.csv', 'user,item,time\na,b,1\nc,d,\n') },
    /the time in row 2 is empty/,
  ],
  [
    'an infinite rating',
    { files: file('inf.csv', 'user,item,rating\na,b,inf\n') },
    /the rating in row 1 is "inf"/,
  ],
  [
    'negative ratings and no word on them',
    { files: file('negative.csv', 'user,item,rating\na,b,4\na,c,-1\n') },
    /negative rating \(-1\); say which ratings count \(--min-rating/,
  ],
  [
    'a column that is not there',
    { files: good, read: { columns: { user: 'usr' } } },
    /no column "usr" for the user.*did you mean "user"/,
  ],
  [
    'a column position too high',
    { files: good, read: { columns: { item: 9 } } },
    /no column 9 for the item; it has 4/,
  ],
  ['a negative column position', { files: good, read: { columns: { item: -1 } } }, /columns\.item/],
  [
    'no telling which column is the item',
    { files: file('odd.csv', 'user,foo,bar\na,1,2\n') },
    /cannot tell which column is the item in .*; name it with --columns item=NAME/,
  ],
  [
    'no telling which column is what',
    { files: file('foreign.csv', 'who,what\na,1\n') },
    /which column is the user and which the item in "who", "what"; name them with --columns user=NAME,item=NAME/,
  ],
  ['one column', { files: file('one.csv', 'user\na\nb\n') }, /no delimiter found/],
  [
    'many columns without header',
    { files: file('wide.csv', '1,2,3,4,5,6\n1,2,3,4,5,6\n') },
    /no header and 6 columns/,
  ],
  [
    'a count that is wrong',
    { files: file('users.dat', '2 1 2\n3 4 5\n'), read: { format: 'citeulike' } },
    /line 2 announces 3 items but has 2/,
  ],
  [
    'a blank line among counted ones',
    { files: file('blank.dat', '2 1 2\n\n1 4\n'), read: { format: 'citeulike' } },
    /line 2 is empty/,
  ],
  [
    'users without any item',
    { files: file('none.txt', '0\n1\n2\n'), read: { format: 'adjacency' } },
    /no interactions in it/,
  ],
  [
    'k-core that removes all',
    { files: good, filters: [{ filter: 'k-core', users: 50 }] },
    /k-core \(users 50, items 0\) leaves nothing of 5 interactions/,
  ],
  [
    'a rating filter that removes all',
    { files: good, filters: [{ filter: 'rating', min: 9 }] },
    /rating \(min 9\) leaves nothing/,
  ],
  [
    'a rating filter without ratings',
    { files: file('norating.csv', 'user,item\na,b\nc,d\n'), filters: [{ filter: 'rating', min: 1 }] },
    /needs ratings but there is no rating column/,
  ],
  [
    'a time filter without times',
    { files: join(folder, 'norating.csv'), filters: [{ filter: 'time', from: 1 }] },
    /needs times but there is no time column/,
  ],
  [
    'an unknown filter',
    { files: good, filters: [{ filter: 'kcore', users: 1 }] },
    /data\.filters\.0\.filter: expected one of ids, rating, .*, got "kcore"/,
  ],
  [
    'ratios that do not sum to 1',
    { files: good, split: 'ratio:0.8,0.1,0.2' },
    /ratios must sum to 1, got 1\.1/,
  ],
  ['a ratio that is no number', { files: good, split: 'ratio:a,b,c' }, /expected a number, got "a"/],
  ['two ratios', { files: good, split: 'ratio:0.8,0.2' }, /expected the form ratio:0\.8,0\.1,0\.1/],
  [
    'an unknown split rule',
    { files: good, split: 'ration:0.8,0.1,0.1' },
    /unknown split rule.*did you mean "ratio"/,
  ],
  ['an unknown order', { files: good, split: 'ratio:0.8,0.1,0.1:shuffled' }, /order/],
  ['leave out none', { files: good, split: 'last:0' }, /n/],
  [
    'cuts the wrong way round',
    { files: good, split: 'time:0.9,0.8' },
    /the first cut must not be after the second/,
  ],
  ['a date that is none', { files: good, split: 'time:2020-13-45,2021-01-01' }, /"2020-13-45" is not a date/],
  [
    'a split by time without times',
    { files: join(folder, 'norating.csv'), split: 'time:0.8,0.9' },
    /a split by time needs times/,
  ],
  [
    'an order of time without times',
    { files: join(folder, 'norating.csv'), split: 'ratio:0.8,0.1,0.1:time' },
    /needs times/,
  ],
  ['a moment before all', { files: good, split: 'time:0.1,0.2' }, /leaves nothing to train on/],
  ['the rule files without files', { files: good, split: 'files' }, /needs \{ train, test \}/],
  [
    'files and another rule',
    { train: good, test: good, split: 'loo:last' },
    /train and test files are given/,
  ],
  [
    'train with times, test without',
    { train: good, test: file('plain.csv', 'user,item,rating\na,x,1\n') },
    /has a time column but .*plain\.csv has none/,
  ],
  [
    'an unknown data set',
    { dataset: 'citulike-t' },
    /unknown data set "citulike-t"; did you mean "citeulike-t"/,
  ],
  ['an unknown category', { dataset: 'amazon-2023:Video_Game' }, /did you mean "Video_Games"/],
  [
    'an unknown split of a data set',
    { dataset: 'citeulike-t', split: 'rcekd' },
    /unknown split "rcekd"; did you mean "rce-kd"/,
  ],
  [
    'an unknown key',
    { files: good, filter: [] },
    /data: unknown key "filter"; did you mean "filters"\? it takes files, /,
  ],
  ['an unknown read option', { files: good, read: { delim: ',' } }, /data\.read: unknown key "delim"/],
  ['nothing asked for', {}, /expected one of dataset, files or train and test, got nothing/],
  ['not an object', 'citeulike-t', /expected \{ dataset \}/],
]

test.each(cases)('%s: one line that says what to do', async (_, request, says) => {
  const error = await prepareSplit(request as never, { cacheDir }).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(InputError)
  const { message } = error as InputError
  expect(message).toMatch(says)
  expect(message.split('\n')).toHaveLength(1)
  expect(message.length).toBeLessThan(900)
})

test('no attempt above left anything in the cache', () => {
  expect(() => readdirSync(join(cacheDir, 'splits'))).toThrow(/ENOENT/)
})
