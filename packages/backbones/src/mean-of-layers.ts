import type { Engine, SparseMatrix } from '@recdistill/engine'

/**
 * A function that smooths a matrix [rows, dim] over a graph:
 *
 *     out = (I + A + A^2 + ... + A^layers) input / (layers + 1)
 *
 * by Horner's rule, `x = input + A x`. It asks for the input by handing out the place to write it, and returns memory that
 * the next call overwrites.
 */
export function meanOfLayers(
  engine: Engine,
  matrix: SparseMatrix,
  layers: number,
  dim: number,
): (fill: (input: Float32Array) => void) => Float32Array {
  const [input, one, other] = Array.from({ length: 3 }, () => new Float32Array(matrix.rows * dim))
  return (fill) => {
    fill(input)
    let x = input
    for (let layer = 0; layer < layers; layer++) {
      const out = x === one ? other : one
      engine.propagate(matrix, x, dim, out)
      const share = layer + 1 === layers ? 1 / (layers + 1) : 1
      for (let n = 0; n < out.length; n++) out[n] = (out[n] + input[n]) * share
      x = out
    }
    return x
  }
}
