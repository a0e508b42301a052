import { createRng, NO_ITEM } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { randomSplit } from '@recdistill/testkit'
import { expect, test } from 'vitest'
import neumf from './neumf.ts'

const engine = createEngine({ threads: 2 })

const blockRows = 1024

const create = (
  split: ReturnType<typeof randomSplit>,
  { dim = 4, ...params }: { dim?: number; layers?: number; init?: number } = {},
) =>
  neumf.create(
    { split, dim, optimizer: { lr: 0.01, weightDecay: 0 }, rng: createRng(4), engine, trainable: true },
    neumf.params.parse(params),
  )

test.each([1, 2, 3])(
  'a score is the product and the perceptron of %i layers, weighted and added',
  (layers) => {
    const split = randomSplit({ users: 5, items: 9, seed: 1 })
    const model = create(split, { layers, init: 0.7 })
    const { parameters } = model.state()
    parameters['output bias'][0] = 0.3
    for (let n = 1; n <= layers; n++)
      parameters[`hidden ${n} bias`].forEach((_, d, bias) => (bias[d] = 0.4 * n - 0.1 * d)) // they start at 0
    model.restore({ parameters })
    const { users, items, 'mlp users': deepUsers, 'mlp items': deepItems, output } = model.state().parameters
    const row = (table: Float32Array, id: number) => [...table.subarray(id * 4, id * 4 + 4)]
    for (const [user, item] of [
      [0, 8],
      [3, 2],
    ]) {
      let hidden = [...row(deepUsers, user), ...row(deepItems, item)]
      for (let n = 1; n <= layers; n++) {
        const weights = parameters[`hidden ${n}`]
        const bias = parameters[`hidden ${n} bias`]
        hidden = [...bias].map((b, d) =>
          Math.max(
            0,
            hidden.reduce((sum, h, at) => sum + h * weights[at * bias.length + d], b),
          ),
        )
      }
      expect(hidden.length).toBe(4 / 2 ** (layers - 1))
      const product = row(users, user).map((x, d) => x * row(items, item)[d])
      const expected = [...product, ...hidden].reduce((sum, x, d) => sum + x * output[d], 0.3)
      expect(model.scoresOf(Uint32Array.of(user), Uint32Array.of(item), 1)).toBeNear([expected], {
        rel: 1e-5,
      })
    }
  },
)

test('its own loss is the cross-entropy of seen items and of negatives, summed', () => {
  const model = create(randomSplit({ users: 5, items: 9, seed: 1 }), { init: 0.7 })
  const users = Uint32Array.of(0, 2)
  const [positives, negatives] = [Uint32Array.of(3, 4), Uint32Array.of(5, 6, 7, 8)]
  const softplus = (x: number) => Math.log(1 + Math.exp(x))
  const seen = [...model.scoresOf(users, positives, 1)].reduce((sum, s) => sum + softplus(-s), 0)
  const unseen = [...model.scoresOf(users, negatives, 2)].reduce((sum, s) => sum + softplus(s), 0)
  const rng = createRng(0)
  expect(model.base({ users, positives, negatives, negativesPerRow: 2, rng })).toBeNear(seen + unseen, {
    rel: 1e-5,
  })
})

test('a catalogue, and a list, of several blocks are scored as pair by pair', () => {
  const items = 2 * blockRows + 100
  const model = create(randomSplit({ users: 3, items, seed: 1 }), { init: 0.7 })
  const everything = Uint32Array.from({ length: items }, (_, item) => item)
  const scores = model.scoresOf(Uint32Array.of(2), everything, items)
  for (const item of [0, blockRows - 1, blockRows, items - 1])
    expect(model.scoresOf(Uint32Array.of(2), Uint32Array.of(item), 1)).toBeNear([scores[item]], { rel: 1e-6 })
  const order = [...everything].sort((a, b) => scores[b] - scores[a] || a - b)
  expect([...model.rank(Uint32Array.of(2), 10, null).items]).toEqual(order.slice(0, 10))
})

test('padding between items moves no score', () => {
  const model = create(randomSplit({ users: 5, items: 9, seed: 1 }), { init: 0.7 })
  const padded = model.scoresOf(Uint32Array.of(0, 1), Uint32Array.of(NO_ITEM, 3, 4, NO_ITEM), 2)
  const alone = model.scoresOf(Uint32Array.of(0, 1), Uint32Array.of(3, 4), 1)
  expect([...padded]).toEqual([0, alone[0], alone[1], 0])
})

test('the vectors to compare are both of a user or an item, one after the other', () => {
  const model = create(randomSplit({ users: 5, items: 9, seed: 1 }))
  const { users, 'mlp users': deepUsers, items, 'mlp items': deepItems } = model.state().parameters
  const row = (table: Float32Array, id: number) => [...table.subarray(id * 4, id * 4 + 4)]
  const rows = model.rowsOf('users', Uint32Array.of(3, 1))
  expect([...rows]).toEqual([3, 1].flatMap((id) => [...row(users, id), ...row(deepUsers, id)]))
  expect([...model.rowsOf('items', Uint32Array.of(8))]).toEqual([...row(items, 8), ...row(deepItems, 8)])
})
