import type { Metrics, ModelRun, Role, RunResult } from '@recdistill/core'
import { gapRecovered } from './gap-recovered.ts'
import { modelKind } from './model-kind.ts'
import { failedNotes, gapNotes, importNotes, missingNotes } from './notes.ts'
import type { Row, Value } from './row.ts'

/** What all three outputs show. */
export interface Aggregate {
  /** Teachers, scratch, baselines, distilled; in the result's order within a role. */
  readonly rows: readonly Row[]
  /** The largest teacher: what all others are compared with. */
  readonly teacher: Row | null
  /** The scratch model of a row's own backbone and size, or the only one there is. */
  scratchOf(row: Pick<Row, 'backbone'>): Row | null
  /** Keys of test metrics that any row has, in the order of their appearance. */
  readonly metrics: readonly string[]
  readonly beyondMetrics: readonly string[]
  /** Remarks a reader needs to read the numbers rightly. */
  readonly notes: readonly string[]
}

/**
 * Runs grouped by label, backbone and size: mean and standard deviation over seeds, and how much of the gap between
 * scratch and teacher a distilled student recovered.
 *
 * Runs that failed and numbers that are not finite are left out, with a note.
 */
export function aggregate(result: RunResult): Aggregate {
  const groups = groupRuns(result.models)
  const bare = groups.map((runs) => bareRow(runs, groups))
  const teacher = largest(bare.filter((row) => row.role === 'teacher'))
  const scratches = bare.filter((row) => row.role === 'scratch' && row.seeds.length > 0)
  const metrics = keysOf(bare.map((row) => row.test))
  const scratchOf = ({ backbone }: Pick<Row, 'backbone'>) =>
    scratches.find((other) => sameSize(other.backbone, backbone)) ??
    (scratches.length === 1 ? scratches[0] : null)

  const rows = bare.map((row): Row => {
    const scratch = scratchOf(row)
    const withGaps = (part: 'valid' | 'test') =>
      mapValues(row[part], (value, key): Value => {
        const gap =
          row.role === 'distilled' ? gapRecovered(value, scratch?.[part][key], teacher?.[part][key]) : null
        return { ...value, gap }
      })
    return {
      ...row,
      compression: teacher && row.bytes > 0 && teacher.bytes > 0 ? teacher.bytes / row.bytes : null,
      valid: withGaps('valid'),
      test: withGaps('test'),
    }
  })
  return {
    rows: roles.flatMap((role) => rows.filter((row) => row.role === role)),
    teacher,
    scratchOf,
    metrics,
    beyondMetrics: keysOf(bare.map((row) => row.beyond)),
    notes: [
      ...failedNotes(bare),
      ...importNotes(result.models),
      ...gapNotes(bare, teacher, scratches, metrics),
      ...missingNotes(result.models),
    ],
  }
}

const roles: readonly Role[] = ['teacher', 'scratch', 'baseline', 'distilled']

function groupRuns(models: readonly ModelRun[]): ModelRun[][] {
  const groups = new Map<string, ModelRun[]>()
  for (const run of models) {
    const key = JSON.stringify([run.role, run.label, run.backbone.name, run.backbone.dim])
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  return [...groups.values()]
}

/** A row without what needs other rows. */
function bareRow(runs: readonly ModelRun[], groups: readonly ModelRun[][]): Row {
  const measured = runs.filter((run) => run.failed === undefined)
  const [first = runs[0]] = measured
  const { label, role, backbone } = first
  const shared = groups.filter(([other]) => other.label === label && other.role === role).length > 1
  const speeds = measured.flatMap((run) => (run.ranking ? [run.ranking] : []))
  return {
    label: shared ? `${label} (${modelKind(backbone)})` : label,
    role,
    method: first.method?.name ?? null,
    backbone: { name: backbone.name, dim: backbone.dim },
    seeds: measured.map((run) => run.seed),
    runs,
    // shown as unknown
    parameters: knownSize(first, first.parameters),
    bytes: knownSize(first, first.bytes),
    compression: null,
    usersPerSecond: finiteMean(speeds.map((speed) => speed.usersPerSecond)),
    microsecondsPerUser: finiteMean(speeds.map((speed) => speed.microsecondsPerUser)),
    seconds: finiteMean(measured.map((run) => run.seconds.total)) ?? 0,
    epochs: finiteMean(measured.map((run) => run.epochs)) ?? 0,
    valid: overSeeds(measured.map((run) => run.valid)),
    test: overSeeds(measured.map((run) => run.test)),
    beyond: overSeeds(measured.map((run) => run.beyond)),
  }
}

/** Of a model that is not here, 0 stands for what is not known. */
function knownSize({ imported, failed }: ModelRun, size: number): number {
  return size === 0 && (imported ?? failed) !== undefined ? NaN : size
}

/** Mean and spread of every key over the runs that have it. */
export function overSeeds(measured: readonly Metrics[]): Record<string, Value> {
  const out: Record<string, Value> = {}
  for (const key of keysOf(measured)) {
    const found = measured.map((metrics) => metrics[key]).filter((value) => Number.isFinite(value))
    const mean = finiteMean(found)
    if (mean === null) continue
    const n = found.length
    const sd = n < 2 ? null : Math.sqrt(found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
    out[key] = { mean, sd, n, gap: null }
  }
  return out
}

function largest(rows: readonly Row[]): Row | null {
  return rows.reduce<Row | null>((best, row) => (best && best.bytes >= row.bytes ? best : row), null)
}

function sameSize(a: Row['backbone'], b: Row['backbone']): boolean {
  return a.name === b.name && a.dim === b.dim
}

function finiteMean(values: readonly number[]): number | null {
  const finite = values.filter((value) => Number.isFinite(value))
  return finite.length === 0 ? null : finite.reduce((sum, value) => sum + value, 0) / finite.length
}

function keysOf(records: readonly Readonly<Record<string, unknown>>[]): string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))]
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  to: (value: A, key: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value, key)]))
}
