import type { PerceptronTables } from '../engine.ts'
import type { Arena } from './arena.ts'
import type { Context } from './context.ts'
import { flush } from './deferred-adam.ts'
import type { Heap } from './heap.ts'
import { Head, Network, Pairs, Upper } from './layout.ts'
import { field, type WasmTable } from './table.ts'

/** What the kernels are told of a perceptron, and where sums over a part of the pairs stand. */
export interface PlacedPerceptron {
  readonly network: number
  /** Bytes of the sums of one part. */
  readonly partBytes: number
  /** Scratch memory of a thread: weighted row, activations, and two blocks of gradients. */
  readonly scratchBytes: number
}

const padded = (width: number) => Math.ceil(width / 4) * 4

/** The first rows of a table's values at `from`, as columns: rows are padded to a multiple of 4. [dim, padded rows] */
export function transposed(
  { f32 }: Heap,
  from: number,
  rows: number,
  { dim, stride }: WasmTable,
): Float32Array {
  const width = padded(rows)
  const out = new Float32Array(dim * width)
  for (let row = 0; row < rows; row++)
    for (let d = 0; d < dim; d++) out[d * width + row] = f32[from / 4 + row * stride + d]
  return out
}

/** The row of the first layer's weights at which the users' half of them begins, or the items'. */
export function firstRowOf({ user, itemsFirst = false }: PerceptronTables<WasmTable>, half: 0 | 1): number {
  return (half === 1) !== itemsFirst ? user.dim : 0
}

/** Bytes of the sums over a part of the pairs: of the last layer's weights, then weights and bias of each layer above the first. */
export function placesOfSums({ output, user, layers }: PerceptronTables<WasmTable>) {
  let end = padded(output.dim - user.dim) * 4
  const upper = layers.slice(1).map(({ weights }) => {
    const toWeights = end
    const toBias = toWeights + weights.rows * weights.stride * 4
    end = toBias + weights.stride * 4
    return { toWeights, toBias }
  })
  return { upper, partBytes: end }
}

/** Writes the words anew: weights may have changed. Their tables must be current. */
export function placePerceptron(
  { machine }: Context,
  arena: Arena,
  tables: PerceptronTables<WasmTable>,
): PlacedPerceptron {
  const { heap } = machine
  const { user, layers, output, outputBias } = tables
  for (const table of [output, outputBias, ...layers.flatMap(({ weights, bias }) => [weights, bias])])
    flush(machine, table)
  const first = layers[0].weights
  const values = (table: WasmTable) => field(machine, table, Head.values)
  const weights = heap.f32.slice(values(output) / 4, values(output) / 4 + output.dim)
  const copied = (numbers: Float32Array) => {
    const all = new Float32Array(padded(numbers.length))
    all.set(numbers)
    return arena.copyIn(all)
  }
  const turned = ({ weights }: { weights: WasmTable }) =>
    arena.copyIn(transposed(heap, values(weights), weights.rows, weights))
  const last = output.dim - user.dim
  const strides = layers.map((layer) => layer.weights.stride)
  const activations = Pairs.block * 4 * strides.reduce((sum, stride) => sum + stride, 0)
  const widest = 4 * Math.max(...strides)
  const sums = placesOfSums(tables)
  const network = arena.take((Network.words + Upper.words * (layers.length - 1)) * 4)
  const product = copied(weights.subarray(0, user.dim))
  const top = copied(weights.subarray(user.dim))
  const transposedWeights = layers.slice(1).map(turned)

  const words = heap.u32.subarray(network / 4)
  words[Network.upper] = layers.length - 1
  words[Network.width] = first.dim
  words[Network.bytes] = first.stride * 4
  words[Network.product] = product
  words[Network.top] = top
  words[Network.topBytes] = padded(last) * 4
  heap.f32[network / 4 + Network.bias] = heap.f32[values(outputBias) / 4]
  words[Network.activations] = activations
  words[Network.widest] = widest
  let below = 0
  layers.slice(1).forEach(({ weights, bias }, n) => {
    const at = Network.words + n * Upper.words
    words[at + Upper.inner] = weights.rows
    words[at + Upper.innerBytes] = strides[n] * 4
    words[at + Upper.width] = weights.dim
    words[at + Upper.bytes] = weights.stride * 4
    words[at + Upper.below] = below
    words[at + Upper.weights] = values(weights)
    words[at + Upper.transposed] = transposedWeights[n]
    words[at + Upper.bias] = values(bias)
    words[at + Upper.toWeights] = sums.upper[n].toWeights
    words[at + Upper.toBias] = sums.upper[n].toBias
    below += Pairs.block * strides[n] * 4
  })
  return {
    network,
    partBytes: sums.partBytes,
    scratchBytes: user.stride * 4 + activations + 2 * Pairs.block * widest,
  }
}
