import type { ModelRun, Split } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'

/**
 * How fast a model ranks: the whole catalogue, training items left out, best 20 kept, by the engine that trained it.
 * The median of five passes over up to 4096 users after one to warm up.
 */
export function measureLatency(model: Model, split: Split): NonNullable<ModelRun['ranking']> {
  const users = Uint32Array.from({ length: Math.min(split.numUsers, 4096) }, (_, u) => u)
  const k = Math.min(20, split.numItems)
  const seconds: number[] = []
  for (let pass = 0; pass < 6; pass++) {
    const start = performance.now()
    model.rank(users, k, split.train)
    if (pass > 0) seconds.push((performance.now() - start) / 1000)
    if (pass >= 3 && seconds.reduce((sum, s) => sum + s, 0) > 10) break
  }
  const median = seconds.sort((a, b) => a - b)[seconds.length >> 1]
  return { usersPerSecond: users.length / median, microsecondsPerUser: (median / users.length) * 1e6 }
}
