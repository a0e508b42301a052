import { createRng, type Rng } from '@recdistill/core'
import assert from 'node:assert/strict'
import { batchOf } from './block.ts'
import type { Drawn } from './drawn.ts'
import { evaluate, generalPoint, valueAt, type Evaluated } from './evaluate.ts'
import { norm } from './norm.ts'
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
  const batch = batchOf(declared)
  const looks: Look[] = []
  const look = (n: number): Look => {
    const point = generalPoint(declared, n)
    return (looks[n] ??= { point, ...evaluate(declared, drawn, { batch, point }) })
  }
  const parts = partsOf(look(0).point, subject.trains)
  for (const part of parts.slice(subject.detached(params) ? 1 : 0)) {
    const problems: string[] = []
    for (let n = 0; n < points && problems.length === n; n++) {
      const rng = createRng(seed).fork(part.name)
      const problem = problemIn(part, { declared, drawn, look: look(n), rng })
      if (problem !== null) problems.push(problem)
    }
    assert.ok(problems.length < points, problems[0])
  }
  return norm(look(0).gradient)
}

interface Look extends Evaluated {
  readonly point: Point
}

function problemIn(
  part: Part,
  { declared, drawn, look, rng }: { declared: Declared; drawn: Drawn; look: Look; rng: Rng },
): string | null {
  const { trains } = declared.subject
  const batch = batchOf(declared)
  const { point, value, gradient } = look
  const own = only(part, gradient)
  const length = norm(own)
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
      return `along a direction in ${part.name} the gradient says ${expected}, but ${failed.join(', ')}`
  }
  return null
}

function only({ start, length }: Part, values: Float64Array): Float64Array {
  return values.map((x, n) => (n >= start && n < start + length ? x : 0))
}

function unit(direction: Float64Array): Float64Array {
  const length = norm(direction)
  return length > 0 ? direction.map((x) => x / length) : direction
}
