import { InputError, type Csr } from '@recdistill/core'
import { floats, type Tensor } from '@recdistill/formats'
import { graphBuilder, integers } from './graph.ts'
import type { OnnxGraph } from './proto.ts'
import { askedUsers, rankScores } from './rank.ts'

/**
 * NeuMF, every user against the whole catalogue:
 *
 *     logit = w [p_u * q_i ; h_n] + b,  h_0 = [p'_u ; q'_i],  h_l = relu(W_l h_(l-1) + b_l)
 *
 * The product's share is one matrix product, (p_u * w) q^T; the first layer is made of a users' and an items' half, so that only what
 * follows it is computed for every pair. Memory is users asked * items * width of the first layer: ask for few users at once.
 * @param tensors As the trainer names them: `users`, `items`, `mlp users`, `mlp items`, `hidden 1`, `hidden 1 bias`, ..., `output`, `output bias`.
 */
export function neumfGraph(
  tensors: Readonly<Record<string, Tensor>>,
  { users, items, seen }: { users: number; items: number; seen: Csr },
): OnnxGraph {
  const values = (name: string) => {
    if (tensors[name] === undefined)
      throw new InputError(`onnx: a neumf without "${name}" cannot be exported`)
    return floats(tensors[name])
  }
  const graph = graphBuilder()
  const constant = (name: string, shape: readonly number[], data = values(name)) =>
    graph.constant(name, 'f32', shape, data)
  const dim = values('users').length / users
  const user = askedUsers(graph)
  const output = values('output')
  const lastWidth = output.length - dim

  const p = graph.node('Gather', [constant('users', [users, dim]), user])
  const weighted = graph.node('Mul', [p, constant('output, product', [dim], output.subarray(0, dim))])
  const product = graph.node('Gemm', [weighted, constant('items', [items, dim])], { transB: 1 })

  const width = values('hidden 1 bias').length
  const first = values('hidden 1') // [2 dim, width]: the users' half above the items'
  const ofUser = graph.node('MatMul', [
    graph.node('Gather', [constant('mlp users', [users, dim]), user]),
    constant('hidden 1, users', [dim, width], first.subarray(0, dim * width)),
  ])
  const ofItem = graph.node('MatMul', [
    constant('mlp items', [items, dim]),
    constant('hidden 1, items', [dim, width], first.subarray(dim * width)),
  ])
  const withBias = graph.node('Add', [ofItem, constant('hidden 1 bias', [width])])
  const pairs = graph.node('Add', [
    graph.node('Unsqueeze', [ofUser, integers(graph, 'between', [1])]), // [n, 1, width]
    withBias, // [items, width]
  ])
  let hidden = graph.node('Relu', [pairs])
  let below = width
  for (let n = 2; tensors[`hidden ${n}`] !== undefined; n++) {
    const own = values(`hidden ${n} bias`).length
    const moved = graph.node('MatMul', [hidden, constant(`hidden ${n}`, [below, own])])
    hidden = graph.node('Relu', [graph.node('Add', [moved, constant(`hidden ${n} bias`, [own])])])
    below = own
  }
  const deep = graph.node('Squeeze', [
    graph.node('MatMul', [hidden, constant('output, deep', [lastWidth, 1], output.subarray(dim))]),
    integers(graph, 'last', [2]),
  ])
  const logits = graph.node('Add', [graph.node('Add', [product, deep]), constant('output bias', [1])])
  rankScores(graph, { user, scores: logits, items, seen })
  return graph.finish()
}
