import { InputError, type ModelRun, type RunResult } from '@recdistill/core'
import { comparePairs, type ComparedPair, type Comparison } from '@recdistill/metrics/significance'

/** A result and the name it has beside others. */
export interface NamedRun {
  readonly name: string
  readonly result: RunResult
}

/** The runs of one model over seeds; the same model in several runs stands once. */
export interface ComparedModel {
  /** As in its run, with the run's name where another run has another model of that name. */
  readonly label: string
  readonly runs: readonly ModelRun[]
}

export interface RunComparison {
  readonly models: readonly ComparedModel[]
  /** Those that have no numbers, and why. */
  readonly failed: readonly { readonly run: string; readonly id: string; readonly failed: string }[]
  /**
   * Values of the configuration that are not the same everywhere: key, then the value of each run, `undefined` where there is none.
   * Those of a method are compared between the runs that have it.
   */
  readonly differing: readonly (readonly [key: string, values: readonly unknown[]])[]
  /** Models of one name against that of the first run that has it. */
  readonly significance: readonly Comparison[]
}

/**
 * Models of several runs beside each other.
 * @throws InputError when they were not measured on the same data by the same protocol.
 */
export function compareRuns(
  runs: readonly NamedRun[],
  { metrics }: { readonly metrics: readonly string[] },
): RunComparison {
  expectSameMeasure(runs)
  const labels = [...new Set(runs.flatMap(({ result }) => result.models.map(({ label }) => label)))]
  const models: ComparedModel[] = []
  const pairs: ComparedPair[] = []
  for (const label of labels) {
    const found = distinct(
      runs.flatMap(({ name, result }) => {
        const ofLabel = measured(result).filter((model) => model.label === label)
        return ofLabel.length === 0 ? [] : [{ name, ofLabel }]
      }),
    )
    const named = found.map(({ name, ofLabel }): ComparedModel => {
      const own = found.length > 1 ? `${label} (${name})` : label
      return { label: own, runs: ofLabel.map((model) => ({ ...model, label: own })) }
    })
    models.push(...named)
    for (const other of named.slice(1)) pairs.push([other.runs, named[0].runs])
  }
  const failed = runs.flatMap(({ name, result }) =>
    result.models.flatMap(({ id, failed }) => (failed === undefined ? [] : [{ run: name, id, failed }])),
  )
  return { models, failed, differing: differingValues(runs), significance: comparePairs(pairs, { metrics }) }
}

/** Models of a result that have numbers. */
export function measured({ models }: RunResult): readonly ModelRun[] {
  return models.filter(({ failed }) => failed === undefined)
}

function expectSameMeasure([first, ...others]: readonly NamedRun[]): void {
  for (const { name, result } of others) {
    const { split, protocol } = first.result
    if (result.split.hash !== split.hash)
      throw new InputError(
        `compare: ${first.name} was measured on ${split.dataset}, split ${split.hash.slice(0, 12)}, and ${name} on ${result.split.dataset}, split ${result.split.hash.slice(0, 12)}; numbers of different data say nothing of each other`,
      )
    if (rulesOf(result) !== rulesOf(first.result))
      throw new InputError(
        `compare: ${first.name} was measured by protocol ${protocol.name}, and ${name} by ${result.protocol.name}, with other rules; run one of them by the protocol of the other`,
      )
  }
}

/** All that makes a number; which cut-offs are taken and which of them chose the epoch changes no other. */
function rulesOf({ protocol }: RunResult): string {
  const { name: _name, ks: _ks, select: _select, ...rules } = protocol
  return JSON.stringify(rules)
}

interface Found {
  readonly name: string
  readonly ofLabel: readonly ModelRun[]
}

/** Those whose seeds, sizes and numbers are not all those of one before. */
function distinct(found: readonly Found[]): Found[] {
  const identity = ({ ofLabel }: Found) =>
    JSON.stringify(
      ofLabel.map(({ seed, backbone, epochs, valid, test }) => [seed, backbone, epochs, valid, test]),
    )
  const seen = new Set<string>()
  return found.filter((each) => {
    const key = identity(each)
    return !seen.has(key) && seen.add(key)
  })
}

function differingValues(runs: readonly NamedRun[]): (readonly [string, readonly unknown[]])[] {
  const flat = runs.map(({ result }) => new Map(leaves(result.config)))
  const keys = [...new Set(flat.flatMap((values) => [...values.keys()]))]
  return keys
    .map((key) => [key, flat.map((values) => values.get(key))] as const)
    .filter(([key, values]) => {
      const concerned = concernedBy(key, runs)
      return new Set(values.filter((_, n) => concerned[n]).map((value) => JSON.stringify(value))).size > 1
    })
}

/** Which runs a value says something of: what a method or a search has is nothing to runs without it, where others have it. */
function concernedBy(key: string, runs: readonly NamedRun[]): readonly boolean[] {
  const [group] = key.split('.')
  const has = runs.map(({ result: { models, config } }) =>
    key.startsWith('tune.ranges.') ? 'tune' in config : models.some(({ method }) => method?.name === group),
  )
  return has.includes(true) ? has : runs.map(() => true)
}

/** `rrd.K` and its value for every value of a configuration; lists are one value. */
function leaves(value: unknown, path: readonly string[] = []): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path.join('.'), value]]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
}
