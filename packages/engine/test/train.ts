import { createRng } from '@recdistill/core'
import type { Engine } from '../src/index.ts'
import { idsOf, normals, world } from './engines.ts'

/** Some steps of everything that trains; the values and moments at the end. */
export function train(
  engine: Engine,
  dim: number,
  steps: number,
  options: (step: number) => { weightDecay: number; sparse?: boolean },
) {
  const rng = createRng(dim)
  const { user, item } = world(engine, dim, normals(rng, 60 * dim, 0.3), normals(rng, 200 * dim, 0.3))
  const losses: number[] = []
  for (let step = 0; step < steps; step++) {
    const rows = 70
    const users = idsOf(rng, rows, 60)
    const a = { users, items: idsOf(rng, rows * 6, 50, 0.2), k: 6 }
    const b = { users, items: idsOf(rng, rows * 9, 200, 0.4), k: 9 }
    const weights = new Float32Array(rows).fill(0.5)
    losses.push(engine.bpr(user, item, users, idsOf(rng, rows, 80), idsOf(rng, rows, 200), 1))
    if (step % 3 === 0) losses.push(engine.relaxedRanking(user, item, a, b, weights, null, 0.1))
    if (step % 4 === 0)
      losses.push(
        engine.rceKd(
          user,
          item,
          a,
          normals(rng, rows * 6),
          b,
          normals(rng, rows * 9),
          weights,
          weights,
          1,
          2,
        ),
      )
    if (step % 5 === 0) engine.pullRows(item, Uint32Array.from([3, 199, 3]), normals(rng, 3 * dim))
    engine.adam([user, item], { lr: step < 9 ? 1e-2 : 1e-3, ...options(step) })
  }
  const bits = [user, item].flatMap((table) => {
    const { m, v } = engine.optimizerState(table)
    return [engine.read(table), m, v].map((array) => Uint32Array.from(new Uint32Array(array.slice().buffer)))
  })
  const values = [...engine.read(user), ...engine.read(item)]
  engine.dispose()
  return { losses, bits, values }
}
