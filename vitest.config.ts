import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/**
 * Tests read the packages' sources through the `source` condition: an edit is live everywhere with nothing built.
 * Node's own conditions stay off the list: given to the test processes they would make `require` pick ESM builds.
 */
const conditions = ['source']
const packages = [
  'core',
  'data',
  'tensor',
  'engine',
  'samplers',
  'losses',
  'plugin',
  'backbones',
  'metrics',
  'methods',
  'trainer',
  'report',
  'serve',
  'testkit',
  'formats',
  'export',
  'teachers',
  'http',
  'compress',
]

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const project = (name: string, root: string, include = ['src/**/*.test.ts', 'test/**/*.test.ts']) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    name,
    root,
    // the engine's kernels are compiled when their sources changed
    globalSetup: [at('tooling/vitest/temporary-folder.ts'), at('packages/engine/scripts/build-wasm.mjs')],
    include,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: [at('tooling/vitest/seed.ts')],
    pool: 'forks' as const,
  },
})

export default defineConfig({
  test: {
    // One process a core (the default leaves one idle, which on two cores is half the machine); the engine's threads share them.
    maxWorkers: Math.max(2, availableParallelism()),
    reporters: ['default', './tooling/vitest/skipped.ts'],
    projects: [
      ...packages.map((name) => project(name, `./packages/${name}`)),
      project('bench', './apps/bench'),
      project('demo', './apps/demo'),
      project('docs', './tooling/docs'),
      project('tooling', './tooling', ['{lint,bootstrap,vitest}/**/*.test.ts']),
    ],
  },
})
