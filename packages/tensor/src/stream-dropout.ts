import type { Rng } from '@recdistill/core'
import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '@tensorflow/tfjs'
import { drawKept } from './draw-kept.ts'
import { streamDropoutName } from './kernels/stream-dropout.ts'
import { withGradient } from './with-gradient.ts'

/** How numbers of a row are dropped, whatever rows stand beside it. */
export interface StreamDropout {
  /** Chance of a 0, in [0, 1): kept numbers are divided by 1 - rate, so that means stay. */
  readonly rate: number
  readonly rng: Rng
  /** Row r is decided by substream `ids[r]`, from its start. [rows] */
  readonly ids: Uint32Array
  /** The first numbers of row r that exist; those behind them become 0. [rows] */
  readonly sizes: Uint32Array
}

/**
 * Inverted dropout whose masks belong to rows, such as the users of a batch.
 *
 *     y = x * mask        d / dx = g * mask        mask = 0 with chance `rate`, else 1 / (1 - rate)
 *
 * One kernel each way on the wasm backend, a mask made in JavaScript elsewhere; both draw the same one.
 *
 * @param x [rows, ..]
 * @throws RangeError for a rate beyond [0, 1), and for ids or sizes that do not belong to the rows.
 */
export function streamDropout<T extends Tensor>(x: T, drop: StreamDropout): T {
  if (!(drop.rate >= 0 && drop.rate < 1))
    throw new RangeError(`streamDropout: expected a rate in [0, 1), got ${drop.rate}`)
  const rows = x.shape[0]
  if (drop.ids.length !== rows || drop.sizes.length !== rows)
    throw new RangeError(
      `streamDropout: expected an id and a size for each of ${rows} rows, got ${drop.ids.length} and ${drop.sizes.length}`,
    )
  const width = rows === 0 ? 0 : x.size / rows
  const far = drop.sizes.find((size) => size > width)
  if (far !== undefined)
    throw new RangeError(`streamDropout: a size of ${far} is beyond the ${width} of a row`)
  return withGradient<T>([x], () => ({ value: masked(x, drop), gradient: (g) => [masked(g, drop)] }))
}

function masked<T extends Tensor>(x: T, drop: StreamDropout): T {
  const { rate, rng, ids, sizes } = drop
  return tf.tidy(() => {
    if (tf.getKernel(streamDropoutName, tf.getBackend()) === undefined)
      return tf.mul<T>(x, tf.tensor(maskOf(x, drop), x.shape))
    const inputs = { x, ids: words(ids), sizes: words(sizes) }
    return tf.engine().runKernel(streamDropoutName, inputs, { rate, key: [...rng.key] }) as T
  })
}

function words(values: Uint32Array): tf.Tensor1D {
  return tf.tensor1d(new Int32Array(values.buffer, values.byteOffset, values.length), 'int32')
}

function maskOf({ shape, size }: Tensor, { rate, rng, ids, sizes }: StreamDropout): Float32Array {
  const width = size / shape[0]
  const mask = new Float32Array(size)
  ids.forEach((id, row) => drawKept(rng.at(id), rate, mask, row * width, row * width + sizes[row]))
  return mask
}
