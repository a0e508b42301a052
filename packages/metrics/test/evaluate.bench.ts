import { createRng, groupByUser, sortRows, type Csr, type Ranker } from '@recdistill/core'
import { bench, describe } from 'vitest'
import { evaluate, protocols, type EvalSplit } from '../src/index.ts'

// `npx vitest bench --run --project metrics`: what measuring costs beside the ranking, at the size of CiteULike-t.
const [users, items] = [5219, 25181]
const rng = createRng(1)
const all = Uint32Array.from({ length: users * 20 }, () => rng.int(items))
const scores = new Float32Array(all.length)
const ranked: Ranker = {
  rank: (block, k) => ({
    users: block,
    k,
    items: all.subarray(block[0] * k, (block[0] + block.length) * k),
    scores,
  }),
}
const split: EvalSplit = {
  numUsers: users,
  numItems: items,
  train: draw(19),
  valid: draw(2),
  test: draw(3),
  ids: null,
}

describe('users 5219, items 25181', () => {
  bench('six metrics of the top 20 at two cut-offs', () => {
    evaluate(ranked, split, protocols['rce-kd'], 'test')
  })
})

function draw(each: number): Csr {
  const owners = Uint32Array.from({ length: users * each }, (_, n) => Math.floor(n / each))
  const drawn = Uint32Array.from(owners, () => rng.int(items))
  return sortRows(groupByUser(users, owners, drawn))
}
