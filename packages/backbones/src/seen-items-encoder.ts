import type { Csr } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'
import { gather } from './gather.ts'
import type { UserEncoder } from './user-encoder.ts'

interface Tables {
  readonly user: Table // [users, hidden]
  readonly input: Table // [items, hidden]
  readonly inputBias: Table // [1, hidden]
}

/**
 * One hidden layer over a sparse row of items, and a 1 behind it for the bias of the next layer:
 *
 *     out[n] = [act(scale * sum over inputs i of row n of input[i] + inputBias + user[users[n]]), 1]
 *
 * @param inputs Rows of items for the users asked for. It is asked once for `encode` and the `pull` that follows.
 */
export function seenItemsEncoder(
  engine: Engine,
  { user, input, inputBias }: Tables,
  {
    activation,
    inputs,
    scale,
  }: { activation: 'sigmoid' | 'relu'; inputs: (users: Uint32Array) => Csr; scale: number },
): UserEncoder {
  const { dim } = input
  const bias = new Float32Array(dim)
  let rows: Csr = { offsets: new Uint32Array(1), items: new Uint32Array(0) }
  let hidden: Float32Array = new Float32Array(0) // [users, dim], after the activation
  return {
    encode(users, out) {
      rows = inputs(users)
      const gathered = gather(engine, input, rows.items)
      hidden = gather(engine, user, users)
      engine.gatherRows(inputBias, Uint32Array.of(0), bias)
      for (let n = 0; n < users.length; n++) {
        const at = n * dim
        for (let e = rows.offsets[n]; e < rows.offsets[n + 1]; e++)
          for (let d = 0; d < dim; d++) hidden[at + d] += scale * gathered[e * dim + d]
        for (let d = 0; d < dim; d++) {
          const x = hidden[at + d] + bias[d]
          hidden[at + d] = activation === 'relu' ? Math.max(x, 0) : 1 / (1 + Math.exp(-x))
          out[n * (dim + 1) + d] = hidden[at + d]
        }
        out[n * (dim + 1) + dim] = 1
      }
    },
    pull(users, grad) {
      const below = new Float32Array(users.length * dim)
      const toInput = new Float32Array(rows.items.length * dim)
      const toBias = new Float32Array(dim)
      for (let n = 0; n < users.length; n++) {
        const at = n * dim
        for (let d = 0; d < dim; d++) {
          const h = hidden[at + d]
          const slope = activation === 'relu' ? (h > 0 ? 1 : 0) : h * (1 - h)
          below[at + d] = slope * grad[n * (dim + 1) + d]
          toBias[d] += below[at + d]
        }
        for (let e = rows.offsets[n]; e < rows.offsets[n + 1]; e++)
          for (let d = 0; d < dim; d++) toInput[e * dim + d] = scale * below[at + d]
      }
      engine.pullRows(user, users, below)
      engine.pullRows(inputBias, Uint32Array.of(0), toBias)
      engine.pullRows(input, rows.items, toInput)
    },
  }
}
