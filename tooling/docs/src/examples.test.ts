import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import ts from 'typescript'
import { beforeAll, describe, expect, test } from 'vitest'
import { examples, type Example } from './examples.ts'
import { packagesIn, root } from './workspace.ts'

const run = promisify(execFile)
const all = examples()
const folder = fileURLToPath(new URL('../.examples', import.meta.url))

/** As many lines above the code as there are on the page, so that every message names the page's own line. */
const asWritten = ({ line, code }: Example) => '\n'.repeat(line - 1) + code + '\nexport {}\n'
const fileOf = ({ at }: Example) => join(folder, at.replace(/[^a-z0-9]+/gi, '-') + '.ts')

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const example of all) writeFileSync(fileOf(example), asWritten(example))
})

test('every package shows an example', () => {
  const shown = new Set(all.map(({ page }) => page))
  const silent = packagesIn('packages').filter((one) => !shown.has(`${one.folder}/README.md`))
  expect(silent.map((one) => one.folder)).toEqual([])
})

test('examples have the right types', { timeout: 180_000 }, () => {
  const config = ts.readConfigFile(join(root, 'tooling/tsconfig/base.json'), (file) => ts.sys.readFile(file))
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, join(root, 'tooling/tsconfig'))
  const ambient = join(root, 'tooling/tsconfig/webassembly.d.ts')
  const own = { ...options, noUnusedLocals: false, types: ['node'] }
  const program = ts.createProgram([ambient, ...all.map(fileOf)], own)
  const complaints = all.flatMap((example) => {
    const source = program.getSourceFile(fileOf(example))
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    return found.map(({ start, messageText }) => {
      const line = source && start !== undefined ? source.getLineAndCharacterOfPosition(start).line + 1 : '?'
      return `${example.page}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    })
  })
  expect(complaints).toEqual([])
})

describe('on the built packages', () => {
  const built = existsSync(join(root, 'packages/core/dist/index.js'))

  test.for(all.map((example) => [example.at, example] as const))('%s runs', async ([, example], { skip }) => {
    if (!built) skip('nothing is built yet: npm run build')
    const { outputText } = ts.transpileModule(asWritten(example), {
      fileName: fileOf(example),
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        inlineSourceMap: true,
        inlineSources: true,
      },
    })
    const file = fileOf(example).replace(/\.ts$/, '.mjs')
    writeFileSync(file, outputText)
    await runToTheEnd(example, file)
  })
})

/** @throws what the example printed, under the name of its page, when it fails. */
async function runToTheEnd({ at }: Example, file: string): Promise<void> {
  const env = { ...process.env, NODE_OPTIONS: '' }
  try {
    await run(process.execPath, ['--enable-source-maps', file], { cwd: folder, env, timeout: 55_000 })
  } catch (error) {
    const { stdout, stderr, message } = error as { stdout?: string; stderr?: string; message: string }
    throw new Error(`${at} does not run:\n${stdout ?? ''}${stderr || message}`)
  }
}
