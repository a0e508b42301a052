import { spawn } from 'node:child_process'
import { InputError } from '@recdistill/core'

export type Env = Readonly<Record<string, string | undefined>>

export interface ToolResult {
  /** Null where the program is not there. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, without a shell. */
export function runTool(
  command: readonly string[],
  { env, cwd }: { env: Env; cwd?: string },
): Promise<ToolResult> {
  return new Promise((resolve) => {
    const [program, ...argv] = command
    const child = spawn(program, argv, {
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
    child.on('error', (error) => resolve({ code: null, stdout, stderr: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }))
  })
}

/** The first of several commands that answers `--version`, or null. */
export async function findTool(
  candidates: readonly (readonly string[])[],
  env: Env,
): Promise<readonly string[] | null> {
  for (const command of candidates)
    if ((await runTool([...command, '--version'], { env })).code === 0) return command
  return null
}

/** The line of a program's output that says most: the first error, else the last line. */
export function tellingLine({ stderr, stdout }: ToolResult): string {
  const lines = `${stdout}\n${stderr}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const wrong = lines.find((line) => /^error[: ]|npm error code|error:/i.test(line))
  return wrong ?? lines.at(-1) ?? 'it said nothing'
}

/** @throws InputError of one line in place of a failed command. */
export async function expectTool(
  what: string,
  command: readonly string[],
  options: { env: Env; cwd?: string; advice: string },
): Promise<ToolResult> {
  const result = await runTool(command, options)
  if (result.code === 0) return result
  const reason = result.code === null ? `${command[0]} is not installed` : tellingLine(result)
  throw new InputError(`setup tensorflow: ${what}: ${reason}; ${options.advice}`)
}
