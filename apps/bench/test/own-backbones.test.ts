import { execFile } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { beforeAll, expect, test } from 'vitest'
import { freshFolder, resultOf, run, runBinary } from './run.ts'

const at = freshFolder()
const model = join(at, 'softmax-mf.mjs')
const tiny = ['bench', '--preset', 'tiny', '--epochs', '4', '--no-cache']

/** The guide's model as its reader compiles it, in a folder where the packages are installed. */
beforeAll(() => {
  const guide = new URL('../../../docs/guides/write-a-backbone.md', import.meta.url)
  const [, code] = /^```ts run\n(.*?)^```$/ms.exec(readFileSync(guide, 'utf8')) ?? []
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }
  const { outputText } = ts.transpileModule(code, { compilerOptions })
  writeFileSync(model, outputText)
  writeFileSync(join(at, 'broken.mjs'), outputText.replace('engine.adam(tables', 'engine.adamm(tables'))
  writeFileSync(join(at, 'taken.mjs'), outputText.replace("'softmax-mf'", "'lightgcn'"))
  writeFileSync(join(at, 'reserved.mjs'), outputText.replace("'softmax-mf'", "'scratch'"))
  writeFileSync(join(at, 'no-create.mjs'), outputText.replace('create(', 'creates('))
  symlinkSync(
    fileURLToPath(new URL('../node_modules', import.meta.url)),
    join(at, 'node_modules'),
    'junction',
  )
})

test('the guide’s model keeps the contract of backbones', async () => {
  const script = join(at, 'contract.mjs')
  writeFileSync(
    script,
    `import { createEngine } from '@recdistill/engine'
    import { backboneChecks } from '@recdistill/plugin/checks'
    import model from './softmax-mf.mjs'
    const engine = createEngine({ threads: 1 })
    const checks = backboneChecks(model, { engine: () => engine })
    for (const { run } of checks) await run()
    console.log(checks.length)
    process.exit()`,
  )
  const { stdout } = await promisify(execFile)('node', [script])
  expect(Number(stdout)).toBeGreaterThan(20)
})

test('a model of one’s own teaches, learns and is a baseline, and its run is resumed, lent and exported', async () => {
  const folder = join(at, 'run')
  const own = [
    '--teacher',
    './softmax-mf.mjs:16',
    '--student',
    `${model}:4`,
    '--baselines',
    './softmax-mf.mjs:8',
  ]
  const set = ['--set', 'student.temperature=0.25', '--methods', 'rrd']
  const { code, stderr } = await runBinary([...tiny, ...own, ...set, '--out', folder], {
    shell: `cd '${at}'`,
  })
  expect(code, stderr).toBe(0)
  const { models, config } = resultOf(folder)
  expect(models.map(({ id, backbone }) => `${id} ${backbone.name}:${backbone.dim}`)).toEqual([
    'teacher softmax-mf:16',
    'softmax-mf softmax-mf:8',
    'scratch softmax-mf:4',
    'rrd softmax-mf:4',
  ])
  expect(models.map(({ backbone }) => backbone.params['temperature'])).toEqual([0.5, 0.5, 0.25, 0.25])
  expect(config).toMatchObject({ student: { backbone: model }, baselines: [`${model}:8`] })
  for (const each of models) expect(each.parameters).toBe((split(each) * each.backbone.dim) as number)

  expect((await runBinary(['resume', folder])).code).toBe(0)
  const lent = join(at, 'lent')
  const borrowed = await runBinary([...tiny, '--teacher-from', folder, '--methods', 'none', '--out', lent])
  expect(borrowed.code, borrowed.stderr).toBe(0)
  expect(resultOf(lent).models[0]).toMatchObject({ test: models[0].test, cached: true })
  const exported = await runBinary([
    'export',
    folder,
    '--model',
    'rrd',
    '--to',
    'npz',
    '--out',
    join(at, 'bundle'),
  ])
  expect(exported.code, exported.stderr).toBe(0)
})

/** Users and items of the preset. */
function split({ parameters, backbone: { dim } }: { parameters: number; backbone: { dim: number } }): number {
  expect(parameters % dim).toBe(0)
  return parameters / dim
}

test.each([
  [
    './broken.mjs:4',
    /^recdistill: softmax-mf: a step of training failed, in a rehearsal .*adamm is not a func/m,
  ],
  [
    './taken.mjs:4',
    /there is a backbone "lightgcn" already; give this one another name, e\.g\. "my-lightgcn"/,
  ],
  ['./reserved.mjs:4', /a backbone may not be called "scratch"; choose another name/],
  ['./no-create.mjs:4', /its default export is not a backbone: create is not a function; declare it with/],
  ['./none.mjs:4', /^recdistill: backbone \S+none\.mjs: no such file/],
  ['./dist/none.mjs:4', /none\.mjs: no such file \(\S+\); is its package built\?$/m],
  [
    './softmax-mf.mjs:0',
    /expected backbone:dim with a dim of 1 or more, e\.g\. mf:400, got "\S+softmax-mf\.mjs:0"/,
  ],
  [
    'softmax-mf:4',
    /unknown backbone "softmax-mf"; there are mf, .* a file of yours is given as \.\/softmax-mf\.js/,
  ],
])('--student %s is refused before anything is trained', async (student, message) => {
  const folder = join(at, 'refused')
  const { code, stderr } = await runBinary([...tiny, '--student', student, '--out', folder], {
    shell: `cd '${at}'`,
  })
  expect(stderr).toMatch(message)
  expect(code).toBe(2)
  expect(existsSync(folder)).toBe(false)
})

test('a wrong parameter of a model of one’s own is refused by name', async () => {
  const { code, stderr } = await run([...tiny, '--student', `${model}:4`, '--set', 'student.temperatur=1'])
  expect(stderr).toContain('student: unknown key "temperatur"; did you mean "temperature"?')
  expect(code).toBe(2)
})

test('compress searches a kind of one’s own', async () => {
  const folder = join(at, 'small')
  const search = [
    '--budget',
    '4KB',
    '--dims',
    '2,4',
    '--trials',
    '2',
    '--epochs',
    '2',
    '--teacher-epochs',
    '2',
  ]
  const { code, stderr } = await runBinary(
    [
      'compress',
      '--config',
      config(),
      '--students',
      './softmax-mf.mjs',
      ...search,
      '--methods',
      'rrd',
      '--out',
      folder,
    ],
    { shell: `cd '${at}'` },
  )
  expect(code, stderr).toBe(0)
  expect(existsSync(join(folder, 'results.json'))).toBe(true)
})

function config(): string {
  const path = join(at, 'config.yaml')
  writeFileSync(path, 'preset: tiny\nreuseTeachers: false\n')
  return path
}
