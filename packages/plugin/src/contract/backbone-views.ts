import { InputError, NO_ITEM, rowOf, type Csr } from '@recdistill/core'
import { countTensors } from '@recdistill/tensor'
import assert from 'node:assert/strict'
import type { z } from 'zod'
import { asBackbone } from '../as-backbone.ts'
import type { Backbone, BackboneDefinition } from '../backbone.ts'
import { rowDimOf, type Model } from '../model.ts'
import { at, type BackboneContract, type BackboneScene } from './backbone-scene.ts'
import type { Check } from './check.ts'
import { assertNear } from './near.ts'
import { scatteredCheck } from './scene-check.ts'

/** Whether scores, rows, ranking and positions are views of one model. */
export function backboneViews<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  contract: BackboneContract,
): Check[] {
  const scattered = scatteredCheck(definition, contract)
  const check = (name: string, run: (backbone: Backbone, scene: BackboneScene) => void) =>
    scattered(name, (backbone, parameters, _rng, scene) =>
      at(backbone, parameters, () => run(backbone, scene)),
    )
  return [
    check('says its sizes', (backbone, { split, ...scene }) => {
      asBackbone(definition, definition.name)
      assert.equal(backbone.numUsers, split.numUsers)
      assert.equal(backbone.numItems, split.numItems)
      assert.ok(Number.isInteger(backbone.dim) && backbone.dim >= 0)
      assert.ok(Number.isInteger(backbone.parameters) && backbone.parameters > 0)
      // what counts or inverts may keep more, or less, than it deploys
      if (definition.trains !== 'once') assert.equal(backbone.parameters, numbersOf(backbone), 'parameters')
      const vectors = definition.vectors ?? true
      assert.equal(backbone.dim > 0, vectors, `vectors: ${vectors}, but dim is ${backbone.dim}`)
      const flips = definition.flips ?? vectors
      assert.equal(backbone.flipped !== undefined, flips, `flips: ${flips}, but flipped says otherwise`)
      assert.equal(backbone.rowDim, definition.rowDim?.(scene.dim), 'rowDim')
      const width = rowDimOf(backbone)
      if (width === 0) {
        assert.throws(() => backbone.rowsOf('users', Uint32Array.of(1)), InputError, 'no vectors to ask for')
        return
      }
      assert.equal(backbone.rowsOf('users', Uint32Array.of(1, 2, 1)).length, 3 * width)
      assert.equal(backbone.rowsOf('items', Uint32Array.of(11)).length, width)
    }),
    ...((contract.dot ?? true)
      ? [check('a score is the dot product of its rows', (backbone) => expectDotProducts(backbone))]
      : []),
    check('places holding no item score 0', (backbone) => {
      const scores = backbone.scoresOf(Uint32Array.of(0, 3), Uint32Array.of(1, NO_ITEM, NO_ITEM, NO_ITEM), 2)
      assert.deepEqual([...scores.subarray(1)], [0, 0, 0])
      assert.notEqual(scores[0], 0)
    }),
    check('rank agrees with a full sort, with and without exclusion', (backbone, { split }) => {
      for (const exclude of [null, split.train])
        for (const k of [1, 5, split.numItems]) expectRanking(backbone, k, exclude)
    }),
    check('equal scores rank smaller items first', (backbone) => {
      const parameters = Object.fromEntries(
        Object.entries(backbone.state().parameters).map(([name, values]) => [
          name,
          new Float32Array(values.length),
        ]),
      )
      at(backbone, parameters, () => {
        const { items } = backbone.rank(Uint32Array.of(0, 6), backbone.numItems, null)
        const order = [...everyone(backbone.numItems)]
        assert.deepEqual([...items], [...order, ...order])
      })
    }),
    check('positions are places in the ranking', (backbone, { split }) => {
      for (const exclude of [null, split.train]) expectPositions(backbone, exclude)
    }),
    check('a subset of users ranks as it does among all', (backbone, { split }) => {
      const all = backbone.rank(everyone(split.numUsers), 4, split.train).items.slice()
      const some = backbone.rank(Uint32Array.of(5, 1), 4, split.train).items
      assert.deepEqual([...some], [...all.slice(20, 24), ...all.slice(4, 8)])
    }),
  ]
}

function numbersOf(backbone: Backbone): number {
  return Object.values(backbone.state().parameters).reduce((sum, { length }) => sum + length, 0)
}

function everyone(numUsers: number): Uint32Array {
  return Uint32Array.from({ length: numUsers }, (_, user) => user)
}

function expectDotProducts(backbone: Backbone): void {
  if (backbone.dim === 0) return // there are no rows
  const rowsOf = backbone.scoringRowsOf ?? backbone.rowsOf
  const items = everyone(backbone.numItems)
  const rows = rowsOf('items', items).slice()
  for (let user = 0; user < backbone.numUsers; user++) {
    const scores = backbone.scoresOf(Uint32Array.of(user), items, items.length).slice()
    const row = rowsOf('users', Uint32Array.of(user)).slice()
    const products = [...items].map((item) =>
      row.reduce((sum, x, d) => sum + x * rows[item * row.length + d], 0),
    )
    assertNear(scores, products, { rel: 1e-5 }, `scores of user ${user}`)
  }
}

export function expectTensorOfScores(backbone: Backbone, users: Uint32Array, items: Uint32Array): void {
  const k = items.length / users.length
  const before = countTensors()
  const tensor = backbone.scores(users, items, k)
  assert.deepEqual(tensor.shape, [users.length, k])
  assertNear(tensor.dataSync(), backbone.scoresOf(users, items, k), { rel: 1e-6 }, 'scores')
  tensor.dispose()
  assert.equal(countTensors() - before, 0, 'tensors after minus before')
}

/** Ranks all users and compares with a full sort of their scores. */
export function expectRanking(model: Model, k: number, exclude: Csr | null): void {
  const ranking = model.rank(everyone(model.numUsers), k, exclude)
  assert.equal(ranking.k, k)
  assert.deepEqual([...ranking.users], [...everyone(model.numUsers)])
  const [items, scores] = [ranking.items.slice(), ranking.scores.slice()]
  for (let user = 0; user < model.numUsers; user++)
    expectTop(model, user, exclude ? [...rowOf(exclude, user)] : [], {
      items: items.slice(user * k, (user + 1) * k),
      scores: scores.slice(user * k, (user + 1) * k),
    })
}

export function expectPositions(model: Model, exclude: Csr | null): void {
  const { items: ranked } = model.rank(everyone(model.numUsers), model.numItems, exclude)
  const ranking = ranked.slice()
  for (let user = 0; user < model.numUsers; user++) {
    const row = ranking.subarray(user * model.numItems, (user + 1) * model.numItems)
    const items = row.filter((item) => item !== NO_ITEM).reverse()
    const positions = model.positionsOf(Uint32Array.of(user), items, items.length, exclude)
    assert.deepEqual([...positions], [...items.keys()].reverse(), `user ${user}`)
    if (!model.itemsAt) continue
    const asked = Uint32Array.of(...positions, NO_ITEM, items.length, model.numItems)
    const found = model.itemsAt(Uint32Array.of(user), asked, asked.length, exclude)
    const none = [NO_ITEM, NO_ITEM, NO_ITEM]
    assert.deepEqual([...found], [...items, ...none], `user ${user}: items at positions`)
  }
}

function expectTop(
  model: Model,
  user: number,
  left: readonly number[],
  { items, scores }: { items: Uint32Array; scores: Float32Array },
): void {
  const all = model.scoresOf(Uint32Array.of(user), everyone(model.numItems), model.numItems).slice()
  const sorted = [...all.keys()]
    .filter((item) => !left.includes(item))
    .sort((a, b) => all[b] - all[a] || a - b)
  const found = items.filter((item) => item !== NO_ITEM)
  assert.equal(found.length, Math.min(items.length, sorted.length), `user ${user}: how many are ranked`)
  assert.equal(new Set(found).size, found.length, `user ${user}: an item twice`)
  found.forEach((item, place) => {
    assert.ok(!left.includes(item), `user ${user}: excluded item ${item} is ranked`)
    // Another order of summation may swap items that are equal to the last bits, so scores are compared.
    assertNear(
      [all[item], scores[place]],
      [all[sorted[place]], all[item]],
      { rel: 1e-5 },
      `user ${user}, place ${place}`,
    )
  })
  assert.ok(
    scores.subarray(found.length).every((score) => score === -Infinity),
    `user ${user}: padding scores -Infinity`,
  )
  assert.ok(
    items.subarray(found.length).every((item) => item === NO_ITEM),
    `user ${user}: padding is last`,
  )
}
