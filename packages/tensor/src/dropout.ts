import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { dropoutKernels, type Mask } from './kernels/dropout.ts'
import { withGradient } from './with-gradient.ts'

/** How numbers are dropped, and where the chance comes from. */
export interface Dropout {
  /** Chance of a 0, in [0, 1): kept numbers are divided by 1 - rate, so that means stay. */
  readonly rate: number
  /** Whole numbers of 32 bits, such as an `Rng`; four of them seed a mask. */
  readonly words: { uint32(): number }
}

/**
 * Inverted dropout.
 *
 *     y = x * mask        d / dx = g * mask        mask = 0 with chance `rate`, else 1 / (1 - rate)
 *
 * One kernel on the wasm backend, a mask made in JavaScript elsewhere; both draw the same one.
 *
 * @throws RangeError for a rate beyond [0, 1).
 */
export function dropout<T extends Tensor>(x: T, { rate, words }: Dropout): T {
  const mask = maskOf({ rate, words })
  return withGradient<T>([x], () => ({ value: masked(x, mask), gradient: (g) => [masked(g, mask)] }))
}

/**
 * Rectified units with dropout behind them.
 *
 *     y = relu(x + bias) * mask        d / dx = g / (1 - rate) where y > 0, else 0        d / d bias = its sum over rows
 *
 * @param x [rows, width]
 * @param bias [1, width], or null for none.
 * @param drop Null for no dropout.
 * @returns [rows, width]
 * @throws RangeError for a bias of another width, and for a rate beyond [0, 1).
 */
export function rectifiedUnits(x: Tensor2D, bias: Tensor2D | null, drop: Dropout | null = null): Tensor2D {
  if (bias && bias.size !== x.shape[1])
    throw new RangeError(
      `rectifiedUnits: x is [${x.shape.join(', ')}] but bias is [${bias.shape.join(', ')}]; it must be [1, ${x.shape[1]}]`,
    )
  const mask = drop && maskOf(drop)
  const inputs = bias ? [x, bias] : [x]
  return withGradient<Tensor2D>(inputs, (save) => {
    const y = isOwn() ? unitsByKernel(x, bias, mask) : unitsPlainly(x, bias, mask)
    save(y)
    return {
      value: y,
      gradient: (g, y) => {
        const grad = isOwn() ? pullByKernel(g, y, mask) : pullPlainly(g, y, mask)
        return bias ? [grad, tf.sum(grad, 0, true)] : [grad]
      },
    }
  })
}

function isOwn(): boolean {
  return tf.getKernel(dropoutKernels.units, tf.getBackend()) !== undefined
}

function masked<T extends Tensor>(x: T, mask: Mask): T {
  if (isOwn()) return tf.engine().runKernel(dropoutKernels.dropout, { x }, { ...mask }) as T
  return tf.tidy(() => tf.mul<T>(x, tf.tensor(maskPlainly(mask, x.size), x.shape)))
}

function unitsByKernel(x: Tensor2D, bias: Tensor2D | null, mask: Mask | null): Tensor2D {
  const inputs = bias ? { x, bias } : { x }
  return tf.engine().runKernel(dropoutKernels.units, inputs, { ...mask }) as Tensor2D
}

function unitsPlainly(x: Tensor2D, bias: Tensor2D | null, mask: Mask | null): Tensor2D {
  return tf.tidy(() => {
    const units = tf.relu<Tensor2D>(bias ? tf.add(x, bias) : x)
    return mask ? masked(units, mask) : units
  })
}

function pullByKernel(g: Tensor2D, y: Tensor, mask: Mask | null): Tensor2D {
  return tf.engine().runKernel(dropoutKernels.pullUnits, { g, y }, { kept: mask?.kept ?? 1 }) as Tensor2D
}

function pullPlainly(g: Tensor2D, y: Tensor, mask: Mask | null): Tensor2D {
  return tf.tidy(() => tf.mul(tf.mul(g, tf.step(y)), mask?.kept ?? 1))
}

function maskOf({ rate, words }: Dropout): Mask {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`dropout: expected a rate in [0, 1), got ${rate}`)
  return {
    limit: Math.round(rate * 2 ** 16),
    kept: 1 / (1 - rate),
    seed: [words.uint32() | 1, words.uint32(), words.uint32(), words.uint32()],
  }
}

/**
 * Masks have millions of places, so the words only seed xoshiro128** (Blackman and Vigna 2021), some ten times as fast as
 * most streams, and each of its numbers decides two places: the rate is met to 2^-17. Plain twin of the kernel.
 */
function maskPlainly({ limit, kept, seed }: Mask, size: number): Float32Array {
  const out = new Float32Array(size)
  let [a, b, c, d] = seed
  for (let n = 0; n < size; n += 2) {
    const mixed = Math.imul(b, 5)
    const drawn = Math.imul((mixed << 7) | (mixed >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    out[n] = (drawn & 0xffff) < limit ? 0 : kept
    out[n + 1] = drawn >>> 16 < limit ? 0 : kept // beyond the last place it changes nothing
  }
  return out
}
