import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describeBadInput } from './bad-input.ts'

const withFile =
  (name: string, content: string | Uint8Array, ...rest: string[]) =>
  (at: string) => {
    writeFileSync(join(at, name), content)
    return ['bench', '--data', join(at, name), '--epochs', '1', ...rest]
  }
const rows = (users: number, items: number) => {
  let text = 'user,item\n'
  for (let u = 0; u < users; u++) for (let i = 0; i < items; i++) text += `u${u},i${(u + i) % (items + 2)}\n`
  return text
}

describeBadInput('files', [
  ['a file that is not there', (at) => ['bench', '--data', join(at, 'none.csv')], /none\.csv.*no such file/],
  ['a folder in place of a file', (at) => ['bench', '--data', at], /: is a folder; name the files in it/],
  ['an empty file', withFile('x.csv', ''), /x\.csv: the file is empty/],
  ['only blank lines', withFile('x.csv', '\n\n\n'), /x\.csv: has no line with anything on it/],
  ['a header and no rows', withFile('x.csv', 'user,item\n'), /x\.csv.*no rows/],
  [
    'a gzip file cut short',
    withFile('x.csv.gz', gzipSync(rows(200, 30)).subarray(0, 400)),
    /x\.csv\.gz: the gzip file is cut short/,
  ],
  ['a gzip file that is none', withFile('x.csv.gz', rows(9, 9)), /x\.csv\.gz: not a sound gzip file/],
  ['Parquet by name only', withFile('x.parquet', rows(9, 9)), /does not start with PAR1/],
  ['Parquet cut short', withFile('x.parquet', 'PAR1 and then nothing'), /not a sound Parquet file/],
  [
    'binary data',
    withFile(
      'x.csv',
      new Uint8Array(500).map((_, n) => n % 7),
    ),
    /x\.csv.*binary/,
  ],
  ['one column', withFile('x.csv', 'user\nann\nbob\n'), /no delimiter found in the first line/],
  [
    'columns of unknown names',
    withFile('x.csv', 'alpha,beta\n1,2\n3,4\n'),
    /cannot tell which column is the user and which the item/,
  ],
  [
    'a column asked for that is not there',
    withFile('x.csv', rows(9, 9), '--columns', 'item=movie'),
    /no column "movie"/,
  ],
  ['the same column twice', withFile('x.csv', rows(9, 9), '--columns', 'item=user'), /same column/],
  ['an id that is missing', withFile('x.csv', `${rows(9, 9)}u1,\n`), /the item id in row 82 is empty/],
  [
    'ids that are NaN',
    withFile('x.jsonl', '{"user":NaN,"item":1}\n{"user":2,"item":NaN}\n'),
    /x\.jsonl.*line 1/,
  ],
  ['JSON lines that are not', withFile('x.jsonl', '{"user":1,"item":2}\n{"user":1,\n'), /x\.jsonl.*line 2/],
  [
    'ratings that are words',
    withFile('x.csv', `user,item,rating\n${'a,b,good\nc,d,bad\n'.repeat(9)}`, '--min-rating', '3'),
    /the rating in row 1 is "good", expected a number/,
  ],
  [
    'ratings with a comma, read with a point',
    withFile('x.csv', `user;item;rating\n${'a;b;0,5\nc;d;1,5\n'.repeat(9)}`, '--decimal', '.'),
    /x\.csv.*rating in row 1 is "0,5".*--columns rating=none/,
  ],
  [
    'text that is not UTF-8',
    withFile('x.csv', new Uint8Array(Buffer.from(`user,item\n${'\xe9a,b\n'.repeat(9)}`, 'latin1'))),
    /x\.csv.*not UTF-8.*--encoding latin-1/,
  ],
  [
    'an encoding that is none',
    withFile('x.csv', rows(9, 9), '--encoding', 'ebcdic'),
    /--encoding: .*utf-8, latin-1/,
  ],
  [
    'a least rating without ratings',
    withFile('x.csv', rows(9, 9), '--min-rating', '3'),
    /needs ratings but there is no rating column/,
  ],
  [
    'one user with one item',
    withFile('x.csv', 'user,item\nann,emma\n'),
    /the valid part of the split is empty; .*--split loo/,
  ],
  [
    'a k-core that removes all',
    withFile('x.csv', rows(9, 9), '--k-core', '50'),
    /the filter k-core \(users 50, items 50\) leaves nothing of 81 interactions/,
  ],
  [
    'a least rating that removes all',
    withFile('x.csv', 'user,item,rating\na,b,1\nc,d,2\ne,f,1\n', '--min-rating', '5'),
    /the filter rating \(min 5\) leaves nothing of 3 interactions/,
  ],
  [
    'a catalogue smaller than the lists measured',
    withFile('x.csv', rows(30, 15), '--methods', 'none', '--set', 'protocol.ks=[10,20]'),
    /catalogue has 17 items/,
  ],
  [
    'K larger than the catalogue',
    withFile('x.csv', rows(60, 30), '--methods', 'rce-kd', '--set', 'rce-kd.K=500', 'rce-kd.M=500'),
    /rce-kd\.K: expected at most 32, .* got 500; rce-kd\.M: .* this would fit: --set rce-kd\.K=32/,
  ],
  [
    'an unknown split rule',
    withFile('x.csv', rows(60, 30), '--split', 'ratoi:0.8,0.1,0.1'),
    /ratoi.*did you mean "ratio"/,
  ],
  [
    'ratios that are no numbers',
    withFile('x.csv', rows(60, 30), '--split', 'ratio:a,b,c'),
    /expected a number, got "a"/,
  ],
  [
    'a split by time without times',
    withFile('x.csv', rows(60, 30), '--split', 'time:0.8,0.9'),
    /a split by time needs times/,
  ],
])
