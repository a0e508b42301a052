import type { ListSpec } from '@recdistill/plugin'
import { sampleByPosition, sampleExcept, type Row } from '@recdistill/samplers'

/**
 * Relaxed ranking's two lists: `interesting`, K of the teacher's first `maxK` unseen items drawn by position and in its
 * order, and `uninteresting`, L of all that are neither seen nor among those, fewer where there are fewer. Both every epoch.
 */
export function relaxedLists({
  K,
  L,
  T,
  maxK,
}: {
  readonly K: number
  readonly L: number
  readonly T: number
  readonly maxK: number
}) {
  const from = { of: 'teacher', k: maxK, seen: 'skip' } as const
  const candidates = (row: Row) => row.teacher.top(maxK, { seen: 'skip' })
  return {
    interesting: {
      size: K,
      refresh: { epochs: 1 },
      draw: (row, out, rng) => void sampleByPosition(candidates(row), T, out, rng),
      law: { kind: 'byPosition', from, T },
    },
    uninteresting: {
      size: L,
      refresh: { epochs: 1 },
      draw: (row, out, rng) => void sampleExcept(row.numItems, [row.seen, candidates(row)], out, rng),
      law: { kind: 'except', from },
    },
  } as const satisfies Record<string, ListSpec>
}
