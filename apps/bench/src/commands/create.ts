import { Command } from 'commander'
import { backbones } from '@recdistill/backbones'
import { methodNames } from '@recdistill/methods'
import { createPackage } from '../create/create-package.ts'
import { kinds, ownFiles, type Kind } from '../create/package-files.ts'
import { line, type Io } from '../io.ts'
import { quoted, shownPath } from '../shown-path.ts'

const about: Readonly<Record<Kind, string>> = {
  method: 'A package with a distillation method that works, its contract test and its build.',
  backbone: 'A package with a recommender model that works, its contract test and its build.',
}

export function createCommand(io: Io, done: (code: number) => void): Command {
  const command = new Command('create').description('Writes the start of something of your own.')
  for (const kind of kinds)
    command
      .command(kind)
      .description(about[kind])
      .argument('<name>', 'lower case words joined by hyphens, e.g. soft-top')
      .option('--in <folder>', 'where the package folder goes', '.')
      .action((name: string, flags: { in: string }) => {
        const taken = kind === 'method' ? methodNames() : backbones.map((backbone) => backbone.name)
        const { folder, linked, checkout } = createPackage(kind, name, { into: flags.in, taken })
        const shown = shownPath(folder)
        const enter = `cd ${quoted(shown)}`
        line(io.stdout, `created ${shown}`)
        line(
          io.stdout,
          linked.length > 0 ? `linked into it: ${linked.join(', ')}` : `next: ${enter} && npm install`,
        )
        line(io.stdout, `test:  ${enter} && npm test`)
        const program =
          checkout === null ? 'recdistill' : `npm --prefix ${quoted(checkout)} run recdistill --`
        const use = ownFiles(kind, name).use.replace('FILE', `./dist/${name}.js`)
        line(io.stdout, `use:   ${enter} && npm run build && ${program} bench ${use}`)
        done(0)
      })
  return command
}
