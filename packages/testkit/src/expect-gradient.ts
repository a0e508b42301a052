import { createRng } from '@recdistill/core'
import { type Scalar, type Tensor2D, tf, valueAndGradients } from '@recdistill/tensor'
import { expect } from 'vitest'
import './setup.ts'
import type { Near } from './near.ts'

type Shape = readonly [rows: number, columns: number]
type Loss = (...inputs: Tensor2D[]) => Scalar

export interface GradientCheck extends Near {
  /** Of the random inputs. */
  readonly seed?: number
  /** Standard deviation of the random inputs. */
  readonly scale?: number
  /** Takes the place of random inputs: one list of numbers per shape. */
  readonly inputs?: readonly ArrayLike<number>[]
  /** Distance of the differences; larger is less noisy in float32 and less local. */
  readonly step?: number
}

/**
 * Compares the gradient of `f` with five-point finite differences,
 *
 *     f'(x) = (f(x - 2h) - 8 f(x - h) + 8 f(x + h) - f(x + 2h)) / 12h
 *
 * at random inputs, twice: once with inputs that are fresh tensors and once with inputs that were themselves computed,
 * since some gradients of TensorFlow.js work for the first only. The defaults fit float32 and sums of moderate size.
 */
export function expectGradient<const S extends readonly Shape[]>(
  f: (...inputs: { [n in keyof S]: Tensor2D }) => Scalar,
  shapes: S,
  { seed = 1, scale = 1, step = 0.05, rel = 2e-3, abs = 5e-4, inputs }: GradientCheck = {},
): void {
  const loss = f as Loss
  const points = shapes.map(([rows, columns], n) => {
    if (inputs) return Float32Array.from(inputs[n])
    const rng = createRng(seed).fork(n)
    return Float32Array.from({ length: rows * columns }, () => scale * rng.normal())
  })
  const expected = points.map((_, n) => differences(loss, shapes, points, n, step))
  const fresh = gradientsOf(loss, shapes, points)
  const computed = gradientsOf((...leaves) => loss(...leaves.map(recompute)), shapes, points)
  points.forEach((_, n) => {
    expect(fresh[n], `gradient of input ${n}`).toBeNear(expected[n], { rel, abs })
    expect(computed[n], `gradient of input ${n}, computed`).toBeNear(expected[n], { rel, abs })
  })
}

/** The same numbers, as the output of an operation. */
function recompute(leaf: Tensor2D): Tensor2D {
  return tf.neg(tf.neg(leaf))
}

function gradientsOf(f: Loss, shapes: readonly Shape[], points: readonly Float32Array[]): Float32Array[] {
  const leaves = Object.fromEntries(
    points.map((point, n) => [`input ${n}`, tf.tensor2d(point, [...shapes[n]])]),
  )
  const { gradients } = valueAndGradients(leaves, (named) => f(...Object.values(named)))
  tf.dispose(leaves)
  return Object.values(gradients)
}

function differences(
  f: Loss,
  shapes: readonly Shape[],
  points: readonly Float32Array[],
  moving: number,
  step: number,
): number[] {
  const at = (element: number, offset: number) =>
    tf.tidy(() => {
      const moved = points.map((point, n) => {
        const values = point.slice()
        if (n === moving) values[element] += offset
        return tf.tensor2d(values, [...shapes[n]])
      })
      return f(...moved).dataSync()[0]
    })
  return Array.from(points[moving], (_, element) => {
    const near = at(element, step) - at(element, -step)
    const far = at(element, 2 * step) - at(element, -2 * step)
    return (8 * near - far) / (12 * step)
  })
}
