import type { Rng } from '@recdistill/core'
import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import { gumbelKernelName } from './kernels/gumbel.ts'

/**
 * Gumbel(0, 1) numbers of a stream, minus the logarithm of an Exp(1) number each, from the stream's start.
 *
 * On the wasm backend they are made where tensors lie, to 1e-6 of what the stream itself gives.
 *
 * @param options.ids Row r then holds the first numbers of substream `ids[r]`: the same for an id wherever it stands.
 * @returns [rows, width]
 * @throws RangeError when there is not one id for each row.
 */
export function gumbelNoise(
  shape: readonly [rows: number, width: number],
  rng: Rng,
  { ids = null }: { ids?: Uint32Array | null } = {},
): Tensor2D {
  if (ids && ids.length !== shape[0])
    throw new RangeError(`gumbelNoise: expected an id for each of ${shape[0]} rows, got ${ids.length}`)
  const { key } = rng
  if (tf.getKernel(gumbelKernelName, tf.getBackend()) === undefined)
    return tf.tensor2d(gumbelPlainly(shape, rng, ids), [...shape])
  return tf.tidy(() => {
    const inputs = ids ? { ids: tf.tensor1d(new Int32Array(ids), 'int32') } : {}
    return tf.engine().runKernel(gumbelKernelName, inputs, { key: [...key], shape: [...shape] }) as Tensor2D
  })
}

/** Plain twin of the kernel. */
function gumbelPlainly(
  [rows, width]: readonly [number, number],
  rng: Rng,
  ids: Uint32Array | null,
): Float32Array {
  const out = new Float32Array(rows * width)
  rng.at(0)
  for (let n = 0; n < out.length; n++) {
    if (ids && n % width === 0) rng.at(ids[n / width])
    out[n] = -Math.log(rng.exponential())
  }
  return out
}
