import { createRng } from '@recdistill/core'
import { idsOf, normals, type World } from './engines.ts'

/** Two random lists of the same users, with padding, and all that is asked of them beside the engine. */
export function randomLists({ user, item }: World, seed: number, rows: number, k: number, l: number) {
  const rng = createRng(seed)
  const users = idsOf(rng, rows, user.rows)
  const a = { users, items: idsOf(rng, rows * k, item.rows, 0.2), k }
  const b = { users, items: idsOf(rng, rows * l, item.rows, 0.4), k: l }
  const [ta, tb] = [normals(rng, rows * k, 3), normals(rng, rows * l, 3)]
  const weights = normals(rng, rows).map(Math.abs)
  const gamma = Float32Array.from({ length: rows }, () => rng.float())
  const n = 1 + rng.int(3)
  const [positives, negatives] = [idsOf(rng, rows, item.rows), idsOf(rng, rows * n, item.rows)]
  const [pulled, pulledRows] = [normals(rng, rows * l), normals(rng, rows * user.dim)]
  return { users, a, b, ta, tb, weights, gamma, n, positives, negatives, pulled, pulledRows }
}

/** One of everything that reads or adds gradients of lists; each call returns what it returned or wrote. */
export function listCalls({ engine, user, item }: World, lists: ReturnType<typeof randomLists>) {
  const { users, a, b, ta, tb, weights, gamma, n, positives, negatives, pulled, pulledRows } = lists
  const [scores, vectors] = [new Float32Array(pulled.length), new Float32Array(pulledRows.length)]
  return {
    scoreLists: () => (engine.scoreLists(user, item, b, scores), scores),
    gatherRows: () => (engine.gatherRows(user, users, vectors), vectors),
    pullScores: () => (engine.pullScores(user, item, b, pulled), []),
    pullRows: () => (engine.pullRows(user, users, pulledRows), []),
    bpr: () => [engine.bpr(user, item, users, positives, negatives, n)],
    softCrossEntropy: () => [engine.softCrossEntropy(user, item, a, weights, ta, 1.5, 0.7)],
    binaryCrossEntropy: () => [engine.binaryCrossEntropy(user, item, a, weights, ta, 2, -0.3, 0.6)],
    relaxedRanking: () => [engine.relaxedRanking(user, item, a, b, weights, null, 0.3)],
    capped: () => [engine.relaxedRanking(user, item, a, b, weights, 0.5, 0.3)],
    rceKd: () => [engine.rceKd(user, item, a, ta, b, tb, gamma, weights, 2, 0.4)],
  } satisfies Record<string, () => ArrayLike<number>>
}
