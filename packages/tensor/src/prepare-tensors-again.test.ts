import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { prepareTensors, tf } from './index.ts'
import { findNodeBackends, platformName, provisionFolder } from './node-backend/index.ts'

const home = mkdtempSync(join(tmpdir(), 'recdistill-prepare-'))
afterAll(() => rmSync(home, { recursive: true }))

test('where wasm fell back, its files may be named better, and the way they were named is not tried again', async () => {
  const warned: string[] = []
  const warn = (line: string) => void warned.push(line)
  expect(await prepareTensors({ wasmFolder: home, warn })).toBe('cpu')
  expect(await prepareTensors({ wasmFolder: home, warn })).toBe('cpu')
  expect(warned).toHaveLength(1)
  expect(await prepareTensors({ warn })).toBe('wasm')
  expect(tf.getBackend()).toBe('wasm')
  expect(warned).toHaveLength(1)
})

test('of two backends asked for at once the later one is in use', async () => {
  await prepareTensors({ backend: 'cpu' })
  expect(await Promise.all([prepareTensors(), prepareTensors({ backend: 'cpu' })])).toEqual(['wasm', 'cpu'])
  expect(tf.getBackend()).toBe('cpu')
  expect(await Promise.all([prepareTensors(), prepareTensors({ backend: 'cpu' }), prepareTensors()])).toEqual(
    ['wasm', 'cpu', 'wasm'],
  )
  expect(tf.getBackend()).toBe('wasm')
})

test.skipIf(findNodeBackends().found.length > 0)(
  'a backend that could not start is tried again, and the others are not in its way',
  async () => {
    const before = process.env.RECDISTILL_HOME
    process.env.RECDISTILL_HOME = home
    try {
      const ask = () => prepareTensors({ backend: 'tensorflow' })
      await expect(ask()).rejects.toThrow('no TensorFlow here')
      const folder = provisionFolder('cpu', process.env)
      mkdirSync(join(folder, 'package'), { recursive: true })
      writeFileSync(join(folder, 'tfjs_binding.node'), 'no library')
      const [tensorflow, packageVersion] = ['2.21.0', '4.22.0']
      writeFileSync(
        join(folder, 'provision.json'),
        JSON.stringify({ schema: 1, flavour: 'cpu', tensorflow, package: '@tensorflow/tfjs-node', packageVersion, platform: platformName() }), // prettier-ignore
      )
      const both = await Promise.allSettled([ask(), prepareTensors()])
      expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
      expect(String((both[0] as PromiseRejectedResult).reason)).toContain(
        'tfjs_binding.node cannot be loaded',
      )
      expect(tf.getBackend()).toBe('wasm')
    } finally {
      if (before === undefined) delete process.env.RECDISTILL_HOME
      else process.env.RECDISTILL_HOME = before
    }
  },
)
