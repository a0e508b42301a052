import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { countTensors, prepareTensors, tf, valueAndGradients } from '../index.ts'
import { findNodeBackends, loadBinding, platformName, provisionFolder, tensorflowHome } from './index.ts'
import { loadFromPackage } from './load-package.ts'

const fresh = () => mkdtempSync(join(tmpdir(), 'recdistill-node-backend-'))

function provision(home: string, flavour: 'cpu' | 'gpu', changes: Record<string, unknown> = {}): string {
  const folder = provisionFolder(flavour, { RECDISTILL_HOME: home })
  mkdirSync(join(folder, 'package'), { recursive: true })
  writeFileSync(join(folder, 'tfjs_binding.node'), 'no library')
  const manifest = {
    schema: 1,
    flavour,
    tensorflow: '2.21.0',
    package: '@tensorflow/tfjs-node',
    packageVersion: '4.22.0',
    platform: platformName(),
    ...changes,
  }
  writeFileSync(join(folder, 'provision.json'), JSON.stringify(manifest))
  return folder
}

test('libraries live under RECDISTILL_HOME, else in the cache folder of the user', () => {
  expect(tensorflowHome({ RECDISTILL_HOME: '/a' })).toBe(join('/a', 'tensorflow'))
  expect(tensorflowHome({ XDG_CACHE_HOME: '/b' })).toBe(join('/b', 'recdistill', 'tensorflow'))
  expect(tensorflowHome({})).toMatch(/\.cache.recdistill.tensorflow$/)
})

test('nothing there is no error, and a GPU build comes before one for the processor', () => {
  const home = fresh()
  expect(findNodeBackends({ RECDISTILL_HOME: home })).toEqual({ found: [], problems: [] })
  provision(home, 'cpu')
  provision(home, 'gpu')
  const { found } = findNodeBackends({ RECDISTILL_HOME: home })
  expect(found.map(({ flavour, origin }) => [flavour, origin])).toEqual([
    ['gpu', 'provisioned'],
    ['cpu', 'provisioned'],
  ])
})

test('what cannot be used is said in one sentence', () => {
  const cases: [RegExp, (home: string) => void][] = [
    [/was built for beos-vax/, (home) => provision(home, 'cpu', { platform: 'beos-vax' })],
    [/another version of recdistill/, (home) => provision(home, 'cpu', { schema: 9 })],
    [/is not JSON/, (home) => writeFileSync(join(provision(home, 'cpu'), 'provision.json'), '{')],
  ]
  for (const [message, make] of cases) {
    const home = fresh()
    make(home)
    const { found, problems } = findNodeBackends({ RECDISTILL_HOME: home })
    expect(found).toEqual([])
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(message)
    expect(problems[0]).toMatch(/run recdistill setup tensorflow again/)
  }
})

test('what npm installed is found with its native part, and said to lack it without', () => {
  const project = fresh()
  const folder = join(project, 'node_modules', '@tensorflow', 'tfjs-node')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"name":"@tensorflow/tfjs-node","version":"4.22.0"}')
  const back = process.cwd()
  process.chdir(project)
  try {
    const env = { RECDISTILL_HOME: fresh() }
    expect(findNodeBackends(env).problems.join()).toMatch(
      /tfjs-node 4.22.0 is installed but its native part is missing .*; run recdistill setup tensorflow$/,
    )
    mkdirSync(join(folder, 'lib', 'napi-v8'), { recursive: true })
    writeFileSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '')
    const [found] = findNodeBackends(env).found
    expect(found).toMatchObject({ origin: 'installed', flavour: 'cpu', packageVersion: '4.22.0' })
    expect(found.binding).toMatch(/napi-v8.tfjs_binding.node$/)
  } finally {
    process.chdir(back)
  }
})

test('a library that cannot be loaded is an input error that says what to do', () => {
  const folder = provision(fresh(), 'gpu')
  const backend = { binding: join(folder, 'tfjs_binding.node'), flavour: 'gpu' } as const
  expect(() => loadBinding(backend)).toThrow(/cannot be loaded: .*; run recdistill setup tensorflow --gpu/)
})

test('files of a package get this copy of TensorFlow.js and the functions Node removed, without touching util', async () => {
  const folder = fresh()
  mkdirSync(join(folder, 'inner'))
  writeFileSync(
    join(folder, 'entry.js'),
    `const util = require('node:util'); const tf = require('@tensorflow/tfjs'); const inner = require('./inner')
     exports.none = [null, undefined, 0, ''].map((x) => util.isNullOrUndefined(x))
     exports.array = [util.isArray([]), util.isArray({})]
     exports.tf = tf; exports.inner = inner; exports.inspect = util.inspect(1); exports.proto = require('./proto/api_pb')`,
  )
  writeFileSync(join(folder, 'inner', 'index.js'), `module.exports = { data: require('../data.json') }`)
  writeFileSync(join(folder, 'data.json'), '{"a":1}')
  const loaded = loadFromPackage(join(folder, 'entry')) as Record<string, unknown>
  expect(loaded.none).toEqual([true, true, false, false])
  expect(loaded.array).toEqual([true, false])
  expect(loaded.inner).toEqual({ data: { a: 1 } })
  expect(loaded.inspect).toBe('1')
  expect((loaded.tf as typeof tf).engine()).toBe(tf.engine())
  const util = await import('node:util')
  expect('isNullOrUndefined' in util).toBe(Number(process.versions.node.split('.')[0]) < 23)
  expect(() => loadFromPackage(join(folder, 'missing'))).toThrow(/missing is not there/)
})

describe.skipIf(findNodeBackends().found.length === 0)(
  'the tape on libtensorflow (needs recdistill setup tensorflow)',
  () => {
    test('values and gradients are those of wasm, and no tensor stays', async () => {
      const loss = () => {
        const a = tf.tensor2d([0.3, -1.2, 2, 0.7, 1.1, -0.4], [3, 2])
        const b = tf.tensor2d([1, -2, 0.5, 0.25], [2, 2])
        const result = valueAndGradients({ a, b }, (leaves) =>
          tf.sum(tf.mul(tf.softplus(tf.matMul(leaves.a, leaves.b, false, true)), tf.sigmoid(leaves.a))),
        )
        a.dispose()
        b.dispose()
        return result
      }
      await prepareTensors({ backend: 'wasm' })
      const expected = loss()
      expect(await prepareTensors({ backend: 'tensorflow' })).toBe('tensorflow')
      expect(tf.getBackend()).toBe('tensorflow')
      const before = countTensors()
      const got = loss()
      expect(countTensors()).toBe(before)
      expect(Math.abs(got.value - expected.value)).toBeLessThan(1e-5)
      for (const name of ['a', 'b'] as const)
        got.gradients[name].forEach((g, n) =>
          expect(Math.abs(g - expected.gradients[name][n])).toBeLessThan(1e-5),
        )
    })

    test('kernels that ask the removed util functions run', () => {
      const { indices } = tf.topk(tf.tensor2d([3, 5, 4, 1, 0, 9], [2, 3]), 2, true)
      expect(Array.from(indices.dataSync())).toEqual([1, 2, 2, 0])
    })
  },
)
