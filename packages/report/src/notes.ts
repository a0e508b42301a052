import type { ModelRun } from '@recdistill/core'
import type { Row } from './row.ts'

/** Where the gap between scratch and teacher cannot be recovered, for want of a model or of a gap. */
export function gapNotes(
  rows: readonly Row[],
  teacher: Row | null,
  scratches: readonly Row[],
  metrics: readonly string[],
): string[] {
  if (!rows.some((row) => row.role === 'distilled')) return []
  if (!teacher) return ['Gap recovered needs a teacher in the same result.']
  if (scratches.length === 0)
    return ['Gap recovered needs a student trained from scratch in the same result.']
  const notes: string[] = []
  for (const scratch of scratches) {
    const without = metrics.filter((key) => {
      const [low, high] = [scratch.test[key], teacher.test[key]]
      return low && high && high.mean <= low.mean
    })
    if (without.length === 0) continue
    const where = without.length === metrics.length ? 'any metric' : without.join(', ')
    notes.push(
      `${teacher.label} is not better than ${scratch.label} on ${where}: there is no gap to recover, shown as –.`,
    )
  }
  return notes
}

/** Which models gave no numbers and why, and of how many seeds the means beside them are. */
export function failedNotes(rows: readonly Row[]): string[] {
  const failed = rows.flatMap(({ runs }) => runs.filter((run) => run.failed !== undefined))
  const reasons = [...new Set(failed.map((run) => run.failed))]
  const some = rows.filter(({ seeds, runs }) => seeds.length > 0 && seeds.length < runs.length)
  return [
    ...reasons.map((reason) => {
      const ids = failed.filter((run) => run.failed === reason).map(({ id }) => id)
      return `${ids.join(', ')} failed: ${reason}.`
    }),
    ...some.map(
      ({ label, seeds, runs }) => `Numbers of ${label} are of ${seeds.length} of ${runs.length} seeds.`,
    ),
  ]
}

/** Which models were trained elsewhere, and what that means for their numbers. */
export function importNotes(models: readonly ModelRun[]): string[] {
  return models.flatMap(({ id, imported }) => {
    if (!imported) return []
    const incomplete = (['users', 'items'] as const).flatMap((side) => {
      const { known, missing } = imported[side]
      return missing === 0 ? [] : [`${known} of ${known + missing} ${side}`]
    })
    const part = incomplete.length === 0 ? '' : `; it knows ${incomplete.join(' and ')}`
    const doubts = (imported.traps ?? []).map((trap) => `Mind the ${id}: ${trap}.`)
    return [`${id} is imported: ${imported.form}${part}.`, ...doubts]
  })
}

/** Numbers that are not finite. */
export function missingNotes(models: readonly ModelRun[]): string[] {
  return models.flatMap((run) => {
    const bad = Object.entries({ ...run.test, ...run.beyond }).filter(([, value]) => !Number.isFinite(value))
    return bad.length === 0
      ? []
      : [`${run.id} has no finite value for ${bad.map(([key]) => key).join(', ')}; left out.`]
  })
}
