import { InputError, type ModelRun, type RunResult } from '@recdistill/core'
import {
  asBytes,
  asMetric,
  modelKind,
  overSeeds,
  sheetText,
  significanceSheet,
  type Sheet,
  type Value,
} from '@recdistill/report'
import { Command } from 'commander'
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { compareRuns, measured, type NamedRun, type RunComparison } from '../compare/compare-runs.ts'
import { isCompressFolder, studentFolder } from '../compress/compress-folder.ts'
import { line, type Io } from '../io.ts'
import { quoted } from '../shown-path.ts'
import { program } from '../program.ts'

export function compareCommand(io: Io, done: (code: number) => void): Command {
  return new Command('compare')
    .description(
      'Puts the models of several runs beside each other: numbers, what was set differently, and whether models of one name differ by more than chance.',
    )
    .argument('<runs...>', 'folders of runs or compressions on the same split and protocol')
    .option('--json', 'as JSON')
    .action((paths: readonly string[], { json }: { readonly json?: boolean }) => {
      if (paths.length < 2) throw new InputError('compare: expected two runs or more, got one')
      const runs = namedRuns(paths)
      const { protocol } = runs[0].result
      const shown = metricsOfAll(runs)
      const comparison = compareRuns(runs, { metrics: shown })
      if (json === true) line(io.stdout, JSON.stringify(asJson(runs, comparison), null, 2))
      else {
        const color = io.stdout.isTTY === true
        const sheets = [
          modelSheet(runs[0].result, comparison, shown),
          significanceSheet(comparison.significance, [
            shown.includes(protocol.select) ? protocol.select : shown[0],
          ]),
          differingSheet(runs, comparison),
        ].filter((sheet) => sheet !== null)
        line(io.stdout, sheets.map((sheet) => sheetText(sheet, { color })).join('\n\n'))
      }
      done(0)
    })
}

/** What chose the first run's epochs, then recall and NDCG at every cut-off, as far as all runs have them. */
function metricsOfAll(runs: readonly NamedRun[]): string[] {
  const { select, ks } = runs[0].result.protocol
  const wanted = [...new Set([select, ...ks.flatMap((k) => [`recall@${k}`, `ndcg@${k}`])])]
  const shared = wanted.filter((metric) =>
    runs.every(({ result }) => measured(result).every(({ test }) => metric in test)),
  )
  if (shared.length === 0)
    throw new InputError(
      `compare: the runs share no metric of ${wanted.join(', ')}; measure with cut-offs in common (--set protocol.ks=[10,20])`,
    )
  return shared
}

/** Names are those of the folders, with those they lie in where two are alike. */
function namedRuns(paths: readonly string[]): NamedRun[] {
  const full = paths.map((path) => resolve(path))
  const twice = paths.find((_, n) => full.indexOf(full[n]) !== n)
  if (twice !== undefined) throw new InputError(`compare: ${twice} is named twice; name each run once`)
  return paths.map((path, n) => {
    const name = basename(full[n])
    const alike = full.filter((other) => basename(other) === name).length > 1
    return { name: alike ? `${basename(dirname(full[n]))}/${name}` : name, result: readResult(path) }
  })
}

function readResult(path: string): RunResult {
  const file = resultFile(path)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new InputError(
      `compare: cannot read ${file}; name the folder of a finished run, or go on with it by "${program} resume ${quoted(path)}"`,
    )
  }
  try {
    const result = JSON.parse(text) as Partial<RunResult> | null
    const models = (result?.models ?? []) as readonly Partial<ModelRun>[]
    const whole = models.length > 0 && models.every(({ label, backbone, test }) => label && backbone && test)
    if (result?.schema === 1 && whole && result.split && result.protocol && result.config)
      return result as RunResult
  } catch {
    // told below
  }
  throw new InputError(`compare: ${file} is not a result of recdistill bench`)
}

/** Of a folder its results; of a compression those of the run in it that holds the chosen student. */
function resultFile(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path
  return isCompressFolder(path) ? join(path, studentFolder, 'results.json') : join(path, 'results.json')
}

function modelSheet(
  { split, protocol }: RunResult,
  { models, failed }: RunComparison,
  metrics: readonly string[],
): Sheet {
  return {
    title: `${split.dataset}, test part, protocol ${protocol.name}`,
    head: ['model', 'kind', 'size', ...metrics],
    rows: models.map(({ label, runs }) => {
      const values = overSeeds(runs.map(({ test }) => test))
      return [
        runs.length > 1 ? `${label} ×${runs.length}` : label,
        modelKind(runs[0].backbone),
        asBytes(runs[0].bytes),
        ...metrics.map((metric) => (metric in values ? inWords(values[metric]) : '–')),
      ]
    }),
    notes: failed.map(({ run, id, failed: reason }) => `${id} of ${run} failed: ${reason}.`),
  }
}

function inWords({ mean, sd }: Value): string {
  return sd === null ? asMetric(mean) : `${asMetric(mean)} ±${asMetric(sd)}`
}

function differingSheet(runs: readonly NamedRun[], { differing }: RunComparison): Sheet | null {
  if (differing.length === 0) return null
  return {
    title: 'Set differently',
    head: ['', ...runs.map(({ name }) => name)],
    rows: differing.map(([key, values]) => [key, ...values.map((value) => JSON.stringify(value) ?? '–')]),
    notes: [],
  }
}

function asJson(
  runs: readonly NamedRun[],
  { models, failed, differing, significance }: RunComparison,
): unknown {
  const { split, protocol } = runs[0].result
  return {
    runs: runs.map(({ name }) => name),
    split,
    protocol,
    models: models.map(({ label, runs: seeds }) => ({
      label,
      seeds: seeds.map(({ seed, backbone, bytes, epochs, test }) => ({
        seed,
        backbone,
        bytes,
        epochs,
        test,
      })),
    })),
    failed,
    differing: Object.fromEntries(
      differing.map(([key, values]) => [key, values.map((value) => (value === undefined ? null : value))]),
    ),
    significance,
  }
}
