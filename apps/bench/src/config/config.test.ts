import { readFileSync, writeFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { loadCatalogue } from '../catalogue.ts'
import { flagsLayer } from '../commands/flags-layer.ts'
import { fileLayer } from './file.ts'
import { configJsonSchema } from './json-schema.ts'
import type { Layer } from './layer.ts'
import { resolveConfig } from './resolve.ts'
import { setLayer } from './set.ts'
import { configYaml } from './write.ts'

const catalogue = await loadCatalogue()
const file = (text: string): Layer => {
  const path = join(mkdtempSync(join(tmpdir(), 'recdistill-config-')), 'config.yaml')
  writeFileSync(path, text)
  return fileLayer(path)
}
const resolve = (...layers: Layer[]) => resolveConfig(layers, catalogue)

test('without a word: the embedded data, two methods, one seed', async () => {
  const config = await resolve()
  expect(config.source.request).toEqual({ dataset: 'synthetic:quick' })
  expect(config.preset).toBe('quick')
  expect(config.methods.map(({ name }) => name)).toEqual(['rrd', 'rce-kd'])
  expect(config.seeds).toEqual([0])
})

test('defaults < preset < file < flags < --set', async () => {
  const preset = flagsLayer({ preset: 'rce-kd' })
  expect((await resolve(preset)).epochs).toBe(1000)
  expect((await resolve(file('preset: rce-kd\nepochs: 7\n'))).epochs).toBe(7)
  expect((await resolve(file('epochs: 7\n'), flagsLayer({ epochs: '8' }))).epochs).toBe(8)
  expect(
    (await resolve(file('epochs: 7\n'), flagsLayer({ epochs: '8' }), setLayer(['epochs=9']))).epochs,
  ).toBe(9)
})

test('a preset of the authors is taken when data set and backbones match, and is said', async () => {
  const config = await resolve(flagsLayer({ dataset: 'citeulike-t' }))
  const rce = config.methods.find(({ name }) => name === 'rce-kd')
  // Spec 4.2, CiteULike MF -> MF
  expect(rce).toMatchObject({ lambda: 500, params: { K: 50, L: 50, T: 10, M: 200, beta: 3 } })
  expect(rce?.optimizer).toMatchObject({ weightDecay: 1e-5, batch: 2048 })
  expect(rce?.origin).toContain('citeulike')
  // Spec 3.1
  expect(config.teacher).toMatchObject({ backbone: 'mf', dim: 400, optimizer: { weightDecay: 1e-3 } })
  expect(config.student).toMatchObject({ backbone: 'mf', dim: 20, optimizer: { weightDecay: 1e-3 } })
  const other = await resolve(flagsLayer({ dataset: 'movielens-1m' }))
  expect(other.methods.map(({ origin }) => origin)).toEqual(['defaults', 'defaults'])
})

test('blocks of the table of RCE-KD have the models and weights of their authors, and give way to smaller teachers', async () => {
  const block = (preset: string, teacher?: string) =>
    resolve(flagsLayer({ preset, ...(teacher === undefined ? {} : { teacher }) }))
  const weights = async (preset: string) =>
    (await block(preset)).methods.map(({ name, lambda }) => [name, lambda])
  // Spec 3.2, 3.3 and the tables of 4.2, 4.5 and 4.9
  expect((await block('rce-kd-table1-lightgcn')).teacher).toMatchObject({
    backbone: 'lightgcn',
    dim: 2000,
    params: { layers: 3 },
    optimizer: { weightDecay: 1e-7 },
  })
  expect(await weights('rce-kd-table1-lightgcn')).toEqual(
    expect.arrayContaining([['rrd', 0.01], ['rce-kd', 500], ['cd', 0.5]]), // prettier-ignore
  )
  expect(await weights('rce-kd-table1-lightgcn-mf')).toEqual(
    expect.arrayContaining([['rrd', 0.05], ['rce-kd', 100]]), // prettier-ignore
  )
  expect(await weights('rce-kd-table1-hstu')).toEqual(
    expect.arrayContaining([['rrd', 0.1], ['rce-kd', 50000]]), // prettier-ignore
  )
  expect((await block('rce-kd-table1-hstu')).teacher).toMatchObject({
    params: { blocks: 8, heads: 4, length: 100 },
    optimizer: { batch: 128, weightDecay: 1e-5 },
  })
  expect((await block('rce-kd-table1-hstu-hstu')).student).toMatchObject({
    backbone: 'hstu',
    dim: 64,
    params: { blocks: 1, heads: 2, dqk: 8, dv: 16 },
  })
  const smaller = await block('rce-kd-table1-lightgcn', 'lightgcn:400')
  expect(smaller.teacher).toMatchObject({ dim: 400, optimizer: { weightDecay: 1e-7 } })
})

// Spec 3.2 and 3.3
test.each([
  ['citeulike-t', [3, 2000, 1e-7], [3, 20, 1e-3]],
  ['gowalla', [4, 2000, 1e-6], [4, 20, 1e-7]],
  ['yelp2018', [3, 1000, 1e-7], [3, 20, 1e-4]],
])('LightGCN of the published experiments on %s: layers, dim, weight decay', async (dataset, ...models) => {
  const { teacher, student } = await resolve(
    flagsLayer({ preset: 'paper', dataset, teacher: 'lightgcn', student: 'lightgcn' }),
  )
  expect(
    [teacher, student].map(({ dim, params, optimizer }) => [params.layers, dim, optimizer.weightDecay]),
  ).toEqual(models)
})

test.each([
  ['citeulike-t', 64, [8, 4], [1, 2], [100, 8, 16, 0.5, 0.5, 512, 0.05]],
  ['gowalla', 32, [8, 4], [1, 1], [100, 16, 16, 0.5, 0.5, 1024, 0.05]],
  ['yelp2018', 32, [8, 8], [1, 2], [400, 16, 16, 0.7, 0.5, 2048, 0.1]],
])('HSTU of the published experiments on %s', async (dataset, dim, ofTeacher, ofStudent, shared) => {
  const { teacher, student } = await resolve(
    flagsLayer({ preset: 'paper', dataset, teacher: 'hstu', student: 'hstu' }),
  )
  const numbers = ({ params: p }: typeof teacher) => [
    [p.blocks, p.heads],
    [p.length, p.dqk, p.dv, p.dropout, p.inputDropout, p.drawn, p.temperature],
  ]
  expect([numbers(teacher), numbers(student)]).toEqual([
    [ofTeacher, shared],
    [ofStudent, shared],
  ])
  for (const model of [teacher, student])
    expect(model).toMatchObject({ dim, optimizer: { lr: 1e-3, weightDecay: 1e-5, batch: 128 } })
  expect(student.params.termDropout).toBe('list')
})

test('models are those of published experiments on their split alone, and what is given wins', async () => {
  const given = { dataset: 'gowalla', teacher: 'lightgcn:64' }
  const published = await resolve(flagsLayer({ ...given, split: 'rce-kd' }), setLayer(['teacher.layers=2']))
  expect(published.teacher).toMatchObject({
    dim: 64,
    params: { layers: 2 },
    optimizer: { weightDecay: 1e-6 },
  })
  const other = await resolve(flagsLayer({ ...given, teacher: 'lightgcn', split: 'lightgcn-valid' }))
  expect(other.teacher).toMatchObject({ dim: 300, params: { layers: 3 }, optimizer: { weightDecay: 1e-4 } })
})

// Spec 3.1, 3.4 and the table of 4.3
test('the presets of BD: how models start, how they are trained before and together', async () => {
  const mf = await resolve(flagsLayer({ preset: 'bd' }))
  expect(mf.teacher).toMatchObject({ dim: 50, params: { init: 1 }, optimizer: { weightDecay: 1e-3 } })
  expect(mf.student).toMatchObject({ dim: 5, params: { init: 1 }, optimizer: { weightDecay: 0 } })
  expect(mf.methods[0]).toMatchObject({
    params: { form: 'pairs', tauT: 5, tauS: 5, epsE: 1e-4, epsT: 1e-2 },
    optimizer: { lr: 1e-3, weightDecay: 0, batch: 128 },
  })
  const cdae = await resolve(flagsLayer({ preset: 'bd-cdae' }))
  for (const [model, dim] of [
    [cdae.teacher, 50],
    [cdae.student, 5],
  ] as const)
    expect(model).toMatchObject({
      dim,
      params: { activation: 'sigmoid', dropout: 0.5, init: 1, unseen: 5 },
      optimizer: { lr: 2e-3, weightDecay: 1e-3, batch: 128 },
    })
  expect(cdae.methods[0]).toMatchObject({
    params: { form: 'users', tauT: 2, tauS: 2, epsE: 1e-4, epsT: 1e-4, perPair: 5 },
    optimizer: { lr: 2e-3, weightDecay: 0, batch: 128 },
  })
  expect([mf.epochs, cdae.epochs]).toEqual([101, 1001])
})

// Spec 6.6 and the tables of 4.11, 4.12 and 4.14
test('the presets of topology distillation and of HetComp', async () => {
  const topology = await resolve(flagsLayer({ preset: 'topology' }))
  expect(topology).toMatchObject({ epochs: 100, patience: 100, validateEvery: 10 })
  expect(topology.methods).toMatchObject([
    { name: 'ftd', lambda: 1e-3, optimizer: { weightDecay: 1e-3, batch: 1024 } },
    { name: 'htd', lambda: 1e-3, params: { alpha: 0.5, groups: 30 }, optimizer: { weightDecay: 1e-3 } },
  ])
  const hetcomp = await resolve(flagsLayer({ preset: 'hetcomp' }))
  expect(hetcomp).toMatchObject({ student: { dim: 6 }, patience: 5, validateEvery: 10 })
  expect(hetcomp.methods[0]).toMatchObject({
    lambda: 0.005,
    params: { K: 100, k: 50, V: 4, p: 10, alpha: 1.05, observed: 'best', standalone: true },
    optimizer: { lr: 1e-3, weightDecay: 1e-5, batch: 1024 },
  })
})

test('--set reaches every group', async () => {
  const config = await resolve(
    flagsLayer({ dataset: 'citeulike-t', split: 'rce-kd' }),
    setLayer([
      'rrd.K=50',
      'rrd.lambda=0.5',
      'teacher.weightDecay=1e-4',
      'student.lr=0.01',
      'protocol.ks=[5,10]',
    ]),
  )
  const rrd = config.methods.find(({ name }) => name === 'rrd')
  expect(rrd).toMatchObject({ lambda: 0.5, params: { K: 50 }, optimizer: { lr: 0.01 } })
  expect(rrd?.origin).toContain('K, lambda as given')
  expect(config.teacher.optimizer.weightDecay).toBe(1e-4)
  expect(config.protocol).toEqual({ name: 'rce-kd', ks: [5, 10] })
})

test('the protocol follows the split: as in the RCE-KD experiments, or strict', async () => {
  expect((await resolve(flagsLayer({ dataset: 'citeulike-t', split: 'rce-kd' }))).protocol).toEqual({
    name: 'rce-kd',
  })
  expect((await resolve(flagsLayer({ dataset: 'citeulike-t' }))).protocol).toEqual({ name: 'strict' })
  expect((await resolve(flagsLayer({ data: ['x.csv'] }))).protocol).toEqual({ name: 'strict' })
})

test('seeds: a count or a list', async () => {
  expect((await resolve(flagsLayer({ seeds: '3' }))).seeds).toEqual([0, 1, 2])
  expect((await resolve(flagsLayer({ seeds: '4,7' }))).seeds).toEqual([4, 7])
  expect((await resolve(flagsLayer({ seeds: '5,' }))).seeds).toEqual([5])
  expect((await resolve(file('seeds: [3]\n'))).seeds).toEqual([3])
})

test('a resolved configuration, written and read, resolves to itself', async () => {
  const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
  const layers = fc.record({
    preset: some(fc.constantFrom('quick', 'tiny', 'rce-kd')),
    dataset: some(fc.constantFrom('citeulike-t', 'synthetic:tiny', 'movielens-1m')),
    teacher: some(fc.constantFrom('mf:50', { dim: 7, weightDecay: 0.5 }, 'ease')),
    baselines: some(fc.constantFrom('popularity,ials:8', 'item-knn')),
    methods: some(fc.constantFrom('all', 'none', ['rce-kd'])),
    seeds: some(fc.constantFrom(2, [5, 1])),
    rrd: some(
      fc.record({ K: fc.integer({ min: 1, max: 90 }), lambda: fc.double({ min: 0, max: 9, noNaN: true }) }),
    ),
    minRating: some(fc.integer({ min: 1, max: 5 })),
    threads: some(fc.integer({ min: 1, max: 4 })),
    reuseTeachers: some(fc.boolean()),
  })
  await fc.assert(
    fc.asyncProperty(layers, async (values) => {
      const config = await resolve({ values, speak: (path) => path.join('.') })
      const again = await resolve(file(configYaml(config)))
      const words = ({ origin: _origin, written: _written, ...method }: (typeof config.methods)[number]) =>
        method
      // What is written names each method, so that none comes or goes when it is read by another version.
      expect({ ...again, methods: again.methods.map(words) }).toEqual({
        ...config,
        unnamedMethods: false,
        methods: config.methods.map(words),
      })
    }),
    { numRuns: 40 },
  )
})

test('paths of a file start at the file, those of flags where the command runs', async () => {
  const layer = file('data: some/ratings.csv\ncache: /var/cache\n')
  const path = layer.speak([])
  expect(layer.values).toEqual({ data: join(path, '..', 'some/ratings.csv'), cache: '/var/cache' })
  expect(flagsLayer({ data: ['x.csv'] }).values.data).toEqual([join(process.cwd(), 'x.csv')])
})

test('the JSON Schema knows every method, its parameters and refuses other keys', () => {
  const schema = configJsonSchema({
    methods: catalogue.methods,
    backbones: catalogue.backbones.all(),
  }) as {
    properties: Record<string, unknown>
    additionalProperties: boolean
  }
  expect(schema.additionalProperties).toBe(false)
  for (const { name, params } of catalogue.methods) {
    const group = schema.properties[name] as { properties: Record<string, unknown> }
    expect(Object.keys(group.properties)).toEqual(
      expect.arrayContaining([...Object.keys(params.shape), 'lambda']),
    )
  }
  // What a validator of another make would do: back to zod, and a resolved file passes.
  const back = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
  const example = parse(
    readFileSync(file('epochs: 3\nrrd: {K: 5}\nteacher: mf:5\n').speak([]), 'utf8'),
  ) as unknown
  expect(back.safeParse(example).success).toBe(true)
  expect(back.safeParse({ epochz: 3 }).success).toBe(false)
})
