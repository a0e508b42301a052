import { tf, type Tensor2D } from '@recdistill/tensor'

/** [rows, length, heads width] -> [rows, heads, length, width] */
export function byHead(x: tf.Tensor3D, heads: number): tf.Tensor4D {
  const [rows, length, width] = x.shape
  if (heads === 1) return tf.reshape(x, [rows, 1, length, width])
  return tf.transpose(tf.reshape(x, [rows, length, heads, width / heads]), [0, 2, 1, 3])
}

/** `inside` where a position may look, at itself and at what was before it, and `outside` elsewhere. [length, length] */
export function causal(length: number, inside: number, outside: number): Tensor2D {
  const mask = new Float32Array(length * length).fill(outside)
  for (let row = 0; row < length; row++) mask.fill(inside, row * length, row * length + row + 1)
  return tf.tensor2d(mask, [length, length])
}
