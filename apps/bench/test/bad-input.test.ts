import { readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { freshFolder, run, runBinary } from './run.ts'

/** A case: what is wrong, the arguments (files are made in `at`), and what the one line must say. */
type Case = readonly [wrong: string, argv: (at: string) => string[], says: RegExp]

const zod = pathToFileURL(createRequire(import.meta.url).resolve('zod')).href
const tiny = ['--preset', 'tiny', '--epochs', '1']
const withFile =
  (name: string, content: string | Uint8Array, ...rest: string[]) =>
  (at: string) => {
    writeFileSync(join(at, name), content)
    return ['--data', join(at, name), '--epochs', '1', ...rest]
  }
const withConfig = (content: string) => (at: string) => {
  writeFileSync(join(at, 'config.yaml'), content)
  return ['--config', join(at, 'config.yaml')]
}
const rows = (users: number, items: number) => {
  let text = 'user,item\n'
  for (let u = 0; u < users; u++) for (let i = 0; i < items; i++) text += `u${u},i${(u + i) % (items + 2)}\n`
  return text
}

const files: readonly Case[] = [
  ['a file that is not there', (at) => ['--data', join(at, 'none.csv')], /none\.csv.*no such file/],
  ['a folder in place of a file', (at) => ['--data', at], /folder|directory/],
  ['an empty file', withFile('x.csv', ''), /x\.csv.*(empty|no line|nothing)/],
  ['only blank lines', withFile('x.csv', '\n\n\n'), /x\.csv.*(empty|no line|nothing)/],
  ['a header and no rows', withFile('x.csv', 'user,item\n'), /x\.csv.*no rows/],
  [
    'a gzip file cut short',
    withFile('x.csv.gz', gzipSync(rows(200, 30)).subarray(0, 400)),
    /x\.csv\.gz.*(cut|short|damaged|gzip)/i,
  ],
  ['a gzip file that is none', withFile('x.csv.gz', rows(9, 9)), /x\.csv\.gz.*gzip/i],
  ['Parquet by name only', withFile('x.parquet', rows(9, 9)), /x\.parquet.*Parquet/],
  ['Parquet cut short', withFile('x.parquet', 'PAR1 and then nothing'), /x\.parquet/],
  [
    'binary data',
    withFile(
      'x.csv',
      new Uint8Array(500).map((_, n) => n % 7),
    ),
    /x\.csv.*binary/,
  ],
  ['one column', withFile('x.csv', 'user\nann\nbob\n'), /x\.csv.*(column|delimiter)/],
  ['columns of unknown names', withFile('x.csv', 'alpha,beta\n1,2\n3,4\n'), /x\.csv/],
  [
    'a column asked for that is not there',
    withFile('x.csv', rows(9, 9), '--columns', 'item=movie'),
    /no column "movie"/,
  ],
  ['the same column twice', withFile('x.csv', rows(9, 9), '--columns', 'item=user'), /same column/],
  ['an id that is missing', withFile('x.csv', `${rows(9, 9)}u1,\n`), /x\.csv/],
  [
    'ids that are NaN',
    withFile('x.jsonl', '{"user":NaN,"item":1}\n{"user":2,"item":NaN}\n'),
    /x\.jsonl.*line 1/,
  ],
  ['JSON lines that are not', withFile('x.jsonl', '{"user":1,"item":2}\n{"user":1,\n'), /x\.jsonl.*line 2/],
  [
    'ratings that are words',
    withFile('x.csv', `user,item,rating\n${'a,b,good\nc,d,bad\n'.repeat(9)}`, '--min-rating', '3'),
    /x\.csv.*rating/,
  ],
  [
    'ratings with a comma',
    withFile('x.csv', `user;item;rating\n${'a;b;0,5\nc;d;1,5\n'.repeat(9)}`),
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
  ['a least rating without ratings', withFile('x.csv', rows(9, 9), '--min-rating', '3'), /rating/],
  [
    'one user with one item',
    withFile('x.csv', 'user,item\nann,emma\n'),
    /part of the split is empty|too few|no valid|catalogue has 1 items/,
  ],
  [
    'a k-core that removes all',
    withFile('x.csv', rows(9, 9), '--k-core', '50'),
    /k-core|kCore|removes|left/i,
  ],
  [
    'a least rating that removes all',
    withFile('x.csv', 'user,item,rating\na,b,1\nc,d,2\ne,f,1\n', '--min-rating', '5'),
    /rating|left|nothing/i,
  ],
  [
    'a catalogue smaller than the lists measured',
    withFile('x.csv', rows(30, 15), '--methods', 'none', '--set', 'protocol.ks=[10,20]'),
    /catalogue has 17 items/,
  ],
  [
    'K larger than the catalogue',
    withFile('x.csv', rows(60, 30), '--methods', 'rce-kd', '--set', 'rce-kd.K=500', 'rce-kd.M=500'),
    /rce-kd.*(500|catalogue|items)/,
  ],
  ['an unknown split rule', withFile('x.csv', rows(60, 30), '--split', 'ratoi:0.8,0.1,0.1'), /ratoi/],
  ['ratios that are no numbers', withFile('x.csv', rows(60, 30), '--split', 'ratio:a,b,c'), /ratio/],
  ['a split by time without times', withFile('x.csv', rows(60, 30), '--split', 'time:0.8,0.9'), /time/],
]

const settings: readonly Case[] = [
  [
    'lists for a larger catalogue',
    () =>
      ['bench', '--dataset', 'synthetic:tiny', '--epochs', '1', '--methods', 'rrd,rce-kd'].concat([
        '--set',
        'rrd.maxK=500',
        'rce-kd.M=200',
      ]),
    /rrd\.maxK: .*150.*; rce-kd\.M: .*150.*; this would fit: --set rrd\.K=21 rrd\.L=42 rrd\.maxK=107 rce-kd\.K=37 rce-kd\.L=37 rce-kd\.M=150$/m,
  ],
  ['methods of no name', () => ['bench', ...tiny, '--methods', ' ,'], /--methods.*none.*" ,"/],
  [
    'an unknown format of files',
    () => ['bench', '--data', 'x.csv', '--format', 'csvv'],
    /--format: .*csv, inter/,
  ],
  [
    'an unknown kind of list',
    () => ['list', 'metod'],
    /did you mean "methods"\? it lists methods, backbones/,
  ],
  ['a list of baselines', () => ['list', 'baselines'], /it lists .*; baselines are backbones/],
  ['an unknown command', () => ['trian'], /unknown command 'trian'/],
  ['an unknown flag', () => ['bench', '--epoch', '3'], /unknown option '--epoch'/],
  ['a flag without its value', (at) => ['resume', at, '--threads'], /'--threads <n>' argument missing/],
  ['an unknown data set', () => ['bench', '--dataset', 'movielens-1n'], /movielens-1m/],
  ['an unknown size of synthetic data', () => ['bench', '--dataset', 'synthetic:tini'], /tiny/],
  [
    'a data set that is not there and cannot be fetched',
    (at) => ['bench', '--dataset', 'citeulike-t', '--data-dir', join(at, 'none')],
    /citeulike-t|none/,
  ],
  ['an unknown method', () => ['bench', ...tiny, '--methods', 'rrdd'], /rrdd.*did you mean "rrd"/],
  [
    'a method file that is not there',
    () => ['bench', ...tiny, '--methods', './no-method.js'],
    /no-method\.js/,
  ],
  [
    'a method file that holds none',
    (at) => {
      writeFileSync(join(at, 'm.mjs'), 'export default 3\n')
      return ['bench', ...tiny, '--methods', join(at, 'm.mjs')]
    },
    /m\.mjs/,
  ],
  [
    'a method file with the name of another',
    (at) => {
      const method = `({ name: 'rrd', paper: { title: 't', venue: 'v' }, params: z.object({}), defaults: { lambda: 1, weightDecay: 0 }, lists: () => ({}), over: 'users', loss: () => 0 })`
      writeFileSync(join(at, 'm.mjs'), `import { z } from ${JSON.stringify(zod)}\nexport default ${method}\n`)
      return ['bench', ...tiny, '--methods', join(at, 'm.mjs')]
    },
    /m\.mjs: there is a method "rrd" already; give this one another name, e\.g\. "my-rrd"/,
  ],
  [
    'a method of vectors for a student without',
    () => ['bench', ...tiny, '--student', 'neumf:4', '--methods', 'de'],
    /de: it compares vectors .*the student neumf has none; use one with vectors/,
  ],
  [
    'an item side with a teacher without vectors',
    () => ['bench', ...tiny, '--teacher', 'ease', '--methods', 'dcd'],
    /dcd: its item side ranks users for an item.*the teacher ease has no vectors; switch/,
  ],
  [
    'snapshots of a teacher that takes no steps',
    () => ['bench', ...tiny, '--teacher', 'ials:8', '--methods', 'hetcomp'],
    /hetcomp: it learns from snapshots of the teacher's training, and ials has none/,
  ],
  [
    'all methods for a student that none can teach',
    () => ['bench', ...tiny, '--student', 'ease', '--methods', 'all'],
    /the student ease takes no steps of training/,
  ],
  ['an unknown backbone', () => ['bench', ...tiny, '--teacher', 'mg:8'], /mg.*did you mean "mf"/],
  ['an unknown protocol', () => ['bench', ...tiny, '--protocol', 'strickt'], /did you mean "strict"/],
  [
    'a cut-off that is selected by and not measured',
    () => ['bench', ...tiny, '--set', 'protocol.select=ndcg@7'],
    /select/,
  ],
  ['an unknown preset', () => ['bench', '--preset', 'quik'], /did you mean "quick"/],
  ['a model that is no backbone:dim', () => ['bench', ...tiny, '--teacher', 'mf:400:2'], /backbone:dim/],
  ['dim 0', () => ['bench', ...tiny, '--student', 'mf:0'], /mf:0/],
  ['a negative dim', () => ['bench', ...tiny, '--set', 'student.dim=-3'], /student\.dim.*>= 1.*-3/],
  ['epochs of 0', () => ['bench', ...tiny, '--epochs', '0'], /--epochs.*>= 1.*0/],
  ['negative epochs', () => ['bench', ...tiny, '--epochs=-5'], /--epochs.*>= 1.*-5/],
  ['epochs that are a word', () => ['bench', ...tiny, '--epochs', 'many'], /--epochs.*number.*many/],
  ['half an epoch', () => ['bench', ...tiny, '--epochs', '1.5'], /--epochs.*whole number.*1\.5/],
  ['threads of 0', () => ['bench', ...tiny, '--threads', '0'], /--threads/],
  ['seeds twice', () => ['bench', ...tiny, '--seeds', '1,1'], /seeds/],
  ['a seed that is a word', () => ['bench', ...tiny, '--seeds', 'a,b'], /--seeds/],
  ['lambda NaN', () => ['bench', ...tiny, '--set', 'rrd.lambda=.nan'], /rrd\.lambda.*number/],
  ['lambda infinite', () => ['bench', ...tiny, '--set', 'rrd.lambda=.inf'], /rrd\.lambda/],
  ['lambda negative', () => ['bench', ...tiny, '--set', 'rrd.lambda=-1'], /rrd\.lambda.*>= 0.*-1/],
  ['a learning rate of 0', () => ['bench', ...tiny, '--set', 'teacher.lr=0'], /teacher\.lr.*> 0/],
  [
    'an unknown parameter of a method',
    () => ['bench', ...tiny, '--set', 'rrd.KK=3'],
    /"KK".*did you mean "K"/,
  ],
  ['a parameter of the wrong type', () => ['bench', ...tiny, '--set', 'rrd.K=ten'], /rrd\.K.*number.*ten/],
  ['--set without a value', () => ['bench', ...tiny, '--set', 'rrd.K'], /key=value/],
  ['--set of an unknown key', () => ['bench', ...tiny, '--set', 'epoch=3'], /"epoch".*did you mean "epochs"/],
  ['--columns that are no pairs', () => ['bench', '--data', 'x.csv', '--columns', 'user'], /role=name/],
  ['both a data set and files', () => ['bench', '--dataset', 'synthetic:tiny', '--data', 'x.csv'], /both/],
  [
    'a teacher of a run that is none',
    (at) => ['bench', ...tiny, '--teacher-from', at],
    /holds no finished teacher/,
  ],
  [
    'a teacher that is not there',
    (at) => ['bench', ...tiny, '--teacher-from', join(at, 'none.npy')],
    /none\.npy: no such file/,
  ],
  [
    'a teacher whose file is none',
    (at) => {
      writeFileSync(join(at, 'model.safetensors'), 'nothing')
      return ['bench', ...tiny, '--teacher-from', join(at, 'model.safetensors')]
    },
    /model\.safetensors: not a safetensors file/,
  ],
  [
    'vectors of items without those of users',
    (at) => ['bench', ...tiny, '--teacher-items', join(at, 'items.npy')],
    /--teacher-from: items of a teacher are given, but not where it is/,
  ],
  [
    'an unknown key of a teacher',
    (at) => {
      writeFileSync(join(at, 'l.csv'), 'user,item,score\n0,1,2\n')
      return ['bench', ...tiny, '--teacher-from', join(at, 'l.csv'), '--set', 'teacherFrom.usersIds=x.txt']
    },
    /"usersIds"; did you mean "userIds"/,
  ],
  [
    'one teacher for several',
    () => ['bench', ...tiny, '--teachers', 'mf:8'],
    /--teachers: expected two or more/,
  ],
  ['a teacher twice', () => ['bench', ...tiny, '--teachers', 'mf:8,mf:8'], /--teachers: each once/],
  [
    'several teachers and one from a run',
    (at) => {
      writeFileSync(join(at, 'l.csv'), 'user,item,score\n0,1,2\n')
      return ['bench', ...tiny, '--teachers', 'mf:8,mf:9', '--teacher-from', join(at, 'l.csv')]
    },
    /--teachers and --teacher-from/,
  ],
  [
    'several teachers for a method that trains its own',
    () => ['bench', ...tiny, '--teachers', 'mf:8,lightgcn:8', '--methods', 'bd'],
    /bd: it trains the teacher too, and several teachers together/,
  ],
  ['a list of unknown things', () => ['list', 'method'], /methods/],
  ['resume where there is no run', (at) => ['resume', at], /no config\.yaml/],
  ['evaluate without data', (at) => ['evaluate', '--rankings', join(at, 'r.csv')], /--dataset/],
  [
    'rankings that are not there',
    (at) => ['evaluate', '--rankings', join(at, 'r.csv'), '--dataset', 'synthetic:tiny'],
    /r\.csv.*no such file/,
  ],
  [
    'rankings without an item column',
    (at) => {
      writeFileSync(join(at, 'r.csv'), 'user,thing\n1,2\n')
      return ['evaluate', '--rankings', join(at, 'r.csv'), '--dataset', 'synthetic:tiny']
    },
    /column "item"/,
  ],
  [
    'rankings of items outside the catalogue',
    (at) => {
      writeFileSync(join(at, 'r.csv'), 'user,item,rank\n0,99999999,1\n')
      return ['evaluate', '--rankings', join(at, 'r.csv'), '--dataset', 'synthetic:tiny']
    },
    /99999999/,
  ],
]

const configs: readonly Case[] = [
  [
    'a configuration that is not there',
    (at) => ['--config', join(at, 'none.yaml')],
    /none\.yaml.*no such file/,
  ],
  [
    'YAML that does not parse',
    withConfig('epochs: [1, 2\nmethods: }\n'),
    /config\.yaml:\d+:\d+: not valid YAML/,
  ],
  ['YAML that is a list', withConfig('- a\n- b\n'), /config\.yaml.*keys and values/],
  ['a key twice', withConfig('epochs: 1\nepochs: 2\n'), /config\.yaml:2.*not valid YAML/],
  ['an unknown key', withConfig('datset: synthetic:tiny\n'), /"datset".*did you mean "dataset"/],
  [
    'an unknown key inside a group',
    withConfig('teacher: {backbone: mf, dims: 8}\n'),
    /"dims".*did you mean "dim"/,
  ],
  ['a group in place of a number', withConfig('epochs: {max: 3}\n'), /epochs.*number/],
  ['a number in place of a name', withConfig('dataset: 7\n'), /dataset.*string.*7/],
  ['a list of wrong things', withConfig('methods: [1, 2]\n'), /methods/],
  ['yes in place of true', withConfig('saveRankings: maybe\n'), /saveRankings.*true or false.*maybe/],
]

describe.each([
  [
    'files',
    files.map(([wrong, argv, says]) => [wrong, (at: string) => ['bench', ...argv(at)], says] as const),
  ],
  ['settings', settings],
  [
    'configurations',
    configs.map(([wrong, argv, says]) => [wrong, (at: string) => ['bench', ...argv(at)], says] as const),
  ],
] as const)('bad %s end in one line, exit code 2 and nothing written', (_, cases) => {
  test.each(cases)('%s', async (_wrong, argv, says) => {
    const at = freshFolder()
    const full = argv(at)
    const before = readdirSync(at).sort()
    const out = join(at, 'out')
    const { code, stdout, stderr } = await run(full[0] === 'bench' ? [...full, '--out', out] : full)
    expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1)
    expect(stderr).toMatch(/^recdistill: /)
    expect(stderr).toMatch(says)
    expect(stdout).toBe('')
    expect(code).toBe(2)
    expect(readdirSync(at).sort()).toEqual(before)
  })
})

test('a wrong flag, in the real program', async () => {
  const { code, stdout, stderr } = await runBinary(['bench', '--epoch', '3'])
  expect([code, stdout, stderr.trimEnd().split('\n').length]).toEqual([2, '', 1])
  expect(stderr).toMatch(/^recdistill: unknown option '--epoch' .*did you mean/i)
})
