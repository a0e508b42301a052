import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { compileFunction } from 'node:vm'

type Require = (specifier: string) => unknown

/**
 * Loads CommonJS files of tfjs-node and what they require, and returns what the first exports; with this package's copy of TensorFlow.js (the kernels have to
 * register with the engine everyone else uses, wherever the file lies), and with the functions that newer Nodes removed
 * from `util`. Nothing global changes and no file is written.
 */
export function loadFromPackage(entry: string, ...others: readonly string[]): unknown {
  const outside = createRequire(import.meta.url)
  const replaced: Readonly<Record<string, () => unknown>> = {
    '@tensorflow/tfjs': () => outside('@tensorflow/tfjs'),
    '@tensorflow/tfjs-core': () =>
      createRequire(outside.resolve('@tensorflow/tfjs'))('@tensorflow/tfjs-core'),
    // Messages of TensorBoard, which nothing here writes; they would need google-protobuf.
    './proto/api_pb': () => ({}),
    util: olderUtil,
    'node:util': olderUtil,
  }
  const cache = new Map<string, { exports: unknown }>()

  const load = (path: string): unknown => {
    const known = cache.get(path)
    if (known) return known.exports
    const module = { exports: {} as unknown }
    cache.set(path, module)
    if (path.endsWith('.json')) {
      module.exports = JSON.parse(readFileSync(path, 'utf8'))
      return module.exports
    }
    const here = createRequire(path)
    const require: Require = (specifier) => {
      if (specifier in replaced) return replaced[specifier]()
      if (specifier.startsWith('.')) return load(fileOf(resolve(dirname(path), specifier)))
      return here(specifier)
    }
    const parameters = ['exports', 'require', 'module', '__filename', '__dirname']
    const run = compileFunction(readFileSync(path, 'utf8'), parameters, { filename: path })
    run.call(module.exports, module.exports, require, module, path, dirname(path))
    return module.exports
  }
  const exports = load(fileOf(entry))
  for (const other of others) load(fileOf(other))
  return exports
}

/** As Node resolves a relative path without an extension. */
function fileOf(path: string): string {
  for (const candidate of [path, `${path}.js`, `${path}.json`, join(path, 'index.js')])
    if (existsSync(candidate) && statSync(candidate).isFile()) return candidate
  throw new Error(`${path} is not there`)
}

/** tfjs-node 4.22 calls functions that Node 23 took away. */
function olderUtil(): unknown {
  const util = createRequire(import.meta.url)('node:util') as Readonly<Record<string, unknown>>
  return {
    ...util,
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  }
}
