import { defineConfig } from 'vitest/config'

/**
 * Tests read the packages' sources through the `source` condition: an edit is live everywhere with nothing built.
 * Node's own conditions stay off the list: given to the test processes they would make `require` pick ESM builds.
 */
const conditions = ['source']
const names = [
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
]
const packages = [...names, 'trainer', 'report', 'testkit']

const project = (name: string, root: string) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    name,
    root,
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks' as const,
  },
})

export default defineConfig({
  test: {
    projects: [
      ...packages.map((name) => project(name, `./packages/${name}`)),
      project('bench', './apps/bench'),
      project('docs', './tooling/docs'),
    ],
  },
})
