import { Command } from 'commander'
import { writeParts } from '../data/write-parts.ts'
import { loadCatalogue } from '../catalogue.ts'
import { resolveSource } from '../config/resolve-source.ts'
import { line, type Io } from '../io.ts'
import { cacheFolder } from '../run/cache-folder.ts'
import { prepareSource } from '../run/source.ts'
import { quoted } from '../shown-path.ts'
import { flagsLayer } from './flags-layer.ts'
import { withSource } from './source-options.ts'

export function dataSplitCommand(io: Io, done: (code: number) => void): Command {
  const command = new Command('split')
    .description(
      'Writes the parts of a split as CSV: so that a teacher is trained elsewhere on the training part alone.',
    )
    .requiredOption('--out <folder>', 'a new folder for train.csv, valid.csv, test.csv and the ids')
  return withSource(command).action(async (flags: { out: string }) => {
    const { source } = resolveSource([flagsLayer({ ...flags })], await loadCatalogue())
    const split = await prepareSource(source, { cache: cacheFolder(source.cache, io.env), io })
    await writeParts(split, flags.out)
    const { dataset, hash, counts } = split.manifest
    line(io.stdout, `${dataset}, split ${hash.slice(0, 12)}`)
    for (const part of ['train', 'valid', 'test'] as const)
      line(io.stdout, `${`${part}.csv`.padEnd(10)} ${counts[part]} interactions`)
    line(io.stdout, `users.json ${counts.users} ids, items.json ${counts.items} ids: rows in this order need`)
    line(
      io.stdout,
      `--teacher-user-ids ${quoted(`${flags.out}/users.json`)} --teacher-item-ids ${quoted(`${flags.out}/items.json`)}`,
    )
    done(0)
  })
}
