import type { Csr } from '@recdistill/core'
import { integers, type GraphBuilder } from './graph.ts'

/** What every graph is asked with. */
export function askedUsers(graph: GraphBuilder): string {
  const user = graph.input({
    name: 'user',
    type: 'i64',
    shape: ['n'],
    doc: 'Rows of users, from 0, as in users.json.',
  })
  // Gather counts negative rows from the end, of vectors otherwise than of seen items: they are put where no row is
  const negative = graph.node('Less', [user, integers(graph, 'first user', [0], [])])
  return graph.node('Where', [negative, integers(graph, 'no user', [2 ** 31 - 1], []), user])
}

/**
 * From scores of the whole catalogue to the best items: what the users have seen and the pairs of the input `excluded` get
 * -Infinity, then TopK, which puts larger scores first and of equal ones the smaller item. Places without an item are -1.
 * @param scores Of all items. [n, items]
 */
export function rankScores(
  graph: GraphBuilder,
  { user, scores, items, seen }: { user: string; scores: string; items: number; seen: Csr },
): void {
  const k = graph.input({ name: 'k', type: 'i64', shape: [1], doc: 'How many items.' })
  const excluded = graph.input({
    name: 'excluded',
    type: 'i64',
    shape: ['pairs', 2],
    doc: 'Items to leave out beside those the user has seen: pairs of a place in `user` and an item. [0, 2] for none.',
  })
  const pairs = graph.node('Concat', [seenPairs(graph, user, seen), excluded], { axis: 0 })
  const count = graph.node('Slice', [
    graph.node('Shape', [pairs]),
    integers(graph, 'first', [0]),
    integers(graph, 'behind first', [1]),
  ])
  const nothing = graph.constant('nothing', 'f32', [1], Float32Array.of(-Infinity))
  const masked = graph.node('ScatterND', [scores, pairs, graph.node('Expand', [nothing, count])])
  const most = graph.node('Min', [k, integers(graph, 'all items', [items])])
  graph.nodes('TopK', [masked, most], ['scores', 'best'], { axis: 1, largest: 1, sorted: 1 })
  const none = integers(graph, 'no item', [-1])
  graph.nodes('Where', [graph.node('IsInf', ['scores']), none, 'best'], ['items'])
  graph.output({
    name: 'items',
    type: 'i64',
    shape: ['n', 'k'],
    doc: 'Rows of items, as in items.json; -1 for none.',
  })
  graph.output({ name: 'scores', type: 'f32', shape: ['n', 'k'], doc: 'Their scores, best first.' })
}

/**
 * The seen items of each asked user as pairs (place in `user`, item). [pairs, 2] Rows are of different lengths, which no operator
 * knows: with `end` the running sum of lengths, the place of pair `t` is the number of ends at or before `t`. They are counted where
 * they lie and summed up: comparing each pair with each end takes memory of users times pairs.
 */
function seenPairs(graph: GraphBuilder, user: string, { offsets, items }: Csr): string {
  const one = integers(graph, 'one', [1], [])
  const zero = integers(graph, 'zero', [0], [])
  const columns = integers(graph, 'columns', [1])
  // a table of no rows cannot be gathered from; the item behind the last is never asked for
  const padded = new Int32Array(items.length + 1)
  padded.set(items)
  const all = graph.constant('seen items', 'i32', [padded.length], padded)
  const starts = integers(graph, 'seen offsets', Array.from(offsets))
  const start = graph.node('Gather', [starts, user])
  const length = graph.node('Sub', [graph.node('Gather', [starts, graph.node('Add', [user, one])]), start])
  const end = graph.node('CumSum', [length, zero])
  const total = graph.node('ReduceSum', [length], { keepdims: 0 })
  const places = graph.node('Range', [zero, total, one])
  // ends of the last users lie behind the last pair
  const behind = graph.node('Unsqueeze', [graph.node('Add', [total, one]), integers(graph, 'rows', [0])])
  const ends = graph.node(
    'ScatterElements',
    [graph.node('Expand', [zero, behind]), end, graph.node('Expand', [one, graph.node('Shape', [end])])],
    { axis: 0, reduction: 'add' },
  )
  const row = graph.node('Gather', [graph.node('CumSum', [ends, zero]), places])
  const before = graph.node('Gather', [graph.node('Sub', [end, length]), row])
  const at = graph.node('Add', [graph.node('Gather', [start, row]), graph.node('Sub', [places, before])])
  const item = graph.node('Cast', [graph.node('Gather', [all, at])], { to: 7 })
  return graph.node(
    'Concat',
    [graph.node('Unsqueeze', [row, columns]), graph.node('Unsqueeze', [item, columns])],
    { axis: 1 },
  )
}
