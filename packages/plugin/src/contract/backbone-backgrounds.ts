import { createRng, NO_ITEM, rowOf, type Csr } from '@recdistill/core'
import assert from 'node:assert/strict'
import type { z } from 'zod'
import type { Backbone, BackboneDefinition } from '../backbone.ts'
import { expectSlopes, upstream } from './slopes.ts'
import { at, gradientOf, type BackboneContract, type Parameters } from './backbone-scene.ts'
import type { Check } from './check.ts'
import { assertNear } from './near.ts'
import { scatteredCheck } from './scene-check.ts'

/** User 2 stands twice; what is listed may be seen as well, stand twice or be padding. */
const users = Uint32Array.of(0, 2, 2, 5, 6)
const items = Uint32Array.of(1, 0, 5, NO_ITEM, 11, 11, 3, 2, NO_ITEM, NO_ITEM) // users x 2
const clamps = [null, 0.2]

/** Whether backgrounds, where a backbone offers them, are those of its scores. */
export function backboneBackgrounds<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  contract: BackboneContract,
): Check[] {
  const scattered = scatteredCheck(definition, contract)
  const check = (
    name: string,
    run: (backbone: Offering, parameters: Parameters, seen: readonly (Csr | null)[]) => void,
  ) =>
    scattered(name, (backbone, parameters, _rng, { split }) => {
      if (offers(backbone)) run(backbone, parameters, [null, split.train])
    })
  return [
    check(
      'backgrounds are log-sum-exps of the scores that are neither seen nor listed',
      (backbone, ...rest) =>
        eachOf(...rest, (parameters, exclude, clamp) => {
          const sums = at(backbone, parameters, () => backbone.backgroundOf(users, items, 2, exclude, clamp))
          assertNear(
            sums,
            at(backbone, parameters, () => plainSums(backbone, exclude, clamp)),
            { rel: 1e-5 },
            'sums',
          )
        }),
    ),
    check('pullBackground agrees with finite differences of backgrounds', (backbone, ...rest) =>
      eachOf(...rest, (parameters, exclude, clamp) => {
        const grad = upstream(users.length, createRng(8))
        const sums = () => backbone.backgroundOf(users, items, 2, exclude, clamp)
        const pulled = gradientOf(backbone, parameters, () =>
          backbone.pullBackground(users, items, 2, exclude, clamp, grad, sums()),
        )
        // a score at the clamp has two slopes: there the gradient is that of the scores inside
        if (clamp === null)
          expectSlopes(backbone, parameters, createRng(8), pulled, () =>
            sums().reduce((sum, value, row) => sum + grad[row] * value, 0),
          )
        const expected = gradientOf(backbone, parameters, () =>
          pullScores(backbone, exclude, clamp, grad, sums()),
        )
        for (const [name, values] of Object.entries(expected))
          assertNear(pulled[name], values, { rel: 1e-4 }, `gradient of ${name}`)
      }),
    ),
  ]
}

type Offering = Backbone & Required<Pick<Backbone, 'backgroundOf' | 'pullBackground'>>

function offers(backbone: Backbone): backbone is Offering {
  const [sums, pull] = [backbone.backgroundOf !== undefined, backbone.pullBackground !== undefined]
  assert.equal(sums, pull, 'backgroundOf and pullBackground: a backbone has both or neither')
  return sums
}

function eachOf(
  parameters: Parameters,
  seen: readonly (Csr | null)[],
  run: (parameters: Parameters, exclude: Csr | null, clamp: number | null) => void,
): void {
  for (const exclude of seen) for (const clamp of clamps) run(parameters, exclude, clamp)
}

/** The background items of each row with their scores. */
function backgrounds(backbone: Backbone, exclude: Csr | null): { item: number; score: number }[][] {
  const all = Uint32Array.from({ length: backbone.numItems }, (_, item) => item)
  return Array.from(users, (user, row) => {
    const scores = backbone.scoresOf(Uint32Array.of(user), all, all.length)
    const left = new Set([...items.subarray(2 * row, 2 * row + 2), ...(exclude ? rowOf(exclude, user) : [])])
    return [...all].filter((item) => !left.has(item)).map((item) => ({ item, score: scores[item] }))
  })
}

function plainSums(backbone: Backbone, exclude: Csr | null, clamp: number | null): number[] {
  const limit = clamp ?? Infinity
  return backgrounds(backbone, exclude).map((row) =>
    Math.log(row.reduce((sum, { score }) => sum + Math.exp(Math.min(Math.max(score, -limit), limit)), 0)),
  )
}

function pullScores(
  backbone: Backbone,
  exclude: Csr | null,
  clamp: number | null,
  grad: Float32Array,
  sums: Float32Array,
): void {
  backgrounds(backbone, exclude).forEach((scored, row) => {
    const inside = scored.filter(({ score }) => Math.abs(score) <= (clamp ?? Infinity))
    const shares = inside.map(({ score }) => grad[row] * Math.exp(score - sums[row]))
    const ids = Uint32Array.from(inside, ({ item }) => item)
    backbone.pullScores(users.subarray(row, row + 1), ids, ids.length, Float32Array.from(shares))
  })
}
