import { createRng, type Rng } from '@recdistill/core'
import assert from 'node:assert/strict'
import { batchOf } from './block.ts'
import type { Drawn } from './draw.ts'
import { evaluate, generalPoint, valueAt } from './evaluate.ts'
import { moved, partsOf, type Part, type Point } from './point.ts'
import type { Declared } from './subject.ts'

/** A kink, as of a rectifier, between the two points of a slope disappears with the step; rounding grows. */
const steps = [1e-2, 2e-3]
/** A kink may be nearer than that; a wrong gradient is wrong elsewhere too. */
const points = 3

/**
 * Compares slopes of the loss along directions in the tables of the model in training, and in each auxiliary tensor, with the
 * gradient pulled back to them. Directions are parts of the gradient itself, where a slope is largest, and random ones, which
 * find what the gradient leaves out. The other model is held where it is.
 *
 * @returns Length of the whole gradient.
 */
export function expectPullback(declared: Declared, drawn: Drawn, seed: number): number {
  const { subject, params } = declared
  const parts = partsOf(generalPoint(declared), subject.trains).slice(subject.detached(params) ? 1 : 0)
  let length = 0
  for (const part of parts) {
    const problems: string[] = []
    for (let n = 0; n < points && problems.length === n; n++) {
      const point = generalPoint(declared, n)
      const found = comparePart(declared, drawn, { point, part, rng: createRng(seed).fork(part.name) })
      length = Math.max(length, found.length)
      if (found.problem !== null) problems.push(found.problem)
    }
    assert.ok(problems.length < points, problems[0])
  }
  return length
}

function comparePart(
  declared: Declared,
  drawn: Drawn,
  { point, part, rng }: { point: Point; part: Part; rng: Rng },
): { length: number; problem: string | null } {
  const { trains } = declared.subject
  const batch = batchOf(declared)
  const { value, gradient } = evaluate(declared, drawn, { batch, point })
  const own = only(part, gradient)
  const length = Math.hypot(...own)
  const slopeAlong = (direction: Float64Array, step: number) => {
    const at = (t: number) => valueAt(declared, drawn, { batch, point: moved(point, trains, direction, t) })
    return (at(step) - at(-step)) / (2 * step)
  }
  const [steep, random] = part.start === 0 ? [4, 2] : [1, 1]
  for (let round = 0; round < steep + random; round++) {
    const direction = unit(only(part, own.map((g) => (round < steep ? g * rng.int(2) : rng.normal())))) // prettier-ignore
    const expected = own.reduce((sum, g, n) => sum + g * direction[n], 0)
    const failed: string[] = []
    for (const step of steps) {
      const slope = slopeAlong(direction, step)
      // Tapes are float32, so a loss is known to about 1e-6 of its size, and a slope to that over the step.
      const tolerance = 3e-3 * length + (1e-6 * Math.abs(value)) / step
      if (Math.abs(slope - expected) <= tolerance) break
      failed.push(`slope ${slope} over ${step} (within ${tolerance})`)
    }
    if (failed.length === steps.length)
      return {
        length,
        problem: `along a direction in ${part.name} the gradient says ${expected}, but ${failed.join(', ')}`,
      }
  }
  return { length, problem: null }
}

function only({ start, length }: Part, values: Float64Array): Float64Array {
  return values.map((x, n) => (n >= start && n < start + length ? x : 0))
}

function unit(direction: Float64Array): Float64Array {
  const length = Math.hypot(...direction)
  return length > 0 ? direction.map((x) => x / length) : direction
}
