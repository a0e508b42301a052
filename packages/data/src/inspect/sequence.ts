import type { Csr } from '@recdistill/core'
import { percent, type Finding } from './finding.ts'

/**
 * The CiteULike trap: lists in ascending order of item id. Cut in that order, the test part gets the highest ids, which
 * hardly anyone has in training. `sequence` is each user's list in the order of the source; `heldOut` what was cut off its end.
 */
export function sequenceFindings(sequence: Csr, heldOut: readonly Csr[] | null): Finding[] {
  const { offsets, items } = sequence
  let long = 0
  let ascending = 0
  let above = 0
  let judged = 0
  for (let u = 0; u + 1 < offsets.length; u++) {
    const row = items.subarray(offsets[u], offsets[u + 1])
    if (row.length < 4) continue
    long++
    if (isAscending(row)) ascending++
    const rest =
      heldOut?.flatMap((part) => [...part.items.subarray(part.offsets[u], part.offsets[u + 1])]) ?? []
    if (rest.length === 0) continue
    judged++
    const highest = row.reduce((a, b) => Math.max(a, b), 0)
    if (rest.every((item) => item > highest)) above++
  }
  // By chance a list of 4 is ascending once in 24.
  if (long < 10 || ascending / long < 0.9) return []
  const cut = judged > 0 && above / judged > 0.9
  return [
    {
      id: 'id-sorted',
      level: cut ? 'warning' : 'note',
      title: `${percent(ascending / long)} of users' lists are in ascending order of item id${cut ? `, and ${percent(above / judged)} of users have only higher ids held out` : ''}`,
      means: cut
        ? 'this is no order of time: the split is by item id, so the highest ids are tested and hardly trained'
        : 'order in the file is no order of time; a split in file order would be a split by item id',
      todo: cut
        ? 'use a random split for new claims (ratio:0.8,0.1,0.1:random); keep this one only to compare with papers that used it'
        : 'split at random or by time, not in file order',
      values: { ascending: ascending / long, ...(judged > 0 && { heldOutAbove: above / judged }) },
    },
  ]
}

function isAscending(row: Uint32Array): boolean {
  for (let n = 1; n < row.length; n++) if (row[n] <= row[n - 1]) return false
  return true
}
