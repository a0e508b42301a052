import type { Rng } from '@recdistill/core'
import assert from 'node:assert/strict'
import { batchOf } from './block.ts'
import type { Drawn } from './draw.ts'
import { evaluate, generalPoint } from './evaluate.ts'
import { moved, partsOf, type Part } from './point.ts'
import type { Declared } from './subject.ts'

/** A kink, as of a rectifier, between the two points of a slope disappears with the step; rounding grows. */
const steps = [1e-2, 2e-3]

/**
 * Compares slopes of the loss along directions in the tables of the model in training, and in each auxiliary tensor, with the
 * gradient pulled back to them. Directions are parts of the gradient itself, where a slope is largest, and random ones, which
 * find what the gradient leaves out. The other model is held where it is.
 *
 * @returns Length of the whole gradient.
 */
export function expectPullback(declared: Declared, drawn: Drawn, rng: Rng): number {
  const { subject, params } = declared
  const batch = batchOf(declared)
  const point = generalPoint(declared)
  const { value, gradient } = evaluate(declared, drawn, { batch, point })
  const slopeAlong = (direction: Float64Array, step: number) => {
    const at = (t: number) =>
      evaluate(declared, drawn, { batch, point: moved(point, subject.trains, direction, t) }).value
    return (at(step) - at(-step)) / (2 * step)
  }
  for (const [n, part] of partsOf(point, subject.trains).entries()) {
    if (n === 0 && subject.detached(params)) continue
    const length = Math.hypot(...only(part, gradient))
    const rounds = n === 0 ? 6 : 2
    for (let round = 0; round < rounds; round++) {
      const chosen = gradient.map((g) => (round < rounds - rounds / 3 ? g * rng.int(2) : rng.normal()))
      const direction = unit(only(part, chosen))
      const expected = gradient.reduce((sum, g, i) => sum + g * direction[i], 0)
      const failed: string[] = []
      for (const step of steps) {
        const slope = slopeAlong(direction, step)
        // Tapes are float32, so a loss is known to about 1e-6 of its size, and a slope to that over the step.
        const tolerance = 3e-3 * length + (1e-6 * Math.abs(value)) / step
        if (Math.abs(slope - expected) <= tolerance) break
        failed.push(`slope ${slope} over ${step} (within ${tolerance})`)
      }
      assert.ok(
        failed.length < steps.length,
        `along a direction in ${part.name} the gradient says ${expected}, but ${failed.join(', ')}`,
      )
    }
  }
  return Math.hypot(...gradient)
}

function only({ start, length }: Part, values: Float64Array): Float64Array {
  return values.map((x, n) => (n >= start && n < start + length ? x : 0))
}

function unit(direction: Float64Array): Float64Array {
  const length = Math.hypot(...direction)
  return length > 0 ? direction.map((x) => x / length) : direction
}
