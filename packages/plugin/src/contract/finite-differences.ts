import { NO_ITEM, type Rng } from '@recdistill/core'
import assert from 'node:assert/strict'
import type { AnyMethod } from '../method.ts'
import { evaluate } from './evaluate.ts'
import type { Drawn, Params, Scene } from './scene.ts'
import type { StandIn } from './stand-in.ts'

const step = 1e-2

/**
 * Compares slopes of the loss along directions in the student's tables with the gradient pulled back to them. Directions are
 * parts of the gradient itself, where a slope is largest, and random ones, which find what the gradient leaves out.
 */
export function expectPullback(
  method: AnyMethod,
  params: Params,
  scene: Scene,
  drawn: Drawn,
  rng: Rng,
): void {
  const rows = [...scene.seen.keys()]
  const { value, gradients } = evaluate(method, params, scene, drawn, { rows })
  const gradient = pullBack(scene.student, drawn, gradients)
  const length = Math.hypot(...gradient)
  const lossAt = (direction: Float64Array, t: number) =>
    evaluate(method, params, { ...scene, student: moved(scene.student, direction, t) }, drawn, { rows }).value
  // Tapes are float32, so a loss is known to about 1e-6 of its size, and a slope to that over the step.
  const tolerance = 3e-3 * length + (1e-6 * Math.abs(value)) / step
  for (let round = 0; round < 6; round++) {
    const direction = unit(gradient.map((g) => (round < 4 ? g * rng.int(2) : rng.normal())))
    const slope = (lossAt(direction, step) - lossAt(direction, -step)) / (2 * step)
    const expected = gradient.reduce((sum, g, n) => sum + g * direction[n], 0)
    assert.ok(
      Math.abs(slope - expected) <= tolerance,
      `slope ${slope} along a direction, its gradient says ${expected} (within ${tolerance})`,
    )
  }
}

/** d loss / d tables, users first: score = <user row, item row>. */
function pullBack(
  student: StandIn,
  { lists }: Drawn,
  gradients: Readonly<Record<string, Float32Array>>,
): Float64Array {
  const { users, items, dim } = student
  const out = new Float64Array(users.length + items.length)
  for (const [name, gradient] of Object.entries(gradients)) {
    const { size, items: ids } = lists[name]
    gradient.forEach((g, n) => {
      if (ids[n] === NO_ITEM) return
      const u = Math.floor(n / size) * dim
      const i = ids[n] * dim
      for (let d = 0; d < dim; d++) {
        out[u + d] += g * items[i + d]
        out[users.length + i + d] += g * users[u + d]
      }
    })
  }
  return out
}

function moved(student: StandIn, direction: Float64Array, t: number): StandIn {
  const { users, items } = student
  return {
    ...student,
    users: users.map((x, n) => x + t * direction[n]),
    items: items.map((x, n) => x + t * direction[users.length + n]),
  }
}

function unit(direction: Float64Array): Float64Array {
  const length = Math.hypot(...direction)
  return length > 0 ? direction.map((x) => x / length) : direction
}
