import type { SparseMatrix } from '../engine.ts'

/** A graph as the kernels walk it. */
export interface PlacedNodes {
  readonly order: Uint32Array // [nodes], the node at each place
  readonly places: Uint32Array // [nodes], its inverse
  readonly starts: Uint32Array // [nodes + 1], by place
  /** Of each place in turn: 64 times the place of the other end, and the bits of the value; by rising node. */
  readonly edges: Uint32Array // [entries, 2]
  /** Places where pieces of about the same work begin. */
  readonly bounds: Uint32Array // [pieces + 1]
}

/**
 * Users, then items, each by falling number of edges: popular rows stand together and stay in cache, and the lengths of rows come
 * as the processor expects them. Rows of one length keep their order, so that a copy of a table runs along a few streams.
 */
export function placeNodes(graph: SparseMatrix, users: number, pieces: number): PlacedNodes {
  const { rows, offsets, indices, values } = graph
  const order = Uint32Array.from({ length: rows }, (_, node) => node)
  const length = (node: number) => offsets[node + 1] - offsets[node]
  for (const part of [order.subarray(0, users), order.subarray(users)])
    part.sort((a, b) => length(b) - length(a) || a - b)
  const places = new Uint32Array(rows)
  order.forEach((node, place) => (places[node] = place))
  const starts = new Uint32Array(rows + 1)
  const edges = new Uint32Array(2 * indices.length)
  const numbers = new Float32Array(edges.buffer)
  const bounds = new Uint32Array(pieces + 1).fill(rows)
  const work = (indices.length + rows) / pieces
  let n = 0
  let piece = 0
  for (let place = 0; place < rows; place++) {
    while (n + place >= piece * work) bounds[piece++] = place
    for (const e of entriesOf(order[place], graph)) {
      edges[2 * n] = places[indices[e]] * 64
      numbers[2 * n++ + 1] = values[e]
    }
    starts[place + 1] = n
  }
  return { order, places, starts, edges, bounds }
}

/** Entries of a row by rising column. */
function entriesOf(row: number, { offsets, indices }: SparseMatrix): Uint32Array {
  const from = offsets[row]
  return Uint32Array.from({ length: offsets[row + 1] - from }, (_, n) => from + n).sort(
    (a, b) => indices[a] - indices[b],
  )
}
