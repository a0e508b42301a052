import { bootstrap } from './bootstrap.ts'
import type { Estimate } from './trial.ts'

/** A metric of the same users under three models. [users] each */
export interface Measured {
  readonly teacher: ArrayLike<number>
  readonly scratch: ArrayLike<number>
  readonly student: ArrayLike<number>
}

export interface GroupRow {
  readonly group: string
  readonly users: number
  readonly teacher: number
  readonly scratch: number
  readonly student: number
  /** student / teacher; null for a group of few users. */
  readonly kept: Estimate | null
  /** (student - scratch) / (teacher - scratch); null also where the teacher is no better than the student from scratch. */
  readonly gap: Estimate | null
}

export interface GroupOptions {
  /** Of fewer users no share is told: it would say nothing of others like them. */
  readonly least?: number
}

/**
 * What the student keeps of the teacher in each of `labels.length` groups of users of about equal size, from the lowest values of
 * `attribute` to the highest. Users of equal value stay together, so groups may differ in size, and fewer values than groups give
 * fewer groups.
 */
export function groupRows(
  measured: Measured,
  attribute: ArrayLike<number>,
  labels: readonly string[],
  options: GroupOptions = {},
): readonly GroupRow[] {
  const ascending = Float64Array.from(attribute).sort()
  const bounds = labels.map((_, n) => ascending[Math.ceil(((n + 1) * ascending.length) / labels.length) - 1])
  const members = labels.map((): number[] => [])
  for (let user = 0; user < ascending.length; user++)
    members[bounds.findIndex((bound) => attribute[user] <= bound)].push(user)
  return labels.flatMap((label, n) => {
    if (members[n].length === 0) return []
    const values = members[n].map((user) => attribute[user])
    const range = rangeInWords(...lowAndHigh(values))
    return [rowOf(measured, members[n], `${label}: ${range}`, options)]
  })
}

/** The same for users of whom something holds, and all others. */
export function twoGroups(
  measured: Measured,
  holds: (user: number) => boolean,
  [yes, no]: readonly [string, string],
  options: GroupOptions = {},
): readonly GroupRow[] {
  const users = Array.from({ length: measured.teacher.length }, (_, user) => user)
  return [
    { label: no, of: users.filter((user) => !holds(user)) },
    { label: yes, of: users.filter(holds) },
  ].flatMap(({ label, of }) => (of.length === 0 ? [] : [rowOf(measured, of, label, options)]))
}

export function rowOf(
  { teacher, scratch, student }: Measured,
  users: readonly number[],
  group: string,
  { least = 20 }: GroupOptions = {},
): GroupRow {
  const enough = users.length >= least
  const [t, s, k] = [teacher, scratch, student].map((values) =>
    Float64Array.from(users, (user) => values[user]),
  )
  const [meanT, meanS, meanK] = [t, s, k].map(
    (values) => values.reduce((sum, value) => sum + value, 0) / users.length,
  )
  return {
    group,
    users: users.length,
    teacher: meanT,
    scratch: meanS,
    student: meanK,
    kept: enough && meanT > 0 ? bootstrap([t, k], ([a, b]) => b / a) : null,
    gap:
      enough && meanT > meanS ? bootstrap([t, s, k], ([a, b, c]) => (a > b ? (c - b) / (a - b) : NaN)) : null,
  }
}

/** `Math.min(...values)` has an end; a group may be large. */
function lowAndHigh(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return [low, high]
}

function rangeInWords(low: number, high: number): string {
  const short = (value: number) => String(Number(value.toPrecision(3)))
  return low === high ? short(low) : `${short(low)} to ${short(high)}`
}
