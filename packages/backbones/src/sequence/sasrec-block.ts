import { layerNorm, rectifiedUnits, tf, type Tensor2D } from '@recdistill/tensor'
import { byHead, causal } from './heads.ts'
import { addRow, scaleAndShift } from './row-products.ts'
import type { Drop } from './sequence-encoder.ts'

const eps = 1e-8

/** Scale and shift of a layer norm. [1, dim] each */
export interface NormWeights {
  readonly scale: Tensor2D
  readonly shift: Tensor2D
}

export interface SasrecWeights {
  readonly attention: NormWeights
  readonly query: Tensor2D // [dim, dim]
  readonly key: Tensor2D // [dim, dim]
  readonly value: Tensor2D // [dim, dim]
  readonly feedForward: NormWeights
  readonly inner: Tensor2D // [dim, dim]
  readonly innerBias: Tensor2D // [1, dim]
  readonly outer: Tensor2D // [dim, dim]
  readonly outerBias: Tensor2D // [1, dim]
}

/**
 * One block: each position looks at itself and at what was before it, then goes through two layers of its own.
 *
 *     a = h + drop(softmax(Q K^T / sqrt(dim / heads), j <= i) V),  Q, K, V = LN(h) W_q, LN(h) W_k, LN(h) W_v
 *     h' = a + drop(relu(LN(a) W_1 + b_1) W_2 + b_2)
 *
 * @param h [rows, length, dim]
 */
export function sasrecBlock(h: tf.Tensor3D, weights: SasrecWeights, heads: number, drop: Drop): tf.Tensor3D {
  const attended = tf.add<tf.Tensor3D>(h, drop(selfAttention(norm(h, weights.attention), weights, heads)))
  const inner = tf.matMul<Tensor2D>(flat(norm(attended, weights.feedForward)), weights.inner)
  const units = rectifiedUnits(inner, weights.innerBias)
  const outer = tf.reshape<tf.Rank.R3>(tf.matMul(units, weights.outer), h.shape)
  return tf.add(attended, drop(addRow(outer, weights.outerBias)))
}

export function norm(h: tf.Tensor3D, { scale, shift }: NormWeights): tf.Tensor3D {
  return scaleAndShift(layerNorm(h, eps), scale, shift)
}

function selfAttention(
  x: tf.Tensor3D,
  { query, key, value }: Pick<SasrecWeights, 'query' | 'key' | 'value'>,
  heads: number,
): tf.Tensor3D {
  const [rows, length, dim] = x.shape
  const [q, k, v] = [query, key, value].map((weights) => byHead(times(x, weights), heads))
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(dim / heads))
  const shares = tf.softmax(tf.add<tf.Tensor4D>(scores, causal(length, 0, -1e9)))
  return tf.reshape(tf.transpose(tf.matMul(shares, v), [0, 2, 1, 3]), [rows, length, dim])
}

/** [rows, length, from] x [from, to] */
function times(x: tf.Tensor3D, weights: Tensor2D): tf.Tensor3D {
  const [rows, length] = x.shape
  return tf.reshape(tf.matMul(flat(x), weights), [rows, length, weights.shape[1]])
}

/** [rows, length, width] -> [rows length, width] */
function flat(x: tf.Tensor3D): Tensor2D {
  const [rows, length, width] = x.shape
  return tf.reshape(x, [rows * length, width])
}
