import type { Interactions } from '@recdistill/core'
import { test, train } from './assign-parts.ts'

/** What times say about a split; kept because the parts themselves have no times. */
export interface TimeFacts {
  /** Seconds since 1970. */
  readonly first: number
  readonly last: number
  /** Users with a test interaction older than one of their own training interactions. */
  readonly usersAhead: number
  /** Share of training interactions newer than the oldest test interaction, of anyone. */
  readonly trainAfterTest: number
  /** Share of test interactions older than the newest training interaction, of anyone. */
  readonly testBeforeTrain: number
}

export function timeFacts({ numUsers, users, times }: Interactions, parts: Uint8Array): TimeFacts | null {
  if (!times || times.length === 0) return null
  const lastTrain = new Float64Array(numUsers).fill(-Infinity)
  let newestTrain = -Infinity
  let oldestTest = Infinity
  let first = Infinity
  let last = -Infinity
  for (let n = 0; n < times.length; n++) {
    first = Math.min(first, times[n])
    last = Math.max(last, times[n])
    if (parts[n] === train) {
      lastTrain[users[n]] = Math.max(lastTrain[users[n]], times[n])
      newestTrain = Math.max(newestTrain, times[n])
    } else if (parts[n] === test) oldestTest = Math.min(oldestTest, times[n])
  }
  const ahead = new Uint8Array(numUsers)
  let [trains, trainAfter, tests, testBefore] = [0, 0, 0, 0]
  for (let n = 0; n < times.length; n++) {
    if (parts[n] === train) {
      trains++
      if (times[n] > oldestTest) trainAfter++
    } else if (parts[n] === test) {
      tests++
      if (times[n] < newestTrain) testBefore++
      if (times[n] < lastTrain[users[n]]) ahead[users[n]] = 1
    }
  }
  return {
    first,
    last,
    usersAhead: ahead.reduce((sum, flag) => sum + flag, 0),
    trainAfterTest: trains > 0 ? trainAfter / trains : 0,
    testBeforeTrain: tests > 0 ? testBefore / tests : 0,
  }
}
