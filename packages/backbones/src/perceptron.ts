import type { Rng } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'
import { denseProducts } from './dense-products.ts'
import { initUniform } from './init-table.ts'

/** Rows that go through the layers together; one shape for every product. */
export const blockRows = 1024

/** Layers h' = relu(h W + b) over blocks of `blockRows` rows. */
export interface Perceptron {
  readonly tables: readonly Table[]
  /** Activations of every layer, the input first; `input` is [blockRows, widths[0]]. Each is overwritten by the next call. */
  forward(input: Float32Array): readonly Float32Array[]
  /**
   * The last layer before its relu, `values` + `shift` in each row, of rows whose first layer is `parts` + `part` + bias before its
   * own. Values are overwritten by the next call. [blockRows, last width]
   */
  beforeLast(parts: Float32Array, part: Float32Array): { values: Float32Array; shift: Float32Array }
  /** The part of the first layer before its relu that a share of the input gives: input columns `from` to `to`, without bias. */
  firstLayer(part: Float32Array, from: number, to: number): Float32Array
  /** Adds the pullback: to its own tables, and returns the gradient of the input of the last `forward`. `grad` is overwritten. */
  backward(grad: Float32Array): Float32Array
}

/**
 * @param widths Of the input, then of each layer.
 * @param rng Initial weights are Xavier uniform, biases zero; a frozen model has none.
 */
export function perceptron(
  engine: Engine,
  widths: readonly number[],
  { trainable, rng }: { trainable: boolean; rng: Rng },
): Perceptron {
  const product = denseProducts(engine)
  const layers = widths.slice(1).map((width, n) => {
    const input = widths[n]
    const weights = engine.table(`hidden ${n + 1}`, input, width, { trainable })
    const bias = engine.table(`hidden ${n + 1} bias`, 1, width, { trainable })
    if (trainable) initUniform(engine, weights, Math.sqrt(6 / (input + width)), rng)
    return { input, width, weights, bias, out: new Float32Array(blockRows * width) }
  })
  let input: Float32Array = new Float32Array(0)

  const multiply = (n: number) => {
    const { input: width, weights, out } = layers[n]
    product(n === 0 ? input : layers[n - 1].out, width, engine.read(weights), layers[n].width, out)
  }
  const activate = ({ out, width }: (typeof layers)[number], values: Float32Array, shift: Float32Array) => {
    for (let at = 0; at < out.length; at += width)
      for (let d = 0; d < width; d++) {
        const value = values[at + d] + shift[d]
        out[at + d] = 0.5 * (value + Math.abs(value)) // relu without a branch
      }
  }
  const pass = (n: number) => {
    multiply(n)
    activate(layers[n], layers[n].out, engine.read(layers[n].bias))
  }
  return {
    tables: layers.flatMap(({ weights, bias }) => [weights, bias]),
    forward(given) {
      input = given
      layers.forEach((_, n) => pass(n))
      return [input, ...layers.map(({ out }) => out)]
    },
    beforeLast(parts, part) {
      const bias = engine.read(layers[0].bias)
      const shift = part.map((value, d) => value + bias[d])
      const last = layers.length - 1
      if (last === 0) return { values: parts, shift }
      activate(layers[0], parts, shift)
      for (let n = 1; n < last; n++) pass(n)
      multiply(last)
      return { values: layers[last].out, shift: engine.read(layers[last].bias).slice() }
    },
    firstLayer(part, from, to) {
      const { width, weights } = layers[0]
      const out = new Float32Array((part.length / (to - from)) * width)
      product(part, to - from, engine.read(weights).slice(from * width, to * width), width, out)
      return out
    },
    backward(grad) {
      let above = grad
      for (let n = layers.length - 1; n >= 0; n--) {
        const { input: below, width, weights, bias, out } = layers[n]
        const toBias = new Float32Array(width)
        for (let at = 0; at < out.length; at += width)
          for (let d = 0; d < width; d++) {
            if (!(out[at + d] > 0)) above[at + d] = 0
            toBias[d] += above[at + d]
          }
        const toWeights = new Float32Array(below * width)
        const reached = n === 0 ? input : layers[n - 1].out
        product(transposed(reached, below), blockRows, above, width, toWeights)
        const next = new Float32Array(blockRows * below)
        product(above, width, transposed(engine.read(weights), width), below, next)
        engine.pullRows(
          weights,
          Uint32Array.from({ length: below }, (_, row) => row),
          toWeights,
        )
        engine.pullRows(bias, Uint32Array.of(0), toBias)
        above = next
      }
      return above
    },
  }
}

/** [rows, columns] as [columns, rows]. */
function transposed(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns
  const out = new Float32Array(matrix.length)
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < columns; c++) out[c * rows + row] = matrix[row * columns + c]
  return out
}
