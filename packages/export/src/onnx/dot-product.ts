import type { Csr } from '@recdistill/core'
import type { Precision } from '@recdistill/serve'
import { tableOf, type Table } from '../table.ts'
import { graphBuilder, type GraphBuilder } from './graph.ts'
import type { OnnxGraph } from './proto.ts'
import { askedUsers, rankScores } from './rank.ts'

/** Two tables and a product: scores = users[user] items^T, then the best of them. */
export function dotProductGraph(
  { dim, users, items }: { dim: number; users: Float32Array; items: Float32Array },
  { seen, precision }: { seen: Csr; precision: Precision },
): OnnxGraph {
  const graph = graphBuilder()
  const user = askedUsers(graph)
  const count = items.length / dim
  const asked = gathered(graph, 'users', tableOf(users, dim, precision), user)
  const all = whole(graph, 'items', tableOf(items, dim, precision))
  const scores = graph.node('Gemm', [asked, all], { transB: 1 })
  rankScores(graph, { user, scores, items: count, seen })
  return graph.finish()
}

/** Rows of a table in single precision. [n, dim] */
function gathered(graph: GraphBuilder, name: string, table: Table, rows: string): string {
  const values = graph.node('Gather', [constant(graph, name, table), rows])
  switch (table.precision) {
    case 'f32':
      return values
    case 'f16':
      return graph.node('Cast', [values], { to: 1 })
    case 'int8': {
      const scales = graph.node('Gather', [scalesOf(graph, name, table, [table.scales.length, 1]), rows])
      return graph.node('Mul', [graph.node('Cast', [values], { to: 1 }), scales])
    }
  }
}

/** A whole table in single precision. [rows, dim] */
function whole(graph: GraphBuilder, name: string, table: Table): string {
  const values = constant(graph, name, table)
  switch (table.precision) {
    case 'f32':
      return values
    case 'f16':
      return graph.node('Cast', [values], { to: 1 })
    case 'int8':
      return graph.node('DequantizeLinear', [values, scalesOf(graph, name, table, [table.scales.length])], {
        axis: 0,
      })
  }
}

function constant(graph: GraphBuilder, name: string, { precision, rows, dim, values }: Table): string {
  return graph.constant(name, precision === 'int8' ? 'i8' : precision, [rows, dim], values)
}

function scalesOf(
  graph: GraphBuilder,
  name: string,
  { scales }: { scales: Float32Array },
  shape: readonly number[],
): string {
  return graph.constant(`${name} scale`, 'f32', shape, scales)
}
