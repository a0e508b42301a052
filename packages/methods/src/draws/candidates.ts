import type { RankedPart } from '@recdistill/plugin'
import type { Row } from '@recdistill/samplers'

/** The teacher's first `maxK` items that the user has not seen. */
export function candidatesOf(row: Row, maxK: number): Uint32Array {
  return row.teacher.top(maxK, { seen: 'skip' })
}

/** The same by name. */
export function candidatesUpTo(maxK: number): RankedPart {
  return { of: 'teacher', k: maxK, seen: 'skip' }
}
