import { type Tensor2D, tf, withGradient } from '@recdistill/tensor'
import { type SparseRows, sparseProduct, transposedProduct } from './sparse-product.ts'

/** Two layers with a rectifier between them. */
export interface TwoLayers {
  readonly hidden: Tensor2D // [d_S, h]
  readonly hiddenBias: Tensor2D // [1, h]
  readonly output: Tensor2D // [h, d_T]
  readonly outputBias: Tensor2D // [1, d_T]
}

/** What one network drops, in one step: 0, or 1 / (1 - rate). */
export interface Dropped {
  readonly input: Float32Array // [n, d_S]
  readonly hidden: Float32Array // [n, h]
}

/**
 * A sparse filter over what the mean of several networks makes of each row.
 *
 *     M mean over k of f_k(x)        f_k(x) = drop(relu(drop(x) W_k + b_k)) V_k + c_k
 *
 * M goes to the hidden units, for it commutes with the second layer: that layer, the largest part of the work, then
 * costs one product per row of M and not one per row of x. Hidden units are computed again for the gradient, so one network's
 * are alive at a time.
 *
 * @param x [n, d_S]
 * @param filter M. [rows, n]
 * @param dropped One for each network, or null for none.
 * @returns [rows, d_T]
 */
export function filteredProjection(
  x: Tensor2D,
  filter: SparseRows,
  networks: readonly TwoLayers[],
  { dropped = null }: { dropped?: readonly Dropped[] | null } = {},
): Tensor2D {
  const rows = filter.offsets.length - 1
  return tf.tidy(() => {
    const sums = tf.tensor2d(rowSums(filter), [rows, 1])
    const outputs = networks.map((network, k) => {
      const filtered = filteredHidden(x, filter, network, dropped?.[k] ?? null)
      return tf.add<Tensor2D>(tf.matMul(filtered, network.output), tf.matMul(sums, network.outputBias))
    })
    return tf.div<Tensor2D>(tf.addN(outputs), networks.length)
  })
}

/** M drop(relu(drop(x) W + b)). [rows, h] */
function filteredHidden(
  x: Tensor2D,
  filter: SparseRows,
  { hidden, hiddenBias }: TwoLayers,
  dropped: Dropped | null,
): Tensor2D {
  const inputOf = (x: Tensor2D) => drop(x, dropped?.input)
  const activeOf = (input: Tensor2D, W: Tensor2D, b: Tensor2D) =>
    tf.relu<Tensor2D>(tf.add(tf.matMul(input, W), b))
  return withGradient<Tensor2D>([x, hidden, hiddenBias], (save) => {
    save(x, hidden, hiddenBias)
    return {
      value: tf.tidy(() =>
        sparseProduct(filter, drop(activeOf(inputOf(x), hidden, hiddenBias), dropped?.hidden)),
      ),
      gradient: (upstream, x, W, b) => {
        const input = inputOf(x as Tensor2D)
        const open = tf.cast<Tensor2D>(
          tf.greater(activeOf(input, W as Tensor2D, b as Tensor2D), 0),
          'float32',
        )
        const pulled = drop(transposedProduct(filter, upstream), dropped?.hidden)
        const grad = tf.mul<Tensor2D>(pulled, open)
        return [
          drop(tf.matMul(grad, W as Tensor2D, false, true), dropped?.input),
          tf.matMul(input, grad, true, false),
          tf.sum(grad, 0, true),
        ]
      },
    }
  })
}

function drop(x: Tensor2D, mask: Float32Array | undefined): Tensor2D {
  return mask ? tf.mul(x, tf.tensor2d(mask, x.shape)) : x
}

function rowSums({ offsets, weights }: SparseRows): Float32Array {
  const sums = new Float32Array(offsets.length - 1)
  for (let row = 0; row < sums.length; row++)
    for (let n = offsets[row]; n < offsets[row + 1]; n++) sums[row] += weights[n]
  return sums
}
