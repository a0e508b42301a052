import { join } from 'node:path'
import { fromEmbeddings } from '@recdistill/backbones'
import { InputError, isInputError, type EvalProtocol, type Part, type Split } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import {
  expectFits,
  exportModel,
  formatNames,
  formats,
  parseFormats,
  precisions,
  type FormatName,
  type Measured,
  type VectorForm,
} from '@recdistill/export'
import { evaluateParts } from '@recdistill/metrics'
import { Command } from 'commander'
import { loadCatalogue } from '../catalogue.ts'
import { betterAlone, chooseModel } from '../export/choose-model.ts'
import { deployableOf } from '../export/deployable-of.ts'
import { factsOf } from '../export/facts-of.ts'
import { formOfChosen } from '../export/form-of-chosen.ts'
import { listsProgress } from '../export/lists-progress.ts'
import { openRun } from '../export/open-run.ts'
import { line, type Io } from '../io.ts'
import { bytes, short } from '../progress/format.ts'
import { cacheFolder } from '../run/cache-folder.ts'
import { prepareSource } from '../run/source.ts'
import { startEngine } from '../run/start-engine.ts'
import { shownPath } from '../shown-path.ts'
import { numberFlag } from './number-flag.ts'

interface Flags {
  readonly to: string
  readonly model?: string
  readonly out?: string
  readonly dtype?: string
  readonly seen: string
  readonly k?: string
  readonly force?: boolean
  readonly json?: boolean
}

export function exportCommand(io: Io, done: (code: number) => void): Command {
  return new Command('export')
    .description('Writes a trained model for other systems, with the ids of the data and a model card.')
    .argument('<run>', 'folder of a run, or of a compression')
    .requiredOption('--to <formats>', `one or several of ${formatNames.join(', ')}; or all`)
    .option('--model <name>', 'of the run; else the distilled student that is best on the validation part')
    .option('--out <folder>', 'a new folder; else one in export/ of the run, named after model and formats')
    .option(
      '--dtype <type>',
      'what numbers are held in: f32, f16 or int8; else what a compression chose, or f32',
    )
    .option(
      '--seen <parts>',
      'whose items are not recommended to a user: train, valid, test, or none',
      'train',
    )
    .option('--k <n>', 'items in a list, of --to recommendations (default: 100)')
    .option('--force', 'replace an earlier export in that folder')
    .option('--json', 'print the model card as JSON on stdout, and nothing else there')
    .addHelpText(
      'after',
      `\nFormats:\n${formatNames.map((name) => `  ${name.padEnd(12)} ${formats[name].about}`).join('\n')}`,
    )
    .action(async (path: string, flags: Flags) => {
      const to = flags.to.trim() === 'all' ? formatNames : parseFormats(flags.to)
      const asked = flags.dtype === undefined ? null : oneOf('--dtype', flags.dtype, precisions)
      const seen = partsOf(flags.seen)
      const k = lengthOf(flags.k, to)
      const catalogue = await loadCatalogue()
      const run = await openRun(path, catalogue)
      const { path: folder, config, models } = run
      const precision = asked ?? run.chosen?.precision ?? 'f32'
      const protocol = catalogue.protocol(config.protocol)
      const chosen = chooseModel(models, { asked: flags.model ?? run.chosen?.model, select: protocol.select })
      const cache = cacheFolder(config.source.cache, io.env)
      const split = await prepareSource(config.source, { cache, io })
      // Checkpoints are alike for every driver, and this one is always there.
      const engine = await startEngine({ device: 'cpu', threads: null }, (text) =>
        line(io.stderr, `recdistill: ${text}`),
      )
      try {
        const form = await formOfChosen(chosen, { split, engine, catalogue, cache })
        const facts = factsOf(chosen, { models, split, protocol, catalogue })
        const deployable = deployableOf(form, { split, seen, facts })
        const fitting =
          flags.to.trim() === 'all' ? to.filter((name) => fits(deployable, name, precision)) : to
        const out = flags.out ?? join(folder, 'export', nameOf(chosen.run.id, flags.to, precision))
        const lists = listsProgress(io, deployable.users.length)
        const card = await exportModel(deployable, {
          to: fitting,
          out,
          precision,
          ...(k !== null && { k }),
          force: flags.force === true,
          measure: (rounded) => measured(rounded, { engine, split, protocol }),
          progress: lists.progress,
        })
          .catch((error: unknown) => {
            if (asked === null && isInputError(error) && error.message.startsWith('--dtype'))
              error.message += `; ${precision} is what the compression chose, and --dtype says another`
            throw error
          })
          .finally(lists.end)
        if (flags.json === true) line(io.stdout, JSON.stringify(card, null, 2))
        else {
          const { select } = protocol
          const best = run.chosen
            ? ', which the compression chose'
            : ', the best distilled student on the validation part'
          const how = flags.model === undefined ? best : ''
          line(io.stdout, `${card.name}${how}: test ${select} ${short(card.metrics.test[select])}`)
          const rounded = card.precision.rounding?.measured
          if (rounded) line(io.stdout, `as ${precision}: test ${select} ${short(rounded.test[select])}`)
          const left = to.filter((name) => !fitting.includes(name))
          if (left.length > 0)
            line(io.stdout, `left out, as they do not hold this model as ${precision}: ${left.join(', ')}`)
          for (const file of card.files) line(io.stdout, `${bytes(file.bytes).padStart(10)}  ${file.file}`)
          line(io.stdout, `in ${shownPath(out)}; how to load it: ${shownPath(join(out, 'model-card.md'))}`)
        }
        const better =
          flags.model === undefined && !run.chosen
            ? betterAlone(models, { chosen, select: protocol.select })
            : null
        if (better !== null)
          line(
            io.stderr,
            `${better.run.id}, a student without a teacher, validated better: ${protocol.select} ${short(better.run.valid[protocol.select])} against ${short(chosen.run.valid[protocol.select])}; --model '${better.run.id}' exports it`,
          )
        done(0)
      } finally {
        engine.dispose()
      }
    })
}

/** The numbers of vectors after rounding, by the protocol of the run. */
function measured(
  rounded: VectorForm,
  { engine, split, protocol }: { engine: Engine; split: Split; protocol: EvalProtocol },
): Measured {
  const model = fromEmbeddings(engine, rounded)
  try {
    const { valid, test } = evaluateParts(model, split, protocol, ['valid', 'test'])
    return { valid: valid.means, test: test.means }
  } finally {
    model.dispose()
  }
}

function fits(
  model: Parameters<typeof expectFits>[0],
  name: FormatName,
  precision: (typeof precisions)[number],
) {
  try {
    expectFits(model, [name], precision)
    return true
  } catch (error) {
    if (error instanceof InputError) return false
    throw error
  }
}

/** @throws InputError where nothing is a list. */
function lengthOf(text: string | undefined, to: readonly FormatName[]): number | null {
  if (text === undefined) return null
  if (!to.includes('recommendations'))
    throw new InputError(
      `--k: the length of lists, which --to ${to.join(',')} does not write; add recommendations`,
    )
  return numberFlag('--k', text, { type: 'integer', minimum: 1 })
}

function partsOf(text: string): Part[] {
  if (text.trim() === 'none') return []
  const parts = text
    .split(',')
    .map((part) => oneOf('--seen', part.trim(), ['train', 'valid', 'test'] as const))
  return [...new Set(parts)]
}

/** A folder of its own for each choice, so that a second export does not meet the first. */
function nameOf(model: string, to: string, precision: string): string {
  const parts = [model.replace('#', '-seed'), ...to.split(',').map((name) => name.trim())]
  return [...parts, ...(precision === 'f32' ? [] : [precision])].join('-')
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value)
  if (found !== undefined) return found
  const last = allowed[allowed.length - 1]
  throw new InputError(`${flag}: expected ${allowed.slice(0, -1).join(', ')} or ${last}, got "${value}"`)
}
