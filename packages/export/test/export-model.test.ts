import { InputError } from '@recdistill/core'
import { roundTo } from '@recdistill/serve'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import {
  exportModel,
  formatNames,
  keptLists,
  parseFormats,
  writeFolder,
  type ModelCard,
  type VectorForm,
} from '../src/index.ts'
import { vectorModel } from './world.ts'

const fresh = () => join(mkdtempSync(join(tmpdir(), 'recdistill-export-')), 'model')
const model = vectorModel()
const cardOf = (out: string) => JSON.parse(readFileSync(join(out, 'model-card.json'), 'utf8')) as ModelCard

test('all formats go into one folder, and the card knows every file', async () => {
  const out = fresh()
  await exportModel(model, { to: formatNames, out })
  const card = cardOf(out)
  const files = readdirSync(out, { recursive: true }).map(String)
  for (const { file, bytes, sha256 } of card.files) {
    const content = readFileSync(join(out, file))
    expect([file, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([
      file,
      bytes,
      sha256,
    ])
  }
  const known = [...card.files.map(({ file }) => file), 'model-card.md', 'model-card.json', 'qdrant']
  expect(files.sort()).toEqual(known.sort())
  expect(JSON.parse(readFileSync(join(out, 'users.json'), 'utf8'))).toEqual(model.users)
  expect(readdirSync(dirname(out))).toEqual(['model'])
})

test('the card says what a reader needs, and no path of the machine', async () => {
  const out = fresh()
  await exportModel(model, { to: ['npz'], out, precision: 'int8' })
  const card = cardOf(out)
  expect(card).toMatchObject({
    schema: 1,
    name: 'rrd',
    model: { users: 60, items: 200, bytes: 260 * 8 + 260 * 4 },
    precision: { dtype: 'int8', rounding: { kept: { k: 20, users: 60 }, measured: null } },
    data: { hash: model.facts.split.hash, terms: { licence: 'CC0' } },
  })
  expect(card.precision.rounding!.kept.overlap).toBeGreaterThan(0.9)
  const text = readFileSync(join(out, 'model-card.md'), 'utf8')
  for (const words of [
    '# rrd on example',
    'ndcg@10',
    '0.0577 ± 0.0014',
    'Split rule "ratio"',
    'CC0',
    '### npz',
    'k-core',
    'train and valid left out',
  ])
    expect(text).toContain(words)
  expect(text + JSON.stringify(card)).not.toContain('/home/ann')
})

test('what casts doubt on the teacher is among the limits', async () => {
  const out = fresh()
  const teacher = { ...model.facts.teacher!, doubts: ['it has met the test part'] }
  await exportModel({ ...model, facts: { ...model.facts, teacher } }, { to: ['npz'], out })
  expect(cardOf(out).limits).toContain('Mind its teacher: it has met the test part.')
  expect(readFileSync(join(out, 'model-card.md'), 'utf8')).toContain('- Mind its teacher: it has met')
})

test('what is there is not touched, and an export is replaced only when asked', async () => {
  const out = fresh()
  await exportModel(model, { to: ['npz'], out })
  const before = readFileSync(join(out, 'model-card.json'), 'utf8')
  await expect(exportModel(model, { to: ['bundle'], out })).rejects.toThrow(
    /holds an export already; --force replaces it/,
  )
  expect(readFileSync(join(out, 'model-card.json'), 'utf8')).toBe(before)
  await exportModel(model, { to: ['bundle'], out, force: true })
  expect(readdirSync(out).sort()).toEqual(['model-card.json', 'model-card.md', 'model.recdistill'])
  writeFileSync(join(out, 'Dockerfile'), '')
  await expect(exportModel(model, { to: ['npz'], out, force: true })).rejects.toThrow(
    /holds Dockerfile, which is not of the export there; move it, or name another folder/,
  )
  rmSync(join(out, 'Dockerfile'))
  await exportModel(model, { to: ['qdrant', 'npz'], out, force: true })
  await exportModel(model, { to: ['npz'], out, force: true })

  const other = fresh()
  mkdirSync(other)
  writeFileSync(join(other, 'thesis.tex'), '')
  for (const force of [true, false])
    await expect(exportModel(model, { to: ['npz'], out: other, force })).rejects.toThrow(
      /holds other things than an export/,
    )
  await expect(exportModel(model, { to: ['npz'], out: join(other, 'thesis.tex') })).rejects.toThrow(
    /is a file; name a folder/,
  )
  await expect(exportModel(model, { to: ['npz'], out: join(other, 'thesis.tex', 'x') })).rejects.toThrow(
    InputError,
  )
  expect(readdirSync(other)).toEqual(['thesis.tex'])
})

test('a writer that fails leaves nothing, and an earlier export stays', async () => {
  const out = fresh()
  await exportModel(model, { to: ['npz'], out })
  const before = readdirSync(out)
  const fail = (folder: string) => {
    writeFileSync(join(folder, 'half'), '')
    return Promise.reject(new Error('power cut'))
  }
  await expect(writeFolder(out, { force: true }, fail)).rejects.toThrow('power cut')
  await expect(writeFolder(`${out}2`, {}, fail)).rejects.toThrow('power cut')
  expect(readdirSync(out)).toEqual(before)
  expect(readdirSync(dirname(out))).toEqual(['model'])
})

test('what a killed process left is cleared away, and an earlier export that had made room comes back', async () => {
  const out = fresh()
  const beside = (name: string) => join(dirname(out), name)
  const dead = spawnSync(process.execPath, ['--version']).pid
  await exportModel(model, { to: ['npz'], out })
  renameSync(out, beside(`.model.${dead}.old`))
  mkdirSync(beside(`.model.${dead}.partial`))
  mkdirSync(beside(`.model.${process.ppid}.partial`)) // of a process that is at work
  await expect(exportModel(model, { to: ['npz'], out })).rejects.toThrow(/holds an export already/)
  expect(readdirSync(dirname(out)).sort()).toEqual([`.model.${process.ppid}.partial`, 'model'])
  expect(cardOf(out).name).toBe('rrd')
})

test('what a process of the same id left is cleared away, as in a container that was killed', async () => {
  const out = fresh()
  const left = join(dirname(out), `.model.${process.pid}.partial`)
  mkdirSync(left)
  writeFileSync(join(left, 'half'), '')
  await writeFolder(out, {}, (folder) => {
    expect(readdirSync(folder)).toEqual([])
    return expect(writeFolder(out, {}, () => Promise.resolve())).rejects.toThrow('is being written already')
  })
  expect(readdirSync(dirname(out))).toEqual(['model'])
})

test('what was left beside a folder of a longer name is no business of this one', async () => {
  const out = fresh()
  const dead = spawnSync(process.execPath, ['--version']).pid
  const left = [`.model.v2.${dead}.old`, `.model.v2.${dead}.partial`]
  for (const name of left) mkdirSync(join(dirname(out), name))
  await exportModel(model, { to: ['npz'], out })
  expect(readdirSync(dirname(out)).sort()).toEqual([...left, 'model'])
})

test('a folder that may not be written gives one line', async (context) => {
  const out = fresh()
  chmodSync(dirname(out), 0o500)
  if (process.getuid?.() === 0) return context.skip('root may write anywhere')
  await expect(exportModel(model, { to: ['npz'], out })).rejects.toThrow(/cannot write .*permission denied/)
  expect(existsSync(out)).toBe(false)
})

test('a precision that a format does not hold, and names that are none', async () => {
  await expect(
    exportModel(model, { to: ['npz', 'parquet'], out: fresh(), precision: 'f16' }),
  ).rejects.toThrow(
    /--dtype f16: parquet holds f32; choose one of these, or of the formats safetensors, npz, onnx, pgvector, qdrant, bundle/,
  )
  expect(parseFormats('onnx, npz,onnx')).toEqual(['onnx', 'npz'])
  expect(() => parseFormats('onx')).toThrow(/unknown format "onx".*did you mean "onnx"/)
  expect(() => parseFormats('')).toThrow(/unknown format ""/)
})

test('vectors that are no numbers are refused', async () => {
  const users = (model.form as VectorForm).users.slice()
  users[8 * 3 + 1] = NaN
  const broken = { ...model, form: { ...(model.form as VectorForm), users } }
  await expect(exportModel(broken, { to: ['npz'], out: fresh() })).rejects.toThrow(
    /vector of users row 3 holds NaN/,
  )
})

test('numbers that no half can hold are refused with f16, for they would be infinite', async () => {
  const items = (model.form as VectorForm).items.slice()
  items[8 * 5] = -65520
  const large = { ...model, form: { ...(model.form as VectorForm), items } }
  for (const to of ['npz', 'onnx', 'bundle'] as const)
    await expect(exportModel(large, { to: [to], out: fresh(), precision: 'f16' })).rejects.toThrow(
      '--dtype f16: the vector of items row 5 holds -65520, and f16 ends at 65504; use f32 or int8',
    )
  await exportModel(large, { to: ['npz'], out: fresh(), precision: 'int8' })
})

test('rounding to what is held already changes no list', () => {
  const form = model.form as VectorForm
  expect(keptLists(model, form)).toEqual({ k: 20, users: 60, overlap: 1 })
  const turned = { ...form, items: form.items.map((value) => -value) }
  expect(keptLists(model, turned).overlap).toBeLessThan(0.2)
})

test('rounded vectors can be measured, and the card shows it', async () => {
  const out = fresh()
  let asked: VectorForm | undefined
  const measured = { valid: { 'ndcg@10': 0.05 }, test: { 'ndcg@10': 0.0512 } }
  const measure = (rounded: VectorForm) => {
    asked = rounded
    return measured
  }
  const card = await exportModel(model, { to: ['npz'], out, precision: 'f16', measure })
  expect(card.precision.rounding?.measured).toEqual(measured)
  expect(readFileSync(join(out, 'model-card.md'), 'utf8')).toContain(
    '| ndcg@10 | 0.0567 | 0.0567 | 0.0512 | 0.0567 |',
  )
  expect(asked!.users).toEqual(roundTo('f16', (model.form as VectorForm).users, 8))
})

test('moments of a split are dates in the card', async () => {
  const out = fresh()
  const rule = { rule: 'time', by: 'moment', cuts: [1793664000, 1793707200.5] }
  const dated = { ...model, facts: { ...model.facts, split: { ...model.facts.split, rule } } }
  await exportModel(dated, { to: ['npz'], out })
  expect(readFileSync(join(out, 'model-card.md'), 'utf8')).toContain(
    'Split rule "time", by "moment", cuts ["2026-11-03T00:00:00.000Z","2026-11-03T12:00:00.500Z"]',
  )
})
