import assert from 'node:assert/strict'
import type { z } from 'zod'
import type { BackboneDefinition } from '../backbone.ts'
import { rowDimOf } from '../model.ts'
import { batchFor, rowsInBatch } from './backbone-batch.ts'
import { at, gradientOf, type BackboneContract } from './backbone-scene.ts'
import { expectTensorOfScores } from './backbone-views.ts'
import type { Check } from './check.ts'
import { assertNear } from './near.ts'
import { items, users } from './sample-lists.ts'
import { scatteredCheck } from './scene-check.ts'
import { dot, expectSlopes, upstream } from './slopes.ts'

/** Whether gradients say what the views do. */
export function backboneGradients<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  contract: BackboneContract,
): Check[] {
  const check = scatteredCheck(definition, contract)
  return [
    check('gradient of the own objective agrees with finite differences', (backbone, parameters, rng) =>
      expectSlopes(
        backbone,
        parameters,
        rng,
        gradientOf(backbone, parameters, () => void backbone.base(batchFor(definition))),
        () => {
          const loss = backbone.base(batchFor(definition))
          backbone.update() // so that no gradient stays behind
          return loss
        },
      ),
    ),
    check('the own objective sums over its rows', (backbone, parameters) => {
      const lossOf = (from: number, to: number) =>
        at(backbone, parameters, () => {
          const loss = backbone.base(batchFor(definition, from, to))
          backbone.update()
          return loss
        })
      const parts = lossOf(0, 1) + lossOf(1, rowsInBatch)
      assertNear([parts], [lossOf(0, rowsInBatch)], {}, 'two parts and the whole')
    }),
    check('pullScores agrees with finite differences of scores', (backbone, parameters, rng) => {
      const grad = upstream(items.length, rng)
      const pulled = gradientOf(backbone, parameters, () => backbone.pullScores(users, items, 3, grad))
      expectSlopes(backbone, parameters, rng, pulled, () => dot(grad, backbone.scoresOf(users, items, 3)))
    }),
    check('pullRows agrees with finite differences of rows', (backbone, parameters, rng) => {
      if (rowDimOf(backbone) === 0) return // there are no rows
      for (const of of ['users', 'items'] as const) {
        const ids = Uint32Array.of(3, 0, 3, 6)
        const grad = upstream(ids.length * rowDimOf(backbone), rng)
        const pulled = gradientOf(backbone, parameters, () => backbone.pullRows(of, ids, grad))
        expectSlopes(backbone, parameters, rng, pulled, () => dot(grad, backbone.rowsOf(of, ids)))
      }
    }),
    check('pullRawRows agrees with finite differences of raw rows', (backbone, parameters, rng) => {
      const { rawRowsOf, pullRawRows } = backbone
      assert.equal(rawRowsOf === undefined, pullRawRows === undefined, 'both or neither')
      if (!rawRowsOf || !pullRawRows) return
      for (const of of ['users', 'items'] as const) {
        const ids = Uint32Array.of(3, 0, 3, 6)
        const grad = upstream(ids.length * backbone.dim, rng)
        const pulled = gradientOf(backbone, parameters, () => pullRawRows(of, ids, grad))
        expectSlopes(backbone, parameters, rng, pulled, () => dot(grad, rawRowsOf(of, ids)))
      }
    }),
    check('gradients of several views add up', (backbone, parameters) => {
      const grad = Float32Array.from(items, (_, n) => n - 7)
      const apart = [
        gradientOf(backbone, parameters, () => void backbone.base(batchFor(definition))),
        gradientOf(backbone, parameters, () => backbone.pullScores(users, items, 3, grad)),
      ]
      const together = gradientOf(backbone, parameters, () => {
        backbone.base(batchFor(definition))
        backbone.pullScores(users, items, 3, grad)
      })
      for (const [name, values] of Object.entries(together))
        assertNear(
          values,
          values.map((_, n) => apart[0][name][n] + apart[1][name][n]),
          {},
          name,
        )
    }),
    check('scores are a tensor of the same numbers, and no other tensor is left', (backbone, parameters) =>
      at(backbone, parameters, () => expectTensorOfScores(backbone, users, items)),
    ),
  ]
}
