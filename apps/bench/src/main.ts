import { isInputError, isNumericError, noAddresses } from '@recdistill/core'
import { Command, CommanderError } from 'commander'
import { benchCommand } from './commands/bench.ts'
import { compareCommand } from './commands/compare.ts'
import { compressCommand } from './commands/compress.ts'
import { createCommand } from './commands/create.ts'
import { dataCommand } from './commands/data.ts'
import { doctorCommand } from './commands/doctor.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { exportCommand } from './commands/export.ts'
import { listCommand } from './commands/list.ts'
import { resumeCommand } from './commands/resume.ts'
import { serveCommand } from './commands/serve.ts'
import { setupCommand } from './commands/setup.ts'
import { trialCommand } from './commands/trial.ts'
import { complaint } from './complaint.ts'
import { line, oneLine, processIo, type Io } from './io.ts'
import { version } from './version.ts'

/**
 * The command line as a function: arguments without `node` and the script, words to `io`, the exit code back.
 * 0 done; 2 the caller or a file is at fault (one line on stderr); 3 training met NaN; 4 compress met no target; 130 interrupted; 1 anything else.
 */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  let code = 0
  const program = new Command('recdistill')
    .description('Makes big recommenders small: trains a teacher, distils students, measures and reports.')
    .version(version)
    .helpCommand(true)
  const done = (result: number) => {
    code = result
  }
  for (const make of [
    benchCommand,
    compressCommand,
    resumeCommand,
    compareCommand,
    evaluateCommand,
    listCommand,
    dataCommand,
    createCommand,
    exportCommand,
    serveCommand,
    doctorCommand,
    setupCommand,
    trialCommand,
  ])
    program.addCommand(make(io, done))
  let at = program
  quieten(program, io, (command) => (at = command))
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, io)
    if (error.exitCode === 0) return 0
    if (error.code !== 'commander.help') line(io.stderr, `recdistill: ${complaint(error, at)}`)
    return 2
  }
}

/** Commander prints help itself and throws its complaints, so that they leave as one line like all others. */
function quieten(command: Command, io: Io, complains: (command: Command) => void): void {
  const thrown = (error: CommanderError) => {
    complains(command)
    throw error
  }
  command.exitOverride(thrown).configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => (text.startsWith('error:') ? undefined : io.stderr.write(text)),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  })
  for (const inner of command.commands) quieten(inner, io, complains)
}

/** Says what went wrong; the exit code back. */
export function reportError(thrown: unknown, io: Io = processIo()): number {
  const error = noAddresses('WebAssembly', thrown) ?? thrown
  if (isInputError(error)) {
    // What a method threw: its author needs the line. An error of the database has none, and goes on about its reader.
    const stack = error.cause instanceof Error ? (error.cause.stack ?? '') : ''
    if (/\n +at /.test(stack)) line(io.stderr, stack)
    line(io.stderr, `recdistill: ${oneLine(error.message)}`)
    return 2
  }
  if (isNumericError(error)) {
    line(io.stderr, `recdistill: ${oneLine(error.message)}`)
    return 3
  }
  line(io.stderr, error instanceof Error ? (error.stack ?? error.message) : String(error))
  line(
    io.stderr,
    `recdistill ${version} (node ${process.version}): this is a defect here, not yours; please report the lines above`,
  )
  return 1
}
