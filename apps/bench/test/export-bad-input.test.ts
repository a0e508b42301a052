import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { freshFolder, run } from './run.ts'

/** A case: what is wrong, what is done to a copy of a sound run, the arguments behind it, and what the one line must say. */
type Case = readonly [wrong: string, harm: (run: string) => void, argv: readonly string[], says: RegExp]

const at = freshFolder()
const sound = join(at, 'sound')
const to = ['--to', 'npz']
const nothing = () => undefined
const without =
  (...names: string[]) =>
  (folder: string) => {
    for (const name of names) rmSync(join(folder, name), { recursive: true })
  }
const write = (name: string, content: string) => (folder: string) => {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), content)
}
const changed = (name: string, change: (bytes: Buffer) => Uint8Array) => (folder: string) =>
  writeFileSync(join(folder, name), change(readFileSync(join(folder, name))))

const cases: readonly Case[] = [
  ['no format', nothing, [], /required option '--to/],
  ['an unknown format', nothing, ['--to', 'onx'], /unknown format "onx".*did you mean "onnx"/],
  ['an empty format', nothing, ['--to', 'npz,,onnx'], /unknown format ""/],
  ['an unknown type', nothing, [...to, '--dtype', 'f64'], /--dtype: expected f32, f16 or int8, got "f64"/],
  [
    'a type that a format does not hold',
    nothing,
    ['--to', 'npz,parquet', '--dtype', 'int8'],
    /parquet holds f32; choose one of these, or of the formats safetensors, npz/,
  ],
  [
    'an unknown part',
    nothing,
    [...to, '--seen', 'train,dev'],
    /--seen: expected train, valid or test, got "dev"/,
  ],
  [
    'a length without lists',
    nothing,
    [...to, '--k', '5'],
    /--k: the length of lists, which --to npz does not/,
  ],
  [
    'a length of nothing',
    nothing,
    ['--to', 'recommendations', '--k', '0'],
    /--k: expected an integer >= 1, got "0"/,
  ],
  ['an unknown model', nothing, [...to, '--model', 'rdd'], /no finished model "rdd".*did you mean "rrd"/],
  ['a folder that is no run', without('config.yaml'), to, /no config\.yaml there; name the folder of a run/],
  [
    'a compression that is not finished',
    (folder) => {
      without('config.yaml', 'results.json')(folder)
      write('compress.json', '{}')(folder)
    },
    to,
    /a compression that is not finished; go on with it by "recdistill resume/,
  ],
  [
    'a compression whose result is that of a run',
    (folder) => {
      without('config.yaml')(folder)
      write('compress.json', '{}')(folder)
    },
    to,
    /results\.json: not the result of a compression/,
  ],
  [
    'a run with nothing finished',
    without('teacher', 'scratch', 'rrd', 'rce-kd'),
    to,
    /none of its models is finished.*resume/,
  ],
  [
    'a run without students',
    without('rrd', 'rce-kd'),
    to,
    /no distilled student is finished.*scratch, teacher by --model/,
  ],
  ['a record that is no JSON', write('rrd/run.json', '{"id":'), to, /run\.json: not the record of a model/],
  ['a record of something else', write('rrd/run.json', '[]'), to, /run\.json: not the record of a model/],
  ['a configuration that is no YAML', write('config.yaml', 'a: [1'), to, /config\.yaml.*not valid YAML/],
  [
    'a checkpoint that is gone',
    without('rrd/best.ckpt'),
    [...to, '--model', 'rrd'],
    /best\.ckpt: no such file/,
  ],
  [
    'a checkpoint cut short',
    changed('rrd/best.ckpt', (bytes) => bytes.subarray(0, -100)),
    [...to, '--model', 'rrd'],
    /best\.ckpt: checksum does not match/,
  ],
  [
    'a checkpoint that is altered',
    changed('rrd/best.ckpt', (bytes) => bytes.fill(7, 5000, 5001)),
    [...to, '--model', 'rrd'],
    /best\.ckpt: checksum does not match/,
  ],
  [
    'data that is not what it was',
    changed('config.yaml', (bytes) =>
      Buffer.from(bytes.toString().replace('synthetic:tiny', 'synthetic:small')),
    ),
    [...to, '--model', 'rrd'],
    /best\.ckpt: trained on split [0-9a-f]{12}, this one is/,
  ],
  [
    'a file in place of the folder',
    write('taken', ''),
    [...to, '--out', 'taken'],
    /--out: .*taken is a file; name a folder/,
  ],
  [
    'a file on the way',
    write('taken', ''),
    [...to, '--out', 'taken/x'],
    /cannot (read|write) .*a part of the path is a file/,
  ],
  [
    'a folder of other things',
    nothing,
    [...to, '--out', '.', '--force'],
    /holds other things than an export/,
  ],
]

beforeAll(async () => {
  const { code, stderr } = await run(['bench', '--preset', 'tiny', '--epochs', '1', '--out', sound])
  expect(code, stderr).toBe(0)
})

test.for(cases)('%s', async ([, harm, argv, says], { task }) => {
  const folder = join(at, `case ${task.id}`)
  cpSync(sound, folder, { recursive: true })
  harm(folder)
  const before = readdirSync(folder, { recursive: true }).map(String).sort()
  const place = argv.indexOf('--out') + 1
  const { code, stdout, stderr } = await run([
    'export',
    folder,
    ...argv.map((each, n) => (place > 0 && n === place ? join(folder, each) : each)),
  ])
  expect(stderr).toMatch(says)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  expect(readdirSync(folder, { recursive: true }).map(String).sort()).toEqual(before)
})

test('a second export to the same place says how to replace the first', async () => {
  expect((await run(['export', sound, ...to])).code).toBe(0)
  const again = await run(['export', sound, ...to])
  expect([again.code, again.stderr]).toEqual([
    2,
    expect.stringMatching(/holds an export already; --force replaces it/),
  ])
  expect((await run(['export', sound, ...to, '--force'])).code).toBe(0)
})
