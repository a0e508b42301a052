import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModelRun, RunResult } from '@recdistill/core'
import { main } from '../src/main.ts'

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Prepared data and teachers of these tests, apart from the person's own. */
export const cache = join(tmpdir(), 'recdistill-bench-tests-cache')

export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), 'recdistill-bench-'))
}

/**
 * The command line in this process: no start-up, so that many cases take seconds.
 *
 * @param options.interruptAt Ctrl-C is pressed where a line of stderr begins like this.
 */
export async function run(
  argv: readonly string[],
  { interruptAt }: { interruptAt?: string } = {},
): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  let interrupt = (): void => undefined
  const code = await main(argv, {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: {
      write(text: string) {
        stderr += text
        if (interruptAt !== undefined && text.startsWith(interruptAt)) interrupt()
      },
    },
    env: { ...process.env, RECDISTILL_CACHE: cache },
    onInterrupt(listener) {
      interrupt = listener
      return () => undefined
    },
  })
  return { code, stdout, stderr }
}

export function resultOf(folder: string): RunResult {
  return JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as RunResult
}

export function modelOf({ models }: RunResult, id: string): ModelRun {
  const model = models.find((each) => each.id === id)
  if (!model) throw new Error(`no model ${id}`)
  return model
}

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/** The built command line as its own process. */
export function start(argv: readonly string[], { shell = '' }: { shell?: string } = {}): ChildProcess {
  if (!existsSync(cli)) throw new Error(`${cli} is not there; build first: npm run build`)
  const env = { ...process.env, RECDISTILL_CACHE: cache, NODE_OPTIONS: '' }
  if (shell === '') return spawn(process.execPath, [cli, ...argv], { env })
  return spawn('bash', ['-c', `${shell}; exec "$0" "$@"`, process.execPath, cli, ...argv], { env })
}

export function ended(child: ChildProcess): Promise<Outcome & { readonly signal: NodeJS.Signals | null }> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (text: Buffer) => (stdout += text.toString()))
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}

export function runBinary(
  argv: readonly string[],
  options: { shell?: string } = {},
): ReturnType<typeof ended> {
  return ended(start(argv, options))
}
