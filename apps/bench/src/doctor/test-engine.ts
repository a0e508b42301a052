import { createRng } from '@recdistill/core'
import { createEngine, type Device } from '@recdistill/engine'

const users = 64
const items = 10_000
const dim = 64
const k = 20

/** Ranks a small random catalogue and checks every list against a full sort in plain JavaScript. */
export function testEngine(device: Device): {
  problem: string | null
  threads: number
  usersPerSecond: number
} {
  const engine = createEngine({ device, warn: () => undefined })
  try {
    const rng = createRng(1)
    const user = random(users, () => rng.normal())
    const item = random(items, () => rng.normal())
    const userTable = engine.table('user', users, dim, { trainable: false })
    const itemTable = engine.table('item', items, dim, { trainable: false })
    engine.write(userTable, user)
    engine.write(itemTable, item)
    const all = Uint32Array.from({ length: users }, (_, u) => u)
    engine.rank(userTable, itemTable, all, k, null)
    const start = performance.now()
    const ranking = engine.rank(userTable, itemTable, all, k, null)
    const usersPerSecond = users / ((performance.now() - start) / 1000)
    let problem: string | null = null
    for (let u = 0; u < users && problem === null; u++)
      problem = compare(u, ranking.items.subarray(u * k, (u + 1) * k), user, item)
    return { problem, threads: engine.threads, usersPerSecond }
  } finally {
    engine.dispose()
  }
}

/** Sums of floats differ in their last bits with the order of adding, so scores are compared, not ids. */
function compare(u: number, found: Uint32Array, user: Float32Array, item: Float32Array): string | null {
  const scores = Float64Array.from({ length: items }, (_, i) => dot(user, u, item, i))
  const best = scores.slice().sort().reverse()
  for (let n = 0; n < k; n++)
    if (Math.abs(scores[found[n]] - best[n]) > 1e-3)
      return `self test: place ${n} of user ${u} scores ${scores[found[n]]}, expected ${best[n]}`
  return null
}

function dot(user: Float32Array, u: number, item: Float32Array, i: number): number {
  let sum = 0
  for (let d = 0; d < dim; d++) sum += user[u * dim + d] * item[i * dim + d]
  return sum
}

function random(rows: number, draw: () => number): Float32Array {
  return Float32Array.from({ length: rows * dim }, draw)
}
