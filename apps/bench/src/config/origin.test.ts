import { expect, test } from 'vitest'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadCatalogue } from '../catalogue.ts'
import { flagsLayer } from '../commands/flags-layer.ts'
import { fileLayer } from './file.ts'
import type { Layer } from './layer.ts'
import { referenceOf } from './published/reference-of.ts'
import { resolveConfig } from './resolve.ts'
import { setLayer } from './set.ts'
import { configYaml } from './write.ts'

const catalogue = await loadCatalogue()
const resolve = (...layers: Layer[]) => resolveConfig(layers, catalogue)

test.each([
  ['nothing', []],
  ['some values', ['rrd.K=50', 'rrd.lr=0.01', 'rce-kd.tau=2', 'student.batch=512']],
  ['values that are so anyway', ['rrd.K=100', 'rce-kd.lambda=500']],
])('the file of a run says every value, and still where each came from: %s given', async (_, set) => {
  const config = await resolve(flagsLayer({ dataset: 'citeulike-t', split: 'rce-kd' }), setLayer(set))
  const at = mkdtempSync(join(tmpdir(), 'recdistill-'))
  writeFileSync(join(at, 'config.yaml'), configYaml(config))
  const again = await resolve(fileLayer(join(at, 'config.yaml')))
  expect(again.methods.map(({ origin }) => origin)).toEqual(config.methods.map(({ origin }) => origin))
  rmSync(at, { recursive: true })
})

test('what is given as it would be anyway is not said to be given', async () => {
  const { methods } = await resolve(
    flagsLayer({ dataset: 'citeulike-t' }),
    setLayer(['rrd.K=100', 'rrd.T=3']),
  )
  expect(methods[0].origin).toBe("the authors' values for citeulike-t, mf to mf, with T as given")
})

test('published numbers of other models say what is different', async () => {
  const notes = async (flags: Record<string, unknown>) =>
    referenceOf(await resolve(flagsLayer({ preset: 'rce-kd-table1', ...flags })))?.notes ?? []
  expect((await notes({})).join()).not.toContain('another')
  expect(await notes({ teacher: 'mf:64', student: 'mf:16' })).toEqual([
    'Our teacher mf is another: dim 64 for their 400.',
    'Our student mf is another: dim 16 for their 20.',
    expect.stringContaining('released code'),
  ])
  expect(await notes({ teacher: 'lightgcn:400' })).toEqual([
    'Our teacher lightgcn is another: dim 400 for their 2000.',
  ])
})

test('numbers of BD are beside ours however hits are counted, and the notes say how; no others are, under changed rules', async () => {
  const of = async (preset: string, ...set: string[]) =>
    referenceOf(await resolve(flagsLayer({ preset, dataset: 'citeulike-t' }), setLayer(set)))
  const legacy = ['protocol.name=bd', 'protocol.bdLegacyMetrics=true']
  expect((await of('bd'))?.notes?.join()).toContain('bdLegacyMetrics=true')
  expect((await of('bd', ...legacy))?.notes?.join()).toContain('counted as theirs')
  expect((await of('bd', ...legacy))?.values).toEqual((await of('bd'))?.values)
  expect(await of('bd', ...legacy, 'protocol.ks=[50]')).toBeNull()
  expect(await of('rce-kd-table1', 'protocol.name=rce-kd', 'protocol.ks=[5]')).toBeNull()
})

test('no published numbers are beside those of other data or of a teacher that is not theirs', async () => {
  const lists = join(mkdtempSync(join(tmpdir(), 'recdistill-')), 'lists.csv')
  writeFileSync(lists, 'user,item,score\n')
  const of = async (flags: Record<string, unknown>) =>
    referenceOf(await resolve(flagsLayer({ preset: 'rce-kd', ...flags })))
  expect(await of({})).not.toBeNull()
  expect(await of({ kCore: '20' })).toBeNull()
  expect(await of({ teachers: 'mf:64,lightgcn:64' })).toBeNull()
  expect(await of({ teacherFrom: lists })).toBeNull()
})

test('logs of FTD and HTD are beside students of the sizes they have', async () => {
  const of = async (flags: Record<string, string>) =>
    referenceOf(await resolve(flagsLayer({ preset: 'topology', ...flags })))?.values
  expect(await of({})).toMatchObject({ scratch: { 'recall@50': 0.2276 }, htd: { 'recall@50': 0.2744 } })
  expect(await of({ student: 'mf:10' })).toMatchObject({ ftd: { 'recall@50': 0.2112 } })
  expect(await of({ student: 'mf:15' })).toBeUndefined()
})
