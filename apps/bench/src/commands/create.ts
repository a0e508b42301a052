import { Command } from 'commander'
import { methodNames } from '@recdistill/methods'
import { createMethod } from '../create/create-method.ts'
import { line, type Io } from '../io.ts'
import { quoted, shownPath } from '../shown-path.ts'

export function createCommand(io: Io, done: (code: number) => void): Command {
  const command = new Command('create').description('Writes the start of something of your own.')
  command
    .command('method')
    .description('A package with a distillation method that works, its contract test and its build.')
    .argument('<name>', 'lower case words joined by hyphens, e.g. soft-top')
    .option('--in <folder>', 'where the package folder goes', '.')
    .action((name: string, flags: { in: string }) => {
      const { folder, linked, checkout } = createMethod(name, { into: flags.in, taken: methodNames() })
      const shown = shownPath(folder)
      const enter = `cd ${quoted(shown)}`
      line(io.stdout, `created ${shown}`)
      line(
        io.stdout,
        linked.length > 0 ? `linked into it: ${linked.join(', ')}` : `next: ${enter} && npm install`,
      )
      line(io.stdout, `test:  ${enter} && npm test`)
      const program = checkout === null ? 'recdistill' : `npm --prefix ${quoted(checkout)} run recdistill --`
      line(io.stdout, `use:   ${enter} && npm run build && ${program} bench --methods ./dist/${name}.js,rrd`)
      done(0)
    })
  return command
}
