import type { Interactions } from '@recdistill/core'
import { checkInteractions } from '../check-interactions.ts'
import { rowsByUser } from '../split/rows-by-user.ts'
import { count, day, fact, percent, type Finding } from './finding.ts'
import { shapeFindings } from './shape.ts'
import { sequenceFindings } from './sequence.ts'

/**
 * The data doctor before a split: shape, repeated pairs, order of time, lists sorted by id.
 * @throws InputError when ids, columns and counts do not fit each other.
 */
export function inspectInteractions(interactions: Interactions): Finding[] {
  checkInteractions('inspectInteractions', interactions)
  const { numUsers, numItems, users, items, times } = interactions
  const perUser = countsOf(users, numUsers)
  const findings = shapeFindings(perUser, countsOf(items, numItems), 'interactions')
  const { offsets, rows } = rowsByUser(numUsers, users)
  const last = new Uint32Array(numItems) // user + 1
  let repeats = 0
  for (let u = 0; u < numUsers; u++)
    for (let n = offsets[u]; n < offsets[u + 1]; n++) {
      if (last[items[rows[n]]] === u + 1) repeats++
      last[items[rows[n]]] = u + 1
    }
  if (repeats > 0)
    findings.push({
      id: 'duplicates',
      level: 'warning',
      title: `${count(repeats)} interactions (${percent(repeats / users.length)}) repeat a user and item already there`,
      means: 'a pair in training and in test at once would be a free hit',
      todo: "keep one of each with the filter { filter: 'duplicates', keep: 'first' | 'last' }",
      values: { repeats, share: repeats / users.length },
    })
  findings.push(...timeFindings(times))
  findings.push(...sequenceFindings({ offsets, items: rows.map((n) => items[n]) }, null))
  return findings
}

function timeFindings(times: Float64Array | undefined): Finding[] {
  if (!times)
    return [
      {
        id: 'no-time',
        level: 'note',
        title: 'the source has no times',
        means: 'order in the file is all there is; it may mean nothing',
        todo: 'split at random (ratio:0.8,0.1,0.1:random or loo:random)',
        values: {},
      },
    ]
  let sorted = 0
  let [first, newest] = [Infinity, -Infinity]
  for (let n = 0; n < times.length; n++) {
    if (n > 0 && times[n] >= times[n - 1]) sorted++
    first = Math.min(first, times[n])
    newest = Math.max(newest, times[n])
  }
  const share = times.length > 1 ? sorted / (times.length - 1) : 1
  return [
    fact('time', `times from ${day(first)} to ${day(newest)}; ${percent(share)} of rows follow in order`, {
      first,
      last: newest,
      sortedShare: share,
    }),
  ]
}

function countsOf(ids: Uint32Array, size: number): Uint32Array {
  const counts = new Uint32Array(size)
  for (let n = 0; n < ids.length; n++) counts[ids[n]]++
  return counts
}
