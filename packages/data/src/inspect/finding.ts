/** One thing the data doctor saw. */
export interface Finding {
  /** Stable name, e.g. `cold-test`. */
  readonly id: string
  /** `fact`: a number to know. `note`: worth knowing. `warning`: numbers measured here mean less than they seem. `problem`: fix it first. */
  readonly level: 'fact' | 'note' | 'warning' | 'problem'
  /** What was seen, with its numbers, in one line. */
  readonly title: string
  /** What follows from it; empty for plain facts. */
  readonly means: string
  /** What to do; empty for plain facts. */
  readonly todo: string
  readonly values: Readonly<Record<string, number>>
}

export function fact(id: string, title: string, values: Finding['values']): Finding {
  return { id, level: 'fact', title, means: '', todo: '', values }
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

/** Of seconds since 1970, e.g. `2019-12-31`; of what is beyond all dates, such as microseconds taken for seconds, the number. */
export function day(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().slice(0, 10)
}

export function count(n: number): string {
  return n.toLocaleString('en-US')
}
