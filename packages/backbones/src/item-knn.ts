import { InputError, rowOf, transpose, type Csr } from '@recdistill/core'
import { defineBackbone, type BackboneContext } from '@recdistill/plugin'
import { z } from 'zod'
import { expectTensor } from './table-state.ts'
import { scoredRows } from './scored-rows.ts'
import { topOfRow } from './top-of-row.ts'
import { trainedOnce } from './trained-once.ts'

const params = z.object({
  neighbours: z.int().min(1).default(100).describe('most similar items kept for an item'),
  shrink: z
    .number()
    .min(0)
    .default(10)
    .describe('added to the divisor: distrusts items seen together by few'),
})

/**
 * Items like those a user has seen.
 *
 *     score(u, i) = sum over j in D_u and among the nearest items of i of s(i, j)
 *     s(i, j) = |U_i and U_j| / (sqrt(|U_i| |U_j|) + shrink)
 *
 * Ids of neighbours stand as numbers in a checkpoint, -1 where an item has fewer.
 */
export default defineBackbone({
  name: 'item-knn',
  paper: {
    title: 'Item-Based Top-N Recommendation Algorithms',
    venue: 'TOIS 2004',
    equations: 'section 4.1',
  },
  params,
  trains: 'once',
  sized: false,
  vectors: false,
  create: createItemKnn,
})

function createItemKnn(
  { split, trainable }: BackboneContext,
  { neighbours, shrink }: z.output<typeof params>,
) {
  const { numItems, train } = split
  const k = Math.min(neighbours, Math.max(1, numItems - 1))
  const state = {
    neighbours: new Float32Array(numItems * k).fill(-1), // [items, k]
    similarities: new Float32Array(numItems * k), // [items, k]
  }
  let near = nearBy(state, numItems, k)
  const scorer = {
    all(user: number, out: Float32Array) {
      out.fill(0)
      for (const seen of rowOf(train, user))
        for (let e = near.offsets[seen]; e < near.offsets[seen + 1]; e++) out[near.items[e]] += near.values[e]
    },
  }
  return trainedOnce(
    'item-knn',
    { ...scoredRows('item-knn', split, scorer), parameters: 2 * numItems * k, dispose() {} },
    {
      trainable,
      fit() {
        findNeighbours(train, numItems, { k, shrink }, state)
        near = nearBy(state, numItems, k)
      },
      state: () => state,
      restore({ parameters }) {
        const ids = expectTensor(parameters, 'neighbours', numItems, k)
        const similarities = expectTensor(parameters, 'similarities', numItems, k, { finite: true })
        const wrong = ids.findIndex((id) => !Number.isInteger(id) || id < -1 || id >= numItems)
        if (wrong >= 0)
          throw new InputError(
            `restore: "neighbours" row ${Math.floor(wrong / k)} holds ${ids[wrong]}, expected an item of ${numItems} or -1`,
          )
        state.neighbours.set(ids)
        state.similarities.set(similarities)
        near = nearBy(state, numItems, k)
      },
    },
  )
}

interface Lists {
  readonly neighbours: Float32Array
  readonly similarities: Float32Array
}

function findNeighbours(
  train: Csr,
  numItems: number,
  { k, shrink }: { k: number; shrink: number },
  { neighbours, similarities }: Lists,
): void {
  const usersOf = transpose(train, numItems)
  const count = (item: number) => usersOf.offsets[item + 1] - usersOf.offsets[item]
  const similar = new Float32Array(numItems)
  const ids = new Uint32Array(k)
  const best = new Float32Array(k)
  const none = new Uint32Array(0)
  for (let item = 0; item < numItems; item++) {
    similar.fill(0)
    for (const user of rowOf(usersOf, item)) for (const other of rowOf(train, user)) similar[other]++
    similar[item] = 0
    for (let other = 0; other < numItems; other++)
      if (similar[other] > 0) similar[other] /= Math.sqrt(count(item) * count(other)) + shrink
    topOfRow(similar, none, ids, best)
    for (let n = 0; n < k; n++) {
      const real = best[n] > 0
      neighbours[item * k + n] = real ? ids[n] : -1
      similarities[item * k + n] = real ? best[n] : 0
    }
  }
}

/** The lists the other way round: for an item, whose neighbour it is, and how near. */
function nearBy({ neighbours, similarities }: Lists, numItems: number, k: number) {
  const offsets = new Uint32Array(numItems + 1)
  for (const id of neighbours) if (id >= 0) offsets[id + 1]++
  for (let item = 0; item < numItems; item++) offsets[item + 1] += offsets[item]
  const next = offsets.slice(0, numItems)
  const items = new Uint32Array(offsets[numItems])
  const values = new Float32Array(offsets[numItems])
  neighbours.forEach((id, n) => {
    if (id < 0) return
    items[next[id]] = Math.floor(n / k)
    values[next[id]++] = similarities[n]
  })
  return { offsets, items, values }
}
