import { createRng } from '@recdistill/core'
import assert from 'node:assert/strict'
import type { z } from 'zod'
import type { Backbone, BackboneDefinition } from '../backbone.ts'
import { rowDimOf } from '../model.ts'
import { at, gradientOf, type BackboneContract } from './backbone-scene.ts'
import type { Check } from './check.ts'
import { assertNear } from './near.ts'
import { scatteredCheck } from './scene-check.ts'
import { dot, expectSlopes, upstream } from './slopes.ts'

const users = Uint32Array.of(0, 2, 5, 4)
const items = Uint32Array.of(1, 7, 4, 0, 11, 3, 9, 2, 6, 10, 5, 8) // users x 3

/** Whether views in a step of training are of one model, whatever it drops. */
export function backboneSteps<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  contract: BackboneContract,
): Check[] {
  const check = scatteredCheck(definition, contract)
  const training = createRng(3).fork('step')
  return [
    check('in a step pullScores agrees with finite differences of scores', (backbone, parameters, rng) => {
      const grad = upstream(items.length, rng)
      const pulled = gradientOf(
        backbone,
        parameters,
        () => backbone.pullScores(users, items, 3, grad),
        training,
      )
      expectSlopes(
        backbone,
        parameters,
        rng,
        pulled,
        () => dot(grad, scoresOf(backbone, users, items)),
        training,
      )
    }),
    check('in a step pullRows agrees with finite differences of rows', (backbone, parameters, rng) => {
      if (rowDimOf(backbone) === 0) return // there are no rows
      const ids = Uint32Array.of(3, 0, 3, 5)
      const grad = upstream(ids.length * rowDimOf(backbone), rng)
      const pulled = gradientOf(backbone, parameters, () => backbone.pullRows('users', ids, grad), training)
      expectSlopes(
        backbone,
        parameters,
        rng,
        pulled,
        () => dot(grad, backbone.rowsOf('users', ids)),
        training,
      )
    }),
    check('of a stream there is one view of a user, whoever else is asked for', (backbone, parameters) => {
      const rows = (ids: Uint32Array) =>
        at(
          backbone,
          parameters,
          () => (rowDimOf(backbone) === 0 ? scoresOf(backbone, ids, ids) : backbone.rowsOf('users', ids)),
          training,
        )
      const whole = rows(users)
      assert.deepEqual(rows(users), whole, 'the same stream')
      const width = whole.length / users.length
      assertNear(rows(users.slice(2)), whole.slice(2 * width), { rel: 1e-6 }, 'two users of four')
    }),
    check('what is asked for in a step is as without one', (backbone, parameters) => {
      const ask = () => {
        scoresOf(backbone, users, items)
        const { items: ranked, scores } = backbone.rank(users, 5, null)
        const positions = backbone.positionsOf(users, items, 3, null)
        return [ranked, scores, positions, backbone.scoresOf(users, items, 3)].map((part) => [...part])
      }
      assert.deepEqual(at(backbone, parameters, ask, training), at(backbone, parameters, ask))
    }),
    check('after a step scores are those that are asked for', (backbone, parameters) => {
      at(backbone, parameters, () => scoresOf(backbone, users, items), training)
      backbone.begin()
      assertNear(
        scoresOf(backbone, users, items),
        backbone.scoresOf(users, items, 3),
        { rel: 1e-6 },
        'scores',
      )
    }),
  ]
}

/** What a loss is differentiated by. */
function scoresOf(backbone: Backbone, users: Uint32Array, items: Uint32Array): Float32Array {
  const tensor = backbone.scores(users, items, items.length / users.length)
  const scores = tensor.dataSync<'float32'>().slice()
  tensor.dispose()
  return scores
}
