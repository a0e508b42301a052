import type { Engine, PerceptronTables } from '../engine.ts'

/** Layers h' = relu(h W + b) over blocks of rows, each result an array of its own. */
export interface Layers {
  /** Activations of every layer, the input first. */
  forward(input: Float32Array): readonly Float32Array[]
  /** The part of the first layer before its relu that a share of the input gives: input columns `from` to `to`, without bias. */
  firstLayer(share: Float32Array, from: number, to: number): Float32Array
  /** The last layer of rows whose first is relu(parts + part + bias). */
  above(parts: Float32Array, part: Float32Array): Float32Array
  /** Adds the pullback to the layers' own tables; returns the gradient of the input. `grad`, of the last layer, is overwritten. */
  backward(activations: readonly Float32Array[], grad: Float32Array): Float32Array
}

/** Layers by the other operations of an engine. */
export function layersOf(
  engine: Pick<Engine, 'product' | 'read' | 'pullRows'>,
  layers: PerceptronTables['layers'],
): Layers {
  const through = (n: number, below: Float32Array) => {
    const { weights, bias } = layers[n]
    const rows = below.length / weights.rows
    const out = new Float32Array(rows * weights.dim)
    engine.product(below, engine.read(weights), { rows, inner: weights.rows, columns: weights.dim }, out)
    return rectified(out, engine.read(bias))
  }
  return {
    forward(input) {
      const all = [input]
      for (let n = 0; n < layers.length; n++) all.push(through(n, all[n]))
      return all
    },
    firstLayer(share, from, to) {
      const { weights } = layers[0]
      const [inner, columns] = [to - from, weights.dim]
      const rows = share.length / inner
      const out = new Float32Array(rows * columns)
      const part = engine.read(weights).slice(from * columns, to * columns)
      engine.product(share, part, { rows, inner, columns }, out)
      return out
    },
    above(parts, part) {
      const bias = engine.read(layers[0].bias)
      let h = rectified(
        parts.slice(),
        part.map((value, d) => value + bias[d]),
      )
      for (let n = 1; n < layers.length; n++) h = through(n, h)
      return h
    },
    backward(activations, grad) {
      let above = grad
      for (let n = layers.length - 1; n >= 0; n--) {
        const { weights, bias } = layers[n]
        const { rows: width, dim } = weights
        const [below, reached] = [activations[n], activations[n + 1]]
        const rows = below.length / width
        const toBias = new Float32Array(dim)
        for (let at = 0; at < reached.length; at++) {
          if (!(reached[at] > 0)) above[at] = 0
          toBias[at % dim] += above[at]
        }
        const toWeights = new Float32Array(width * dim)
        engine.product(below, above, { rows: width, inner: rows, columns: dim, transposed: true }, toWeights)
        const next = new Float32Array(below.length)
        const turned = transposed(engine.read(weights), dim)
        engine.product(above, turned, { rows, inner: dim, columns: width }, next)
        engine.pullRows(
          weights,
          Uint32Array.from({ length: width }, (_, row) => row),
          toWeights,
        )
        engine.pullRows(bias, Uint32Array.of(0), toBias)
        above = next
      }
      return above
    },
  }
}

/** relu(row + shift) of every row, in place. */
function rectified(rows: Float32Array, shift: Float32Array): Float32Array {
  for (let at = 0; at < rows.length; at += shift.length)
    for (let d = 0; d < shift.length; d++) {
      const value = rows[at + d] + shift[d]
      rows[at + d] = 0.5 * (value + Math.abs(value)) // relu without a branch: half of them would be guessed wrong
    }
  return rows
}

/** [rows, columns] as [columns, rows]. */
function transposed(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns
  const out = new Float32Array(matrix.length)
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < columns; c++) out[c * rows + row] = matrix[row * columns + c]
  return out
}
