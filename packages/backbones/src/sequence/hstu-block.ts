import { layerNorm, tf, type Tensor2D } from '@recdistill/tensor'
import { byHead, causal } from './heads.ts'
import { addRow } from './row-products.ts'
import { silu } from './silu.ts'
import type { Drop } from './sequence-encoder.ts'

const eps = 1e-6

export interface HstuShape {
  readonly heads: number
  readonly dqk: number
  readonly dv: number
  /** What sums of attention are divided by. */
  readonly divisor: number
}

export interface HstuWeights {
  readonly uvqk: Tensor2D // [dim, 2 heads (dv + dqk)]; columns in the order u, v, q, k
  readonly out: Tensor2D // [dim, heads dv]
  readonly outBias: Tensor2D // [1, dim]
  /** Added to q k^T by how far apart two positions are. [at least length, 1] */
  readonly distances?: Tensor2D
}

/**
 * One block: gates and pointwise attention, no softmax.
 *
 *     [u, v, q, k] = SiLU(LN(h) W),  A = SiLU(q k^T) / divisor for j <= i else 0,  h' = (u LN(A v)) W_o^T + b_o + h
 *
 * @param h [rows, length, dim]
 */
export function hstuBlock(h: tf.Tensor3D, weights: HstuWeights, shape: HstuShape, drop: Drop): tf.Tensor3D {
  const [rows, length, dim] = h.shape
  const z = hstuProjections(h, weights.uvqk)
  const { u, o } = pointwiseAttention(z, shape, weights.distances)
  const gated = drop(tf.mul<tf.Tensor3D>(u, layerNorm(o, eps)))
  const flat = tf.reshape(gated, [rows * length, gated.shape[2]])
  const out = addRow(tf.matMul(flat, weights.out, false, true), weights.outBias)
  return tf.add<tf.Tensor3D>(tf.reshape(out, [rows, length, dim]), h)
}

/** SiLU(LN(h) W): u, v, q and k side by side. [rows, length, columns of W] */
export function hstuProjections(h: tf.Tensor3D, uvqk: Tensor2D): tf.Tensor3D {
  const [rows, length, dim] = h.shape
  const flat = layerNorm(tf.reshape(h, [rows * length, dim]), eps)
  return tf.reshape(silu(tf.matMul(flat, uvqk)), [rows, length, uvqk.shape[1]])
}

/** What came of attention, o, heads side by side, and its gate u. [rows, length, heads dv] each */
export function pointwiseAttention(
  z: tf.Tensor3D,
  { heads, dqk, dv, divisor }: HstuShape,
  distances?: Tensor2D,
): { u: tf.Tensor3D; o: tf.Tensor3D } {
  const [rows, length] = z.shape
  const [u, ...vqk] = tf.split<tf.Tensor3D>(z, [heads * dv, heads * dv, heads * dqk, heads * dqk], -1)
  const [v, q, k] = vqk.map((part) => byHead(part, heads))
  const scores = tf.matMul(q, k, false, true) // [rows, heads, length, length]
  const biased = distances ? tf.add<tf.Tensor4D>(scores, biasOf(distances, length)) : scores
  const weights = tf.mul<tf.Tensor4D>(silu(biased), causal(length, 1 / divisor, 0))
  const o = tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3])
  return { u, o: tf.reshape(o, [rows, length, heads * dv]) }
}

function biasOf(distances: Tensor2D, length: number): Tensor2D {
  const apart = Int32Array.from({ length: length * length }, (_, n) =>
    Math.max(0, Math.floor(n / length) - (n % length)),
  )
  const bias = tf.gather(tf.reshape(distances, [-1]), tf.tensor1d(apart, 'int32'))
  return tf.reshape(bias, [length, length])
}
