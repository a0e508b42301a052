import { type Tensor2D, tf, withGradient } from '@recdistill/tensor'
import type { Experts } from './expert-mixture.ts'
import { type SparseRows, sparseProduct, transposedProduct } from './sparse-product.ts'

/** Makes a mask of `size` numbers, 0 or 1 / (1 - rate), of its own for each name. */
export type DropoutMasks = (size: number, name: string) => Float32Array

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
 * @param networks Side by side, as experts are.
 * @param options.dropout Absent for none.
 * @returns [rows, d_T]
 */
export function filteredProjection(
  x: Tensor2D,
  filter: SparseRows,
  { hidden, hiddenBias, output, outputBias }: Experts,
  { dropout = null }: { dropout?: DropoutMasks | null } = {},
): Tensor2D {
  const count = outputBias.shape[0]
  const width = hidden.shape[1] / count
  return tf.tidy(() => {
    const outputs = Array.from({ length: count }, (_, k) => {
      const columns = (of: Tensor2D) => tf.slice(of, [0, k * width], [of.shape[0], width])
      const masks = dropout && {
        input: dropout(x.size, `input ${k}`),
        hidden: dropout(x.shape[0] * width, `hidden ${k}`),
      }
      const filtered = filteredHidden(x, filter, columns(hidden), columns(hiddenBias), masks)
      return tf.matMul<Tensor2D>(filtered, tf.slice(output, [k * width, 0], [width, output.shape[1]]))
    })
    const bias = tf.mul(tf.tensor2d(rowSums(filter), [filter.offsets.length - 1, 1]), tf.sum(outputBias, 0))
    return tf.div<Tensor2D>(tf.add(tf.addN(outputs), bias), count)
  })
}

interface Masks {
  readonly input: Float32Array // [n, d_S]
  readonly hidden: Float32Array // [n, h]
}

/** M drop(relu(drop(x) W + b)). [rows, h] */
function filteredHidden(
  x: Tensor2D,
  filter: SparseRows,
  W: Tensor2D,
  b: Tensor2D,
  masks: Masks | null,
): Tensor2D {
  const inputOf = (x: Tensor2D) => drop(x, masks?.input)
  const activeOf = (input: Tensor2D, W: Tensor2D, b: Tensor2D) =>
    tf.relu<Tensor2D>(tf.add(tf.matMul(input, W), b))
  return withGradient<Tensor2D>([x, W, b], (save) => {
    save(x, W, b)
    return {
      value: tf.tidy(() => sparseProduct(filter, drop(activeOf(inputOf(x), W, b), masks?.hidden))),
      gradient: (upstream, x, W, b) => {
        const input = inputOf(x as Tensor2D)
        const open = tf.cast<Tensor2D>(
          tf.greater(activeOf(input, W as Tensor2D, b as Tensor2D), 0),
          'float32',
        )
        const pulled = drop(transposedProduct(filter, upstream), masks?.hidden)
        const grad = tf.mul<Tensor2D>(pulled, open)
        return [
          drop(tf.matMul(grad, W as Tensor2D, false, true), masks?.input),
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
