import { fileURLToPath } from 'node:url'
import { ESLint } from 'eslint'
import { expect, test } from 'vitest'
import { directions } from './directions.js'

const eslint = new ESLint({ cwd: fileURLToPath(new URL('../..', import.meta.url)) })

/** What lint says about a file that does nothing but import. */
async function complaints(filePath: string, ...specifiers: readonly string[]): Promise<string[]> {
  const code = specifiers.map((specifier) => `import '${specifier}'\n`).join('')
  const [{ messages }] = await eslint.lintText(code, { filePath })
  return messages.map(({ message }) => message)
}

const packages = Object.keys(directions)

test.each(packages)('%s may import what it depends on', async (name) => {
  const allowed = directions[name].map((other) => `@recdistill/${other}`)
  expect(await complaints(`packages/${name}/src/example.ts`, ...allowed)).toEqual([])
})

test.each(packages)('%s may import nothing else of ours, nor a part of it', async (name) => {
  const forbidden = packages.filter((other) => other !== name && !directions[name].includes(other))
  for (const other of forbidden) {
    const found = await complaints(
      `packages/${name}/src/deep/example.ts`,
      `@recdistill/${other}`,
      `@recdistill/${other}/part`,
    )
    expect(found).toHaveLength(2)
    for (const message of found) expect(message).toContain(`${name} must not depend on ${other}`)
  }
})

test('methods never see the trainer, the backbones, the engine or the data', async () => {
  for (const other of ['trainer', 'backbones', 'engine', 'data']) {
    const [message] = await complaints('packages/methods/src/rrd.ts', `@recdistill/${other}`)
    expect(message).toContain('docs/decisions/0001-dependency-directions.md')
  }
})

test('only tensor imports TensorFlow.js', async () => {
  expect(await complaints('packages/tensor/src/example.ts', '@tensorflow/tfjs')).toEqual([])
  const [message] = await complaints('packages/losses/src/example.ts', '@tensorflow/tfjs')
  expect(message).toContain('only @recdistill/tensor imports TensorFlow.js')
})

test('tests may reach further than sources', async () => {
  expect(await complaints('packages/losses/src/example.test.ts', '@recdistill/testkit')).toEqual([])
})

test('a package prints nothing', async () => {
  const [{ messages }] = await eslint.lintText(`console.log(1)\n`, { filePath: 'packages/core/src/a.ts' })
  expect(messages.map(({ ruleId }) => ruleId)).toEqual(['no-console'])
})

test('any is an error', async () => {
  const code = 'export const a = (b: any): unknown => b\n'
  const [{ messages }] = await eslint.lintText(code, { filePath: 'packages/core/src/a.ts' })
  expect(messages.map(({ ruleId }) => ruleId)).toEqual(['@typescript-eslint/no-explicit-any'])
})
