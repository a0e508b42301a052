import tseslint from 'typescript-eslint'
import { directions } from './directions.js'

const everyPackage = Object.keys(directions)

/** One rule block a package: an import against the direction of dependencies does not lint. */
const boundaries = everyPackage.map((name) => {
  const forbidden = everyPackage.filter((other) => other !== name && !directions[name].includes(other))
  const patterns = forbidden.map((other) => ({
    group: [`@recdistill/${other}`, `@recdistill/${other}/*`],
    message: `${name} must not depend on ${other}: see docs/decisions/0001-dependency-directions.md`,
  }))
  if (name !== 'tensor')
    patterns.push({ group: ['@tensorflow/*'], message: 'only @recdistill/tensor imports TensorFlow.js' })
  return {
    files: [`packages/${name}/src/**/*.ts`],
    ignores: ['**/*.test.ts', '**/*.bench.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  }
})

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/generated/**',
      '**/node_modules/**',
      'packages/*/assembly/**',
      '**/.examples/**',
      'runs/**',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['**/*.test.ts', '**/*.bench.ts'],
    rules: { 'no-console': ['error', { allow: ['warn'] }] },
  },
  ...boundaries,
)
