import type { Engine, PairPerceptron, PerceptronTables } from '@recdistill/engine'
import type { Backbone } from '@recdistill/plugin'
import { tf } from '@recdistill/tensor'
import { gather } from './gather.ts'
import { scoredRows } from './scored-rows.ts'

/** Views of a model whose scores a perceptron makes of pairs. Of a user or an item its two vectors, one after the other, are what is compared. */
export function pairModel(
  name: string,
  engine: Engine,
  scorer: PairPerceptron,
  { user, item, deepUser, deepItem }: PerceptronTables,
) {
  const { dim } = user
  const sizes = { numUsers: user.rows, numItems: item.rows }
  const pairOf = (of: 'users' | 'items') => (of === 'users' ? [user, deepUser] : [item, deepItem])
  const scoresOf: Backbone['scoresOf'] = (users, items, k) => {
    const out = new Float32Array(items.length)
    scorer.score({ users, items, k }, out)
    return out
  }
  return {
    ...scoredRows(name, sizes, {
      all: (user, out) => scorer.scoreAll(Uint32Array.of(user), out),
      allOf: scorer.scoreAll,
    }),
    rowDim: 2 * dim,
    scoresOf,
    scores: (users, items, k) => tf.tensor2d(scoresOf(users, items, k), [users.length, k]),
    pullScores: (users, items, k, grad) => scorer.pull({ users, items, k }, grad),
    rowsOf(of, ids) {
      const out = new Float32Array(ids.length * 2 * dim)
      pairOf(of).forEach((table, half) => {
        const rows = gather(engine, table, ids)
        for (let n = 0; n < ids.length; n++)
          out.set(rows.subarray(n * dim, (n + 1) * dim), (2 * n + half) * dim)
      })
      return out
    },
    pullRows(of, ids, grad) {
      pairOf(of).forEach((table, half) => {
        const rows = new Float32Array(ids.length * dim)
        for (let n = 0; n < ids.length; n++)
          rows.set(grad.subarray((2 * n + half) * dim, (2 * n + half + 1) * dim), n * dim)
        engine.pullRows(table, ids, rows)
      })
    },
  } satisfies Partial<Backbone>
}
