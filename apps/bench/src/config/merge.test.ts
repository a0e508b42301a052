import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadCatalogue } from '../catalogue.ts'
import { layersOf } from '../commands/bench.ts'
import { flagsLayer } from '../commands/flags-layer.ts'
import { speaker, type Layer } from './layer.ts'
import { resolveConfig } from './resolve.ts'
import { resolveSource } from './resolve-source.ts'
import { setLayer } from './set.ts'

const catalogue = await loadCatalogue()
const said = (values: Layer['values']): Layer => ({ values, speak: speaker('run.yaml') })
const resolve = (...layers: Layer[]) => resolveConfig(layers, catalogue)

/** The folder of a run, as far as it says what its teacher is. */
function runWithTeacher(): string {
  const run = mkdtempSync(join(tmpdir(), 'recdistill-lent-'))
  const teacher = {
    backbone: { name: 'lightgcn', dim: 12, params: { layers: 2 } },
    optimizer: { lr: 0.01, weightDecay: 0, batch: 64, sparse: true },
  }
  mkdirSync(join(run, 'teacher'))
  writeFileSync(join(run, 'teacher', 'run.json'), JSON.stringify(teacher))
  return run
}

test('of the ways to say who teaches, the last stands', async () => {
  const several = said({ teachers: 'mf:8,lightgcn:8' })
  const run = runWithTeacher()
  const lent = said({ teacherFrom: run })
  const last = async (...layers: Layer[]) => {
    const { teacher, teachers, teacherFrom } = await resolve(...layers)
    return [`${teacher.backbone}:${teacher.dim}`, teachers.length, teacherFrom?.from ?? null]
  }
  expect(await last(several, flagsLayer({ teacher: 'mf:4' }))).toEqual(['mf:4', 0, null])
  expect(await last(lent, flagsLayer({ teacher: 'mf:4' }))).toEqual(['mf:4', 0, null])
  expect(await last(lent, setLayer(['teacher.backbone=mf', 'teacher.dim=4']))).toEqual(['mf:4', 0, null])
  expect((await last(lent, flagsLayer({ teachers: 'mf:8,mf:9' }))).slice(1)).toEqual([2, null])
  expect((await last(several, flagsLayer({ teacherFrom: run }))).slice(1)).toEqual([0, run])
  // its size alone is no other teacher
  expect((await last(lent, setLayer(['teacher.dim=4']))).slice(1)).toEqual([0, run])
})

test('the teacher of a run is what it is there, unless another is asked for after it', async () => {
  const run = runWithTeacher()
  const config = join(mkdtempSync(join(tmpdir(), 'recdistill-config-')), 'config.yaml')
  writeFileSync(config, `teacherFrom: ${run}\nteacher: { backbone: mf, dim: 5, init: 1 }\n`)
  const asked = async (flags: Parameters<typeof layersOf>[0] & { readonly teacher?: string }) => {
    const { teacher, teacherFrom } = await resolve(...layersOf(flags))
    return { ...teacher, from: teacherFrom?.from }
  }
  expect(await asked({ config })).toMatchObject({
    from: run,
    backbone: 'lightgcn',
    dim: 12,
    params: { layers: 2 },
    optimizer: { lr: 0.01 },
  })
  expect(await asked({ config, teacher: 'mf:4' })).toMatchObject({ from: undefined, backbone: 'mf', dim: 4 })
  await expect(asked({ config, set: ['teacher.lr=0.5'] })).rejects.toThrow(
    `--set teacher.lr: the teacher is that of ${run}, as it is; leave it out, or train one with --teacher`,
  )
})

test.each([
  [{ teacher: 'mf:4', teachers: 'mf:8,mf:9' }, /--teacher and --teachers: give one of them/],
  [{ teachers: 'mf:8,mf:9', teacherFrom: 'x.csv' }, /--teachers and --teacher-from: give one of them/],
])('two ways to say who teaches on one command line are refused: %o', (flags, says) => {
  expect(() => flagsLayer(flags)).toThrow(says)
})

test('two ways to say who teaches in one file are refused', async () => {
  const teachers = ['mf:8', 'mf:9']
  await expect(resolve(said({ teachers, teacher: 'mf:4' }))).rejects.toThrow(
    'run.yaml: both teachers and teacher are given; keep one',
  )
  await expect(resolve(said({ teachers, teacherFrom: 'x.csv' }))).rejects.toThrow(
    'run.yaml: both teachers and teacherFrom are given; keep one',
  )
})

test('a model of another backbone has the size and training of the one below, and none of its parameters', async () => {
  const written = said({
    teacher: { backbone: 'mf', dim: 32, init: 1, biases: true, lr: 0.02 },
    student: { backbone: 'lightgcn', dim: 6, layers: 2 },
  })
  const { teacher, student } = await resolve(written, flagsLayer({ teacher: 'lightgcn', student: 'mf:3' }))
  const usual = await resolve(flagsLayer({ teacher: 'lightgcn', student: 'mf' }))
  expect(teacher).toMatchObject({ backbone: 'lightgcn', dim: 32, optimizer: { lr: 0.02 } })
  expect(student).toMatchObject({ backbone: 'mf', dim: 3 })
  expect([teacher.params, student.params]).toEqual([usual.teacher.params, usual.student.params])
  const same = await resolve(written, flagsLayer({ teacher: 'mf:9' }))
  expect(same.teacher).toMatchObject({ dim: 9, params: { init: 1, biases: true } })
})

test('paths of --set start where the command runs, as those of flags do', () => {
  const { values } = setLayer([
    'data=x.csv',
    'methods=[./mine.js, ours.ts, rrd]',
    'teacherFrom.itemBias=b.npy',
  ])
  expect(values).toEqual({
    data: join(process.cwd(), 'x.csv'),
    methods: [join(process.cwd(), 'mine.js'), join(process.cwd(), 'ours.ts'), 'rrd'],
    teacherFrom: { itemBias: join(process.cwd(), 'b.npy') },
  })
})

test('how files are read is refused of a data set, and goes with the files that one replaces', async () => {
  const source = (...layers: Layer[]) => resolveSource(layers, catalogue).source.request
  const files = said({ data: 'x.csv', name: 'ours', read: { delimiter: ';' } })
  const set = flagsLayer({ dataset: 'synthetic:tiny' })
  expect(source(files, set)).toEqual({ dataset: 'synthetic:tiny' })
  expect(source(files, flagsLayer({ data: ['y.csv'] }))).toMatchObject({ read: { delimiter: ';' } })
  expect(() => source(set, flagsLayer({ columns: 'user=a,item=b', format: 'csv' }))).toThrow(
    /^format, columns: said of files, and synthetic:tiny is a data set/,
  )
  await expect(resolve(flagsLayer({ delimiter: ';' }))).rejects.toThrow(/^delimiter: said of files/)
})

test('what is said of models is refused where none is trained', () => {
  const refused = () => resolveSource([flagsLayer({ dataset: 'synthetic:tiny' }), setLayer(['rrd.K=5', 'epochs=3'])], catalogue) // prettier-ignore
  expect(refused).toThrow(
    /^--set rrd, --set epochs: said of models, and none is trained here; expected one of dataset, .* protocol$/,
  )
})
