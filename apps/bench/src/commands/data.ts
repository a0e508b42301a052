import { Command } from 'commander'
import pc from 'picocolors'
import { inspectSplit, type Finding } from '@recdistill/data'
import { loadCatalogue } from '../catalogue.ts'
import { resolveSource } from '../config/resolve-source.ts'
import { line, type Io } from '../io.ts'
import { cacheFolder } from '../run/cache-folder.ts'
import { prepareSource } from '../run/source.ts'
import { dataSplitCommand } from './data-split.ts'
import { flagsLayer } from './flags-layer.ts'
import { withSource } from './source-options.ts'

export function dataCommand(io: Io, done: (code: number) => void): Command {
  const inspect = new Command('inspect')
    .description('The data doctor: counts, tails, traps of the split, and what to do about each.')
    .option('--json', 'as JSON')
  const data = new Command('data').description('Looks at data, and writes its parts.')
  data.addCommand(dataSplitCommand(io, done))
  return data.addCommand(
    withSource(inspect).action(async (flags: { json?: boolean }) => {
      const { source } = resolveSource([flagsLayer({ ...flags })], await loadCatalogue())
      const split = await prepareSource(source, { cache: cacheFolder(source.cache, io.env), io })
      const findings = inspectSplit(split, { ks: [10, 20].filter((k) => k <= split.numItems) })
      if (flags.json === true) line(io.stdout, JSON.stringify({ split: split.manifest, findings }, null, 2))
      else {
        line(io.stdout, `${split.manifest.dataset}, split ${split.manifest.hash.slice(0, 12)}`)
        for (const finding of findings) print(finding, io)
      }
      done(0)
    }),
  )
}

function print({ level, title, means, todo }: Finding, io: Io): void {
  const colour = pc.createColors(io.stdout.isTTY === true && pc.isColorSupported)
  const mark = {
    fact: '        ',
    note: 'note    ',
    warning: colour.yellow('warning '),
    problem: colour.red('PROBLEM '),
  }[level]
  line(io.stdout, mark + title)
  for (const more of [means, todo]) if (more !== '') line(io.stdout, `            ${colour.dim(more)}`)
}
