import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { describeBadInput, tiny } from './bad-input.ts'
import { freshFolder, run, runBinary } from './run.ts'

const zod = pathToFileURL(createRequire(import.meta.url).resolve('zod')).href

describeBadInput('settings', [
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
  ['methods of no name', () => [...tiny, '--methods', ' ,'], /--methods.*none.*" ,"/],
  [
    'an unknown format of files',
    () => ['bench', '--data', 'x.csv', '--format', 'csvv'],
    /--format: .*csv, inter/,
  ],
  [
    'an unknown kind of list',
    () => ['list', 'metod'],
    /did you mean "methods"\? there are methods, backbones/,
  ],
  ['a list of baselines', () => ['list', 'baselines'], /there are .*; baselines are backbones/],
  ['an unknown command', () => ['trian'], /unknown command 'trian'/],
  ['an unknown flag', () => ['bench', '--epoch', '3'], /unknown option '--epoch'/],
  ['a flag without its value', (at) => ['resume', at, '--threads'], /'--threads <n>' argument missing/],
  ['an unknown data set', () => ['bench', '--dataset', 'movielens-1n'], /did you mean "movielens-1m"/],
  [
    'an unknown size of synthetic data',
    () => ['bench', '--dataset', 'synthetic:tini'],
    /did you mean "synthetic:tiny"/,
  ],
  [
    'a data set that is not there and cannot be fetched',
    (at) => ['bench', '--dataset', 'citeulike-t', '--data-dir', join(at, 'none')],
    /citeulike-t|none/,
  ],
  ['an unknown method', () => [...tiny, '--methods', 'rrdd'], /rrdd.*did you mean "rrd"/],
  ['a method file that is not there', () => [...tiny, '--methods', './no-method.js'], /no-method\.js/],
  [
    'a method file that holds none',
    (at) => {
      writeFileSync(join(at, 'm.mjs'), 'export default 3\n')
      return [...tiny, '--methods', join(at, 'm.mjs')]
    },
    /m\.mjs/,
  ],
  [
    'a method file with the name of another',
    (at) => {
      const method = `({ name: 'rrd', paper: { title: 't', venue: 'v' }, params: z.object({}), defaults: { lambda: 1, weightDecay: 0 }, lists: () => ({}), over: 'users', loss: () => 0 })`
      writeFileSync(join(at, 'm.mjs'), `import { z } from ${JSON.stringify(zod)}\nexport default ${method}\n`)
      return [...tiny, '--methods', join(at, 'm.mjs')]
    },
    /m\.mjs: there is a method "rrd" already; give this one another name, e\.g\. "my-rrd"/,
  ],
  [
    'a method of vectors for a teacher without',
    () => [...tiny, '--teacher', 'ease', '--methods', 'de'],
    /de: it compares vectors .*the teacher ease has none; use one with vectors/,
  ],
  [
    'an item side with a teacher that ranks items alone',
    () => [...tiny, '--teacher', 'ease', '--methods', 'dcd'],
    /dcd: its item side ranks users for an item, which the teacher ease cannot; switch/,
  ],
  [
    'snapshots of a teacher that takes no steps',
    () => [...tiny, '--teacher', 'ials:8', '--methods', 'hetcomp'],
    /hetcomp: it learns from snapshots of the teacher's training, and ials has none/,
  ],
  [
    'all methods for a student that none can teach',
    () => [...tiny, '--student', 'ease', '--methods', 'all'],
    /the student ease takes no steps of training/,
  ],
  ['an unknown backbone', () => [...tiny, '--teacher', 'mg:8'], /mg.*did you mean "mf"/],
  ['an unknown protocol', () => [...tiny, '--protocol', 'strickt'], /did you mean "strict"/],
  [
    'a cut-off that is selected by and not measured',
    () => [...tiny, '--set', 'protocol.select=ndcg@7'],
    /select/,
  ],
  ['an unknown preset', () => ['bench', '--preset', 'quik'], /did you mean "quick"/],
  ['a model that is no backbone:dim', () => [...tiny, '--teacher', 'mf:400:2'], /backbone:dim/],
  ['dim 0', () => [...tiny, '--student', 'mf:0'], /--student: expected backbone:dim .* got "mf:0"/],
  ['a negative dim', () => [...tiny, '--set', 'student.dim=-3'], /student\.dim.*>= 1.*-3/],
  ['epochs of 0', () => [...tiny, '--epochs', '0'], /--epochs.*>= 1.*0/],
  ['negative epochs', () => [...tiny, '--epochs=-5'], /--epochs.*>= 1.*-5/],
  [
    'epochs that are a word',
    () => [...tiny, '--epochs', 'many'],
    /--epochs: expected an integer >= 1, got "many"/,
  ],
  ['half an epoch', () => [...tiny, '--epochs', '1.5'], /--epochs: expected an integer >= 1, got 1\.5/],
  ['threads of 0', () => [...tiny, '--threads', '0'], /--threads.*>= 1.*0/],
  ['seeds twice', () => [...tiny, '--seeds', '1,1'], /seeds: each once/],
  ['a seed that is a word', () => [...tiny, '--seeds', 'a,b'], /--seeds.*integer.*"a"/],
  ['lambda NaN', () => [...tiny, '--set', 'rrd.lambda=.nan'], /rrd\.lambda.*number/],
  ['lambda infinite', () => [...tiny, '--set', 'rrd.lambda=.inf'], /rrd\.lambda.*number.*Infinity/],
  ['lambda negative', () => [...tiny, '--set', 'rrd.lambda=-1'], /rrd\.lambda.*>= 0.*-1/],
  ['a learning rate of 0', () => [...tiny, '--set', 'teacher.lr=0'], /teacher\.lr.*> 0/],
  ['an unknown parameter of a method', () => [...tiny, '--set', 'rrd.KK=3'], /"KK".*did you mean "K"/],
  [
    'a parameter of the wrong type',
    () => [...tiny, '--set', 'rrd.K=ten'],
    /rrd\.K: expected an integer >= 1, got "ten"/,
  ],
  ['--set without a value', () => [...tiny, '--set', 'rrd.K'], /key=value/],
  [
    'moments after the last interaction',
    () => [...tiny, '--split', 'time:2091-01-01,2092-01-01'],
    /the valid part of the split is empty; move its moments \(--split time:.*"data inspect" shows/,
  ],
  [
    '--set of a setting of models without saying whose',
    () => [...tiny, '--set', 'lr=0.01'],
    /--set: unknown key "lr"; it is one of models: teacher\.lr, student\.lr$/m,
  ],
  ['--set of an unknown key', () => [...tiny, '--set', 'epoch=3'], /"epoch".*did you mean "epochs"/],
  ['--columns that are no pairs', () => ['bench', '--data', 'x.csv', '--columns', 'user'], /role=name/],
  [
    'both a data set and files',
    () => ['bench', '--dataset', 'synthetic:tiny', '--data', 'x.csv'],
    /both dataset and data are given/,
  ],
  ['a teacher of a run that is none', (at) => [...tiny, '--teacher-from', at], /holds no finished teacher/],
  [
    'a teacher that is not there',
    (at) => [...tiny, '--teacher-from', join(at, 'none.npy')],
    /none\.npy: no such file/,
  ],
  [
    'a teacher whose file is none',
    (at) => {
      writeFileSync(join(at, 'model.safetensors'), 'nothing')
      return [...tiny, '--teacher-from', join(at, 'model.safetensors')]
    },
    /model\.safetensors: not a safetensors file/,
  ],
  [
    'lists of a teacher that are no text',
    (at) => {
      writeFileSync(
        join(at, 'l.csv'),
        Buffer.from(`user,item,score\n${'\xff\xfe,1,2\n'.repeat(9)}`, 'latin1'),
      )
      return [...tiny, '--teacher-from', join(at, 'l.csv')]
    },
    /l\.csv: not a table in CSV with a header line \(Invalid Input Error.*\); write it again$/m,
  ],
  [
    'vectors of items without those of users',
    (at) => [...tiny, '--teacher-items', join(at, 'items.npy')],
    /--teacher-from: items of a teacher are given, but not where it is/,
  ],
  [
    'an unknown key of a teacher',
    (at) => {
      writeFileSync(join(at, 'l.csv'), 'user,item,score\n0,1,2\n')
      return [...tiny, '--teacher-from', join(at, 'l.csv'), '--set', 'teacherFrom.usersIds=x.txt']
    },
    /"usersIds"; did you mean "userIds"/,
  ],
  ['one teacher for several', () => [...tiny, '--teachers', 'mf:8'], /--teachers: expected two or more/],
  ['a teacher twice', () => [...tiny, '--teachers', 'mf:8,mf:8'], /--teachers: each once/],
  [
    'several teachers and one from a run',
    (at) => {
      writeFileSync(join(at, 'l.csv'), 'user,item,score\n0,1,2\n')
      return [...tiny, '--teachers', 'mf:8,mf:9', '--teacher-from', join(at, 'l.csv')]
    },
    /--teachers and --teacher-from/,
  ],
  [
    'several teachers for a method that trains its own',
    () => [...tiny, '--teachers', 'mf:8,lightgcn:8', '--methods', 'bd'],
    /bd: it trains the teacher too, and several teachers together/,
  ],
  ['resume where there is no run', (at) => ['resume', at], /no config\.yaml/],
  [
    'students at a time of a run',
    (at) => {
      writeFileSync(join(at, 'config.yaml'), 'preset: tiny\n')
      return ['resume', at, '--parallel', '2']
    },
    /--parallel: .* is a run, whose models are trained one after the other/,
  ],
  [
    'a key that every object has',
    () => [...tiny, '--set', '__proto__.epochs=1'],
    /--set: expected key=value/,
  ],
  ['evaluate without data', (at) => ['evaluate', '--rankings', join(at, 'r.csv')], /expected --dataset NAME/],
  [
    'rankings that are not there',
    (at) => ['evaluate', '--rankings', join(at, 'r.csv'), '--dataset', 'synthetic:tiny'],
    /r\.csv.*no such file/,
  ],
  [
    'rankings in a folder',
    (at) => ['evaluate', '--rankings', at, '--dataset', 'synthetic:tiny'],
    /: is a folder; name the file in it$/m,
  ],
  [
    'rankings in an empty file',
    (at) => {
      writeFileSync(join(at, 'r.csv'), '')
      return ['evaluate', '--rankings', join(at, 'r.csv'), '--dataset', 'synthetic:tiny']
    },
    /r\.csv: the file is empty; expected user, item and rank or score$/m,
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
    /item 99999999 of user 0 is outside the catalogue of 150 items/,
  ],
])

test('words that do not belong are answered with what was meant, and with whose help says more', async () => {
  const file = join(freshFolder(), 'my ratings.csv')
  writeFileSync(file, 'user,item\n')
  const said = async (...argv: string[]) => (await run(argv)).stderr
  expect(await said('data', 'inspect', file)).toBe(
    `recdistill: unexpected "${file}"; files of interactions are given by --data '${file}'; see recdistill data inspect --help\n`,
  )
  expect(await said('bench', 'all')).toBe('recdistill: unexpected "all"; see recdistill bench --help\n')
  expect(await said('inspect', '--data', file)).toBe(
    `recdistill: unknown command 'inspect'; did you mean recdistill data inspect?; see recdistill --help\n`,
  )
  expect(await said('resume', 'runs/one', '--set', 'epochs=3')).toBe(
    `recdistill: unknown option '--set'; see recdistill resume --help\n`,
  )
})

test('a wrong flag, in the real program', async () => {
  const { code, stdout, stderr } = await runBinary(['bench', '--epoch', '3'])
  expect([code, stdout, stderr.trimEnd().split('\n').length]).toEqual([2, '', 1])
  expect(stderr).toMatch(/^recdistill: unknown option '--epoch' .*did you mean/i)
})
