import type { Split } from '@recdistill/core'
import { splitOf } from './split-of.ts'

/**
 * Two camps of users, each liking every item of its own half of the catalogue and nothing else. Even users like items
 * 0 to `itemsPerCamp` - 1, odd users the rest. One like of each user is hidden in `test` (and `validPerUser` more in
 * `valid`), so the answer is known: once a user's training items are left out, the hidden ones are all that remains of
 * the user's half, and any sane model ranks them first.
 */
export function twoCamps({
  usersPerCamp = 12,
  itemsPerCamp = 8,
  validPerUser = 0,
}: { usersPerCamp?: number; itemsPerCamp?: number; validPerUser?: number } = {}): Split {
  const train: number[][] = []
  const valid: number[][] = []
  const test: number[][] = []
  for (let u = 0; u < 2 * usersPerCamp; u++) {
    const first = (u % 2) * itemsPerCamp
    // Each user of a camp starts its walk through the half at another item, so no item is hidden from all.
    const liked = Array.from({ length: itemsPerCamp }, (_, n) => first + ((n + (u >> 1)) % itemsPerCamp))
    test.push(liked.slice(0, 1))
    valid.push(liked.slice(1, 1 + validPerUser))
    train.push(liked.slice(1 + validPerUser))
  }
  return splitOf(2 * itemsPerCamp, { train, valid, test, name: 'two camps' })
}
