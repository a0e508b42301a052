import { createRng, NO_ITEM, type Rng } from '@recdistill/core'
import { countTensors, prepareTensors } from '@recdistill/tensor'
import assert from 'node:assert/strict'
import type { z } from 'zod'
import type { Backbone, BackboneDefinition } from '../backbone.ts'
import type { FusedInput, FusedLoss } from '../fused.ts'
import { batchFor, rowsInBatch } from './backbone-batch.ts'
import { at, gradientOf, inScene, scatter, type BackboneContract, type Parameters } from './backbone-scene.ts'
import type { Check } from './check.ts'
import { assertNear } from './near.ts'
import { plainFused, readBy } from './plain-fused.ts'

const step = 1e-2
const users = Uint32Array.of(0, 2, 2, 5, 6)
const items = Uint32Array.of(1, 7, NO_ITEM, 4, 0, 11, 3, NO_ITEM, NO_ITEM, 2, 4, 10, 5, 9, 1) // users x 3, one repeated
/** Whether gradients say what the views do. */
export function backboneGradients<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  contract: BackboneContract,
): Check[] {
  const check = (
    name: string,
    run: (backbone: Backbone, parameters: Parameters, rng: Rng) => void,
  ): Check => ({
    name,
    async run() {
      await prepareTensors()
      inScene(definition, contract, ({ make, spread }) => {
        const backbone = make()
        run(backbone, scatter(backbone, spread), createRng(8))
      })
    },
  })
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
      if (backbone.dim === 0) return // there are no rows
      for (const of of ['users', 'items'] as const) {
        const ids = Uint32Array.of(3, 0, 3, 6)
        const grad = upstream(ids.length * backbone.dim, rng)
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
    check(
      'built-in losses by name equal their formulas, in value and gradient',
      (backbone, parameters, rng) => {
        if (!backbone.fused) return
        for (const loss of losses) expectFused(backbone, parameters, loss, fusedInput(rng))
      },
    ),
    check('scores are a tensor of the same numbers, and no other tensor is left', (backbone, parameters) =>
      at(backbone, parameters, () => {
        const before = countTensors()
        const tensor = backbone.scores(users, items, 3)
        assert.deepEqual(tensor.shape, [users.length, 3])
        assertNear(tensor.dataSync(), backbone.scoresOf(users, items, 3), { rel: 1e-6 }, 'scores')
        tensor.dispose()
        assert.equal(countTensors() - before, 0, 'tensors after minus before')
      }),
    ),
  ]
}

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
  const most = Math.max(...places.map(({ name, n }) => Math.abs(gradient[name][n])))
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

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let n = 0; n < a.length; n++) sum += a[n] * b[n]
  return sum
}
