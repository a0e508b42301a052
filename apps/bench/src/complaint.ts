import { existsSync } from 'node:fs'
import type { Command, CommanderError } from 'commander'
import { oneLine } from './io.ts'
import { quoted } from './shown-path.ts'

/** What the parser has against a command line, what was probably meant, and whose help says more. */
export function complaint(error: CommanderError, command: Command): string {
  const help = `see recdistill ${[...namesOf(command), '--help'].join(' ')}`
  const [word, meant] = meantBy(error, command)
  return [word ?? oneLine(error.message.replace(/^error: /, '')), ...meant, help].join('; ')
}

function meantBy({ code }: CommanderError, command: Command): [word: string | null, meant: string[]] {
  if (code === 'commander.excessArguments') {
    const extra = command.args[command.registeredArguments.length]
    const isData = existsSync(extra) && command.options.some(({ long }) => long === '--data')
    return [
      `unexpected "${extra}"`,
      isData ? [`files of interactions are given by --data ${quoted(extra)}`] : [],
    ]
  }
  if (code === 'commander.unknownCommand') {
    const inner = command.commands.flatMap(({ commands }) => commands)
    const found = inner.find((each) => each.name() === command.args[0])
    return [null, found ? [`did you mean recdistill ${namesOf(found).join(' ')}?`] : []]
  }
  return [null, []]
}

/** The words that call a command, without the program's own. */
function namesOf(command: Command): string[] {
  return command.parent === null ? [] : [...namesOf(command.parent), command.name()]
}
