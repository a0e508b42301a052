import { existsSync, readFileSync } from 'node:fs'

/** When work began, and for how many seconds there has been a process at it. */
export interface Worked {
  readonly since: Date
  readonly seconds: number
}

/** Beginning and seconds of work, this process included. */
export function workTime(
  before: Worked | null,
  startedAt: Date,
): { readonly startedAt: string; readonly seconds: number } {
  return {
    startedAt: (before?.since ?? startedAt).toISOString(),
    seconds: (before?.seconds ?? 0) + (Date.now() - startedAt.getTime()) / 1000,
  }
}

/**
 * What earlier processes worked, by their log; null where there is none. Lines of a process follow its `started`; what it did after its
 * last line is not known and not counted.
 */
export function workedBy(logPath: string): Worked | null {
  if (!existsSync(logPath)) return null
  const lines = readFileSync(logPath, 'utf8')
    .split('\n')
    .flatMap((text) => {
      const [at, type] = eventOf(text)
      return Number.isFinite(at) ? [{ at, started: type === 'started' }] : []
    })
  if (lines.length === 0) return null
  const milliseconds = lines.reduce((sum, { at, started }, n) => {
    return n === 0 || started ? sum : sum + Math.max(0, at - lines[n - 1].at)
  }, 0)
  return { since: new Date(lines[0].at), seconds: milliseconds / 1000 }
}

/** Time and type of a line; a line that was cut short has no time. */
function eventOf(text: string): readonly [at: number, type: unknown] {
  try {
    const { at, type } = JSON.parse(text) as { at?: unknown; type?: unknown }
    return [Date.parse(String(at)), type]
  } catch {
    return [NaN, null]
  }
}
