import type { Rng } from '@recdistill/core'
import assert from 'node:assert/strict'
import type { Backbone } from '../backbone.ts'
import { at, type Parameters } from './backbone-scene.ts'

const step = 1e-2

/** Of either sign and none near zero: a place that is forgotten shows. */
export function upstream(length: number, rng: Rng): Float32Array {
  return Float32Array.from({ length }, () => (rng.int(2) ? 1 : -1) * (0.5 + rng.float()))
}

/** Above this many parameters only some, drawn at random, are moved. */
const mostCoordinates = 150

/** Moves parameters one at a time and compares the slopes with the gradient. */
export function expectSlopes(
  backbone: Backbone,
  parameters: Parameters,
  rng: Rng,
  gradient: Parameters,
  value: () => number,
  training?: Rng,
): void {
  const places = Object.entries(parameters).flatMap(([name, values]) =>
    [...values.keys()].map((n) => ({ name, n })),
  )
  const most = places.reduce((largest, { name, n }) => Math.max(largest, Math.abs(gradient[name][n])), 0)
  assert.ok(most > 0, 'the gradient is zero')
  // Values are float32: known to about 1e-6 of their size, and a slope to that over the step.
  const tolerance = 5e-3 * most + (1e-6 * Math.abs(at(backbone, parameters, value, training))) / step
  const share = mostCoordinates / places.length
  for (const { name, n } of places) {
    if (rng.float() >= share) continue
    const valueAt = (t: number) => {
      const moved = parameters[name].slice()
      moved[n] += t
      return at(backbone, { ...parameters, [name]: moved }, value, training)
    }
    const slope = (valueAt(step) - valueAt(-step)) / (2 * step)
    assert.ok(
      Math.abs(slope - gradient[name][n]) <= tolerance,
      `${name}[${n}]: slope ${slope}, its gradient says ${gradient[name][n]} (within ${tolerance})`,
    )
  }
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let n = 0; n < a.length; n++) sum += a[n] * b[n]
  return sum
}
