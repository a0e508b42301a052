import { createRng, NO_ITEM, transpose } from '@recdistill/core'
import assert from 'node:assert/strict'
import type { z } from 'zod'
import type { Backbone, BackboneDefinition } from '../backbone.ts'
import { rowDimOf } from '../model.ts'
import { upstream } from './slopes.ts'
import {
  at,
  gradientOf,
  type BackboneContract,
  type BackboneScene,
  type Parameters,
} from './backbone-scene.ts'
import { expectPositions, expectRanking } from './backbone-views.ts'
import type { Check } from './check.ts'
import { assertNear } from './near.ts'
import { scatteredCheck } from './scene-check.ts'

const items = Uint32Array.of(1, 7, 9, 7)
const users = Uint32Array.of(0, 3, NO_ITEM, 5, 3, 6, 2, 2) // items x 2, one repeated

/** Whether the flipped model, where a backbone has one, is the same model with users and items in exchanged places. */
export function backboneFlipped<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  contract: BackboneContract,
): Check[] {
  const scattered = scatteredCheck(definition, contract)
  const check = (
    name: string,
    run: (of: { backbone: Backbone; flipped: Backbone; parameters: Parameters } & BackboneScene) => void,
  ) =>
    scattered(name, (backbone, parameters, _rng, scene) => {
      const flipped = backbone.flipped?.()
      if (flipped) at(backbone, parameters, () => run({ ...scene, backbone, flipped, parameters }))
    })
  const views = [
    check('flipped, it has the same scores and vectors', ({ backbone, flipped }) => {
      assert.deepEqual(
        [flipped.numUsers, flipped.numItems, flipped.dim],
        [backbone.numItems, backbone.numUsers, backbone.dim],
      )
      const scores = flipped.scoresOf(items, users, 2).slice()
      assertNear(scores, scoresThere(backbone), { rel: 1e-5 }, 'scores')
      const tensor = flipped.scores(items, users, 2)
      assertNear(tensor.dataSync(), scores, { rel: 1e-6 }, 'scores as a tensor')
      tensor.dispose()
      const ids = Uint32Array.of(6, 0, 6)
      for (const [of, other] of [
        ['users', 'items'],
        ['items', 'users'],
      ] as const)
        // prettier-ignore
        assert.deepEqual([...flipped.rowsOf(of, ids)], [...backbone.rowsOf(other, ids)], `rows of ${of}`)
    }),
    check('flipped, it ranks users for an item', ({ flipped, split }) => {
      for (const exclude of [null, transpose(split.train, split.numItems)]) {
        for (const k of [1, 4, split.numUsers]) expectRanking(flipped, k, exclude)
        expectPositions(flipped, exclude)
      }
    }),
  ]
  if (definition.trains === 'once') return views
  return [
    ...views,
    check('flipped, gradients reach the same parameters', ({ backbone, flipped, parameters }) => {
      const grad = upstream(users.length, createRng(8))
      const rowGrad = upstream(2 * rowDimOf(backbone), createRng(9))
      const ids = Uint32Array.of(5, 2)
      const [here, there] = [
        () => {
          flipped.pullScores(items, users, 2, grad)
          flipped.pullRows('users', ids, rowGrad)
        },
        () => {
          eachPair((item, user, n) => {
            backbone.pullScores(Uint32Array.of(user), Uint32Array.of(item), 1, grad.slice(n, n + 1))
          })
          backbone.pullRows('items', ids, rowGrad)
        },
      ].map((pull) => gradientOf(backbone, parameters, pull))
      for (const [name, values] of Object.entries(there))
        assertNear(here[name], values, { rel: 1e-4 }, `gradient of ${name}`)
    }),
  ]
}

function eachPair(see: (item: number, user: number, n: number) => void): void {
  users.forEach((user, n) => {
    if (user !== NO_ITEM) see(items[n >> 1], user, n)
  })
}

/** The same scores, asked of the model itself. */
function scoresThere(backbone: Backbone): Float32Array {
  const scores = new Float32Array(users.length)
  eachPair((item, user, n) => {
    scores[n] = backbone.scoresOf(Uint32Array.of(user), Uint32Array.of(item), 1)[0]
  })
  return scores
}
