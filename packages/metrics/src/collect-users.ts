import type { Csr } from '@recdistill/core'
import type { Hits, UserMetric } from './accuracy/hits.ts'
import { metrics } from './registry.ts'

/** Values of users against one set of truth, filled user by user in ascending order. */
export interface UserCollector {
  readonly truth: Csr
  /** Users with truth, ascending. */
  readonly users: Uint32Array
  /** By `name@k`, in the order of `users`. */
  readonly perUser: Readonly<Record<string, Float64Array>>
  /** Takes the next user's hits: `places[0 .. count)`, ascending. */
  add(places: ArrayLike<number>, count: number): void
}

/** `late`: every place counts as so many worse than it is. */
export function collectUsers(
  truth: Csr,
  names: readonly string[],
  ks: readonly number[],
  late = 0,
): UserCollector {
  const users = usersWithItems(truth)
  const columns: { of: UserMetric; k: number; values: Float64Array }[] = []
  const perUser: Record<string, Float64Array> = {}
  for (const k of ks) {
    for (const name of names) {
      const metric = metrics[name]
      if (metric.kind !== 'accuracy') continue
      const values = new Float64Array(users.length)
      perUser[`${name}@${k}`] = values
      columns.push({ of: metric.of, k, values })
    }
  }
  let next = 0
  return {
    truth,
    users,
    perUser,
    add: (positions, count) => {
      const at = next++
      if (count === 0) return
      const user = users[at]
      const hits: Hits = {
        positions: late === 0 ? positions : Array.from({ length: count }, (_, n) => positions[n] + late),
        count,
        truth: truth.offsets[user + 1] - truth.offsets[user],
      }
      for (const { of, k, values } of columns) values[at] = of(hits, k)
    },
  }
}

/** Users whose row is not empty, ascending. */
export function usersWithItems({ offsets }: Csr): Uint32Array {
  const users: number[] = []
  for (let u = 0; u + 1 < offsets.length; u++) if (offsets[u + 1] > offsets[u]) users.push(u)
  return Uint32Array.from(users)
}

/** Sums of the collected values divided by `over`, which may count users without truth too. */
export function meansOver(perUser: UserCollector['perUser'], over: number): Record<string, number> {
  const means: Record<string, number> = {}
  for (const [key, values] of Object.entries(perUser)) {
    let sum = 0
    for (const value of values) sum += value
    means[key] = sum / over
  }
  return means
}
