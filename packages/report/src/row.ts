import type { ModelRun, Role } from '@recdistill/core'

/** One number of a row over its seeds. */
export interface Value {
  readonly mean: number
  /** With n - 1; null for one seed. */
  readonly sd: number | null
  readonly n: number
  /** Gap recovered, 1 is all of it; null for rows that are not distilled and where there is no gap. */
  readonly gap: number | null
}

/** One line of every table: the runs of one label, over seeds. */
export interface Row {
  /** As in the result, with backbone and size where one label has several. */
  readonly label: string
  readonly role: Role
  readonly method: string | null
  readonly backbone: { readonly name: string; readonly dim: number }
  /** Of those that were measured: what means are over. */
  readonly seeds: readonly number[]
  /** All, those that failed among them. */
  readonly runs: readonly ModelRun[]
  readonly parameters: number
  readonly bytes: number
  /** How many times smaller than the teacher; null without a teacher. */
  readonly compression: number | null
  readonly usersPerSecond: number | null
  readonly microsecondsPerUser: number | null
  /** Means over seeds. */
  readonly seconds: number
  readonly epochs: number
  readonly valid: Readonly<Record<string, Value>>
  readonly test: Readonly<Record<string, Value>>
  readonly beyond: Readonly<Record<string, Value>>
}

/** How many seeds a row is of: `5`, or `4 of 5` where some failed. */
export function seedCount({ seeds, runs }: Row): string {
  return seeds.length === runs.length ? String(runs.length) : `${seeds.length} of ${runs.length}`
}
