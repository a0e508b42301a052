import { createRng } from '@recdistill/core'
import { splitFromLists, type EvalSplit } from '../src/index.ts'

/** A random split and random scores over it. Some users have no truth, some items no training, scores tie often. */
export function randomWorld(
  seed: number,
  { users = 12, items = 30, levels = 8 }: { users?: number; items?: number; levels?: number } = {},
): { split: EvalSplit; scores: number[][] } {
  const rng = createRng(seed)
  const parts = { train: [] as number[][], valid: [] as number[][], test: [] as number[][] }
  for (let user = 0; user < users; user++) {
    for (const part of Object.values(parts)) part.push([])
    for (let item = 0; item < items; item++) {
      const draw = rng.float()
      if (draw < 0.15 && item % 5 !== 4) parts.train[user].push(item)
      else if (draw < 0.22) parts.valid[user].push(item)
      else if (draw < 0.32 && user % 4 !== 3) parts.test[user].push(item)
    }
  }
  // One of each at least, so that no part is empty.
  parts.train[0].push(0)
  parts.valid[0] = [1]
  parts.train[0] = [...new Set(parts.train[0])].filter((item) => item !== 1 && item !== 2)
  parts.train[1] = [...new Set([...parts.train[1], 1, 2])]
  parts.valid[1] = parts.valid[1].filter((item) => item !== 1 && item !== 2)
  parts.test[0] = [2]
  parts.test[1] = parts.test[1].filter((item) => item !== 1 && item !== 2)
  const scores = Array.from({ length: users }, () => Array.from({ length: items }, () => rng.int(levels)))
  return { split: splitFromLists({ ...parts, numUsers: users, numItems: items }), scores }
}
