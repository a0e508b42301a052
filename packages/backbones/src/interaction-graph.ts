import type { Split } from '@recdistill/core'
import type { SparseMatrix } from '@recdistill/engine'

/**
 * The symmetric normalised adjacency of users and items in training, users first.
 *
 *     A[x, y] = 1 / sqrt(deg x * deg y) for an interaction, else 0; no self loops
 */
export function interactionGraph({ numUsers, numItems, train }: Split): SparseMatrix {
  const nodes = numUsers + numItems
  const edges = train.items.length
  const degrees = new Uint32Array(nodes)
  for (let user = 0; user < numUsers; user++) degrees[user] = train.offsets[user + 1] - train.offsets[user]
  for (let e = 0; e < edges; e++) degrees[numUsers + train.items[e]]++
  const offsets = new Uint32Array(nodes + 1)
  for (let node = 0; node < nodes; node++) offsets[node + 1] = offsets[node] + degrees[node]

  const next = offsets.slice(0, nodes)
  const indices = new Uint32Array(2 * edges)
  const values = new Float32Array(2 * edges)
  for (let user = 0; user < numUsers; user++)
    for (let e = train.offsets[user]; e < train.offsets[user + 1]; e++) {
      const item = numUsers + train.items[e]
      const weight = 1 / Math.sqrt(degrees[user] * degrees[item])
      for (const [from, to] of [
        [user, item],
        [item, user],
      ]) {
        indices[next[from]] = to
        values[next[from]++] = weight
      }
    }
  return { rows: nodes, columns: nodes, offsets, indices, values }
}
