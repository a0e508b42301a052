import { type Csr, InputError, transpose } from '@recdistill/core'

/** A sparse square matrix by rows, columns ascending: row i has `weights[n]` at `columns[n]`, n of `offsets[i]` to `offsets[i + 1]` - 1. */
export interface Graph {
  readonly offsets: Uint32Array // [nodes + 1]
  readonly columns: Uint32Array // [edges]
  readonly weights: Float32Array // [edges]
}

/**
 * Items are neighbours when the same users have seen them, users when they have seen the same items.
 *
 *     B_ij = 1 for the k nodes j that share most with i (ties: smaller node), itself and those that share nothing left out
 *     S = (B + B') / 2        A_ij = S_ij / sqrt(S_i S_j),   S_i = sum over j of S_ij
 *
 * Counted one node at a time; no square of nodes is ever held.
 *
 * @param train Items of each user.
 * @param options.k Neighbours of each node before the graph is made symmetric.
 * @throws InputError when k is not a whole number above 0.
 * @see FreqD, KDD 2025, arXiv 2411.10676. The released code takes the k + 1 largest of a row and drops the first, which with ties
 *   drops a neighbour and keeps the node itself; and its k largest may share nothing.
 */
export function coOccurrenceGraph(
  train: Csr,
  { of, numItems, k }: { of: 'users' | 'items'; numItems: number; k: number },
): Graph {
  if (!Number.isInteger(k) || k < 1)
    throw new InputError(`coOccurrenceGraph: expected at least 1 neighbour, got ${k}`)
  const byItem = transpose(train, numItems)
  return normalised(symmetric(of === 'items' ? nearest(byItem, train, k) : nearest(train, byItem, k)))
}

/**
 * The k nodes that share most partners with each node; fewer where fewer share any.
 * @param nodes Partners of each node.
 * @param partners Nodes of each partner.
 */
function nearest(nodes: Csr, partners: Csr, k: number): Csr {
  const numNodes = nodes.offsets.length - 1
  const shared = new Uint32Array(numNodes)
  const met = new Uint32Array(numNodes)
  const best = new Uint32Array(k)
  const ends = new Uint32Array(numNodes + 1)
  const found: number[] = []
  for (let node = 0; node < numNodes; node++) {
    let others = 0
    for (let n = nodes.offsets[node]; n < nodes.offsets[node + 1]; n++) {
      const partner = nodes.items[n]
      for (let m = partners.offsets[partner]; m < partners.offsets[partner + 1]; m++) {
        const other = partners.items[m]
        if (other === node) continue
        if (shared[other]++ === 0) met[others++] = other
      }
    }
    let size = 0
    for (let n = 0; n < others; n++) size = insert(met[n], shared, best, size)
    for (let place = 0; place < size; place++) found.push(best[place])
    for (let n = 0; n < others; n++) shared[met[n]] = 0
    ends[node + 1] = found.length
  }
  return { offsets: ends, items: Uint32Array.from(found) }
}

/** Puts a node among the best so far, in order of partners shared, then of nodes. Returns how many there are now. */
function insert(node: number, shared: Uint32Array, best: Uint32Array, size: number): number {
  const isBehind = (other: number) =>
    shared[other] < shared[node] || (shared[other] === shared[node] && other > node)
  if (size === best.length && !isBehind(best[size - 1])) return size
  let place = size === best.length ? size - 1 : size
  while (place > 0 && isBehind(best[place - 1])) {
    best[place] = best[place - 1]
    place--
  }
  best[place] = node
  return Math.min(best.length, size + 1)
}

/** (B + B') / 2 of a matrix of ones. */
function symmetric(ones: Csr): Graph {
  const numNodes = ones.offsets.length - 1
  const back = transpose(ones, numNodes)
  const offsets = new Uint32Array(numNodes + 1)
  const columns: number[] = []
  const weights: number[] = []
  for (let node = 0; node < numNodes; node++) {
    const there = ones.items.slice(ones.offsets[node], ones.offsets[node + 1]).sort()
    const here = back.items.subarray(back.offsets[node], back.offsets[node + 1]) // ascending as it is
    for (let i = 0, j = 0; i < there.length || j < here.length;) {
      const a = i < there.length ? there[i] : Infinity
      const b = j < here.length ? here[j] : Infinity
      columns.push(Math.min(a, b))
      weights.push(a === b ? 1 : 0.5)
      if (a <= b) i++
      if (b <= a) j++
    }
    offsets[node + 1] = columns.length
  }
  return { offsets, columns: Uint32Array.from(columns), weights: Float32Array.from(weights) }
}

function normalised({ offsets, columns, weights }: Graph): Graph {
  const degrees = new Float64Array(offsets.length - 1)
  for (let node = 0; node < degrees.length; node++)
    for (let n = offsets[node]; n < offsets[node + 1]; n++) degrees[node] += weights[n]
  const out = new Float32Array(weights.length)
  for (let node = 0; node < degrees.length; node++)
    for (let n = offsets[node]; n < offsets[node + 1]; n++)
      out[n] = weights[n] / Math.sqrt(degrees[node] * degrees[columns[n]])
  return { offsets, columns, weights: out }
}
