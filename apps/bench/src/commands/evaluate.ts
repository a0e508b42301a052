import { InputError } from '@recdistill/core'
import { Command } from 'commander'
import { evaluateRankings } from '@recdistill/metrics'
import { loadCatalogue, type Catalogue } from '../catalogue.ts'
import type { ProtocolConfig } from '../config/config.ts'
import { resolveSource } from '../config/resolve-source.ts'
import { setLayer } from '../config/set.ts'
import { line, type Io } from '../io.ts'
import { short } from '../progress/format.ts'
import { cacheFolder } from '../run/cache-folder.ts'
import { fitProtocol } from '../run/fit-protocol.ts'
import { rankingColumns } from '../run/ranking-columns.ts'
import { readRankings } from '../run/read-rankings.ts'
import { prepareSource } from '../run/source.ts'
import { flagsLayer } from './flags-layer.ts'
import { withSource } from './source-options.ts'

interface Flags {
  readonly rankings: string
  readonly rankingColumns?: string
  readonly part: string
  readonly missing: string
  readonly set?: readonly string[]
  readonly json?: boolean
}

export function evaluateCommand(io: Io, done: (code: number) => void): Command {
  const command = new Command('evaluate')
    .description(
      'Measures rankings that any program wrote: a CSV, TSV or Parquet file of user, item and rank or score.',
    )
    .requiredOption(
      '--rankings <file>',
      'columns user, item and rank (1 is best) or score; or rows in order, best first',
    )
    .option(
      '--ranking-columns <names>',
      'columns of --rankings by name or place: user=uid,item=movie,score=s',
    )
    .option('--protocol <name>', 'how rankings become numbers (see: recdistill list protocols)')
    .option('--part <part>', 'test or valid', 'test')
    .option('--missing <what>', 'a user without a list: error, or empty, which counts 0', 'error')
    .option('--set <key=value...>', 'rules of the protocol, e.g. protocol.ks=[5,10]')
    .option('--json', 'as JSON')
  return withSource(command).action(async (flags: Flags) => {
    const part = oneOf('--part', flags.part, ['test', 'valid'] as const)
    const missing = oneOf('--missing', flags.missing, ['error', 'empty'] as const)
    const columns = flags.rankingColumns === undefined ? {} : rankingColumns(flags.rankingColumns)
    const catalogue = await loadCatalogue()
    const { source, protocol: rules } = resolveSource(
      [flagsLayer({ ...flags }), setLayer(flags.set ?? [])],
      catalogue,
    )
    const split = await prepareSource(source, { cache: cacheFolder(source.cache, io.env), io })
    const { protocol, lowered } = fitProtocol(selecting(rules, catalogue), { catalogue, split })
    if (lowered !== null) line(io.stderr, lowered)
    const say = (text: string) => line(io.stderr, text)
    const rankings = await readRankings(flags.rankings, split, { columns, say })
    const evaluation = evaluateRankings(rankings, split, protocol, {
      part,
      missing,
      beyond: protocol.candidates.kind === 'catalogue',
    })
    const { means, beyond, cold, averagedOver } = evaluation
    if (Object.values(means).every((value) => value === 0))
      say(
        `${flags.rankings}: no list has an item of the ${part} part within the cut-offs; lists made without that part, as by export --seen train,valid,test, cannot be measured on it`,
      )
    if (flags.json === true) {
      const result = {
        part,
        protocol,
        split: split.manifest,
        averagedOver,
        means,
        beyond,
        cold: cold?.means ?? null,
      }
      line(io.stdout, JSON.stringify(result, null, 2))
    } else {
      line(
        io.stdout,
        `${split.manifest.dataset}, ${part}, protocol ${protocol.name}, mean over ${averagedOver} users`,
      )
      for (const [name, value] of Object.entries({ ...means, ...beyond }))
        line(io.stdout, `${name.padEnd(14)} ${short(value)}`)
    }
    done(0)
  })
}

/** Nothing is selected here, so whoever says cut-offs need not say by which of them. */
function selecting(rules: ProtocolConfig, catalogue: Catalogue): ProtocolConfig {
  const { ks, select } = rules
  const said = Array.isArray(ks) && ks.length > 0 && ks.every(Number.isInteger) ? (ks as number[]) : null
  if (said === null || select !== undefined) return rules
  const [metric, cutOff] = catalogue.protocol({ name: rules.name }).select.split('@')
  return said.includes(Number(cutOff)) ? rules : { ...rules, select: `${metric}@${Math.max(...said)}` }
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value)
  if (found === undefined) throw new InputError(`${flag}: expected ${allowed.join(' or ')}, got "${value}"`)
  return found
}
