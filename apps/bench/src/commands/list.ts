import { InputError, unknownName } from '@recdistill/core'
import { Command } from 'commander'
import { describeParams, type ParamDescription } from '@recdistill/plugin'
import { loadCatalogue, type Catalogue, type Entry } from '../catalogue.ts'
import { line, type Io } from '../io.ts'

const kinds = ['methods', 'backbones', 'datasets', 'metrics', 'protocols', 'presets'] as const
type Kind = (typeof kinds)[number]

export function listCommand(io: Io, done: (code: number) => void): Command {
  return new Command('list')
    .description('Shows what there is to choose from.')
    .argument('<kind>', kinds.join(', '))
    .option('--json', 'as JSON, with parameters')
    .action(async (given: string, flags: { json?: boolean }) => {
      const entries = entriesOf(kindOf(given), await loadCatalogue())
      if (flags.json === true) line(io.stdout, JSON.stringify(entries, null, 2))
      else {
        const width = Math.max(...entries.map(({ name }) => name.length))
        entries.forEach((entry, n) => {
          print(entry, width, io)
          // Data sets of one family are divided alike, which is said once, below the last of them.
          if (splitsOf(entry) !== splitsOf(entries[n + 1])) printSplits(entry, width, io)
        })
      }
      done(0)
    })
}

function kindOf(given: string): Kind {
  const kind = kinds.find((each) => each === given)
  if (kind !== undefined) return kind
  const backbones = given === 'baselines' ? '; baselines are backbones' : ''
  throw new InputError(`list: ${unknownName('kind', given, kinds, 'there are')}${backbones}`)
}

function print({ name, about, parameters }: Entry, width: number, io: Io): void {
  line(io.stdout, `${name.padEnd(width)}  ${about}`)
  const indent = ' '.repeat(width + 4)
  for (const parameter of (parameters as readonly ParamDescription[] | undefined) ?? [])
    line(
      io.stdout,
      `${indent}${parameter.name} = ${JSON.stringify(parameter.default)} (${parameter.type}): ${parameter.description}`,
    )
}

function splitsOf(entry: Entry | undefined): string {
  return entry === undefined ? '' : JSON.stringify([entry.splits, entry.defaultSplit])
}

function printSplits({ splits, defaultSplit }: Entry, width: number, io: Io): void {
  for (const { name, about } of (splits as readonly Entry[] | undefined) ?? [])
    line(
      io.stdout,
      `${' '.repeat(width + 4)}--split ${name}${name === defaultSplit ? ' (default)' : ''}: ${about}`,
    )
}

function entriesOf(kind: Kind, catalogue: Catalogue): readonly Entry[] {
  switch (kind) {
    case 'methods':
      return catalogue.methods.map((method) => ({
        name: method.name,
        about: `${method.paper.title} (${method.paper.venue})`,
        parameters: describeParams(method.params),
        defaults: method.defaults,
        presets: method.presets ?? [],
      }))
    case 'backbones':
      return catalogue.backbones.all().map((backbone) => ({
        name: backbone.name,
        about: `${backbone.paper.title} (${backbone.paper.venue})`,
        parameters: describeParams(backbone.params),
      }))
    case 'datasets':
      return catalogue.datasets
    case 'metrics':
      return catalogue.metrics
    case 'protocols':
      return catalogue.protocols
    case 'presets':
      return catalogue.presets
  }
}
