import { NO_ITEM, type Rng } from '@recdistill/core'
import type { z } from 'zod'
import type { Backbone, BackboneDefinition } from '../backbone.ts'
import type { FusedInput, FusedLoss } from '../fused.ts'
import { at, gradientOf, type BackboneContract, type Parameters } from './backbone-scene.ts'
import type { Check } from './check.ts'
import { assertNear } from './near.ts'
import { plainFused, readBy } from './plain-fused.ts'
import { items, users } from './sample-lists.ts'
import { scatteredCheck } from './scene-check.ts'

/** Whether losses a backbone has kernels for are what their formulas say. */
export function backboneFused<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  contract: BackboneContract,
): Check[] {
  const check = scatteredCheck(definition, contract)
  return [
    check(
      'built-in losses by name equal their formulas, in value and gradient',
      (backbone, parameters, rng) => {
        if (!backbone.fused) return
        for (const loss of losses) expectFused(backbone, parameters, loss, fusedInput(rng))
      },
    ),
  ]
}

const losses: readonly FusedLoss[] = [
  { kind: 'softCrossEntropy', list: 'a', temperature: 1 },
  { kind: 'softCrossEntropy', list: 'b', temperature: 2.5 },
  { kind: 'binaryCrossEntropy', list: 'b', temperature: 1.5, shift: -0.4 },
  { kind: 'relaxedRanking', listed: 'a', background: 'b', scoreCap: null },
  { kind: 'relaxedRanking', listed: 'a', background: 'b', scoreCap: 0.1 },
  { kind: 'rceKd', top: 'a', approximate: 'b', gamma: 'gamma', temperature: 2 },
]

function fusedInput(rng: Rng): FusedInput {
  const teacher = (list: Uint32Array) => Float32Array.from(list, () => rng.normal())
  const b = Uint32Array.of(
    8,
    0,
    2,
    5,
    NO_ITEM,
    NO_ITEM,
    9,
    10,
    3,
    0,
    11,
    6,
    7,
    8,
    1,
    4,
    6,
    3,
    NO_ITEM,
    NO_ITEM,
  )
  return {
    users,
    weights: Float32Array.of(1, 2, 1, 3, 1),
    lists: {
      a: { items, k: 3, teacher: teacher(items) },
      b: { items: b, k: 4, teacher: teacher(b) },
    },
    values: { gamma: { data: Float32Array.of(0, 0.2, 0.5, 0.9, 1), size: 1 } },
  }
}

function expectFused(backbone: Backbone, parameters: Parameters, loss: FusedLoss, input: FusedInput): void {
  const scale = 0.7
  let value: number | null = null
  const gradient = gradientOf(
    backbone,
    parameters,
    () => void (value = backbone.fused?.(loss, input, scale) ?? null),
  )
  if (value === null) return
  const names = readBy(loss)
  const scores = Object.fromEntries(
    names.map((name) => [
      name,
      at(backbone, parameters, () =>
        backbone.scoresOf(users, input.lists[name].items, input.lists[name].k).slice(),
      ),
    ]),
  )
  const plain = plainFused(loss, input, scores)
  const expected = gradientOf(backbone, parameters, () => {
    for (const name of names) {
      const { items, k } = input.lists[name]
      backbone.pullScores(
        users,
        items,
        k,
        Float32Array.from(plain.gradients[name], (g) => scale * g),
      )
    }
  })
  assertNear([value], [plain.value], { rel: 2e-5 }, `value of ${loss.kind}`)
  for (const [name, values] of Object.entries(expected))
    assertNear(gradient[name], values, { rel: 1e-4 }, `${loss.kind}: gradient of ${name}`)
}
