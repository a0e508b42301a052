import { dropout, rectifiedUnits, type Tensor2D, tf, type Dropout } from '@recdistill/tensor'
import type { Experts } from './expert-mixture.ts'
import { type SparseRows, sparseProduct } from './sparse-product.ts'

/** Dropout with a stream of its own for each name. */
export interface NamedDropout {
  readonly rate: number
  readonly words: (name: string) => Dropout['words']
}

/**
 * A sparse filter over what the mean of several networks makes of each row.
 *
 *     M mean over k of f_k(x)        f_k(x) = drop(relu(drop(x) W_k + b_k)) V_k + c_k
 *
 * M goes to the hidden units, for it commutes with the second layer: that layer, the largest part of the work, then
 * costs one product per row of M and not one per row of x.
 *
 * @param x [n, d_S]
 * @param filter M. [rows, n]
 * @param networks Side by side, as experts are.
 * @param options.dropout Null for none.
 * @returns [rows, d_T]
 */
export function filteredProjection(
  x: Tensor2D,
  filter: SparseRows,
  { hidden, hiddenBias, output, outputBias }: Experts,
  { dropout: drop = null }: { dropout?: NamedDropout | null } = {},
): Tensor2D {
  const count = outputBias.shape[0]
  return tf.tidy(() => {
    const parts = (of: Tensor2D, axis: 0 | 1) => (count === 1 ? [of] : tf.split<Tensor2D>(of, count, axis))
    const [W, b, V] = [parts(hidden, 1), parts(hiddenBias, 1), parts(output, 0)]
    const outputs = W.map((_, k) => {
      const masks = (name: string) => drop && { rate: drop.rate, words: drop.words(`${name} ${k}`) }
      const [ofInput, ofHidden] = [masks('input'), masks('hidden')]
      const sums = tf.matMul<Tensor2D>(ofInput ? dropout(x, ofInput) : x, W[k])
      return tf.matMul<Tensor2D>(sparseProduct(filter, rectifiedUnits(sums, b[k], ofHidden)), V[k])
    })
    const bias = tf.mul(tf.tensor2d(rowSums(filter), [filter.offsets.length - 1, 1]), tf.sum(outputBias, 0))
    return tf.div<Tensor2D>(tf.add(tf.addN(outputs), bias), count)
  })
}

function rowSums({ offsets, weights }: SparseRows): Float32Array {
  const sums = new Float32Array(offsets.length - 1)
  for (let row = 0; row < sums.length; row++)
    for (let n = offsets[row]; n < offsets[row + 1]; n++) sums[row] += weights[n]
  return sums
}
