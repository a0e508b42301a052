import { createRng, groupByUser, InputError, NumericError, rowOf } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import type { BackboneDefinition } from '@recdistill/plugin'
import { randomSplit } from '@recdistill/testkit'
import { describe, expect, test } from 'vitest'
import ease from './ease.ts'
import ials from './ials.ts'
import itemKnn from './item-knn.ts'
import popularity from './popularity.ts'

const engine = createEngine({ threads: 1 })

/** Users like {0, 1}, {0, 1}, {1, 2}, {0}; item 3 is cold. */
const small = {
  ...randomSplit({ users: 4, items: 4, seed: 1 }),
  train: groupByUser(4, Uint32Array.of(0, 0, 1, 1, 2, 2, 3), Uint32Array.of(0, 1, 0, 1, 1, 2, 0)),
}

const fitted = (
  definition: BackboneDefinition,
  params: Record<string, unknown> = {},
  split = small,
  dim = 3,
) => {
  const context = {
    split,
    dim,
    optimizer: { lr: 1, weightDecay: 0 },
    rng: createRng(1),
    engine,
    trainable: true,
  }
  const model = definition.create(context, definition.params.parse(params))
  model.fit?.()
  model.begin()
  return model
}

const rowOfScores = (model: ReturnType<typeof fitted>, user: number) => [
  ...model.scoresOf(
    Uint32Array.of(user),
    Uint32Array.from({ length: model.numItems }, (_, item) => item),
    model.numItems,
  ),
]

test('popularity is the share of users, and everyone sees the same list, ties by id', () => {
  const model = fitted(popularity)
  for (const user of [0, 3]) {
    expect(rowOfScores(model, user)).toEqual([0.75, 0.75, 0.25, 0])
    expect([...model.rank(Uint32Array.of(user), 4, null).items]).toEqual([0, 1, 2, 3])
  }
  expect(model.parameters).toBe(4)
})

describe('item-knn', () => {
  // cosines: (0, 1) = 2 / 3, (1, 2) = 1 / sqrt(3), (0, 2) = 0
  test('sums the cosines to what a user has seen', () => {
    const model = fitted(itemKnn, { shrink: 0 })
    expect(rowOfScores(model, 2)).toBeNear([2 / 3, 1 / Math.sqrt(3), 1 / Math.sqrt(3), 0], { rel: 1e-6 })
    expect(rowOfScores(model, 3)).toBeNear([0, 2 / 3, 0, 0], { rel: 1e-6 })
  })

  test('an item listens to its nearest neighbours alone', () => {
    // with one neighbour item 1 knows item 0, and items 0 and 2 know item 1
    const model = fitted(itemKnn, { shrink: 0, neighbours: 1 })
    expect(rowOfScores(model, 2)).toBeNear([2 / 3, 0, 1 / Math.sqrt(3), 0], { rel: 1e-6 })
  })

  test('shrinking distrusts what few have seen', () => {
    const model = fitted(itemKnn, { shrink: 10 })
    expect(rowOfScores(model, 3)).toBeNear([0, 2 / 13, 0, 0], { rel: 1e-6 })
  })

  test('a checkpoint with ids that are none is refused', () => {
    const model = fitted(itemKnn)
    const { neighbours, similarities } = model.state().parameters
    for (const wrong of [4, -2, 0.5, NaN]) {
      const ids = neighbours.slice()
      ids[1] = wrong
      expect(() => model.restore({ parameters: { neighbours: ids, similarities } })).toThrow(InputError)
    }
    const parameters = { neighbours, similarities: similarities.map(() => NaN) }
    expect(() => model.restore({ parameters })).toThrow(NumericError)
  })
})

describe('ease', () => {
  test('is the least-squares auto-encoder without a diagonal', () => {
    const split = randomSplit({ users: 40, items: 12, seed: 4 })
    const l2 = 3
    const n = 12
    const weights = fitted(ease, { l2 }, split).state().parameters.weights
    const gram = new Float64Array(n * n)
    for (let user = 0; user < 40; user++)
      for (const a of rowOf(split.train, user)) for (const b of rowOf(split.train, user)) gram[a * n + b]++
    // Stationary: the gradient of |X - X B|^2 + l2 |B|^2, (X'X + l2 I) B - X'X, is zero away from the diagonal.
    for (let a = 0; a < n; a++)
      for (let b = 0; b < n; b++) {
        if (a === b) {
          expect(weights[a * n + b]).toBeNear(0, { abs: 0 })
          continue
        }
        let gradient = l2 * weights[a * n + b] - gram[a * n + b]
        for (let k = 0; k < n; k++) gradient += gram[a * n + k] * weights[k * n + b]
        expect(gradient).toBeNear(0, { abs: 1e-4 })
      }
    const model = fitted(ease, { l2 }, split)
    const expected = Array.from({ length: n }, (_, item) =>
      [...rowOf(split.train, 5)].reduce((sum, seen) => sum + weights[seen * n + item], 0),
    )
    expect(rowOfScores(model, 5)).toBeNear(expected, { rel: 1e-5 })
  })

  test('a catalogue too large is refused before any memory is taken, with what it would need', () => {
    const huge = { ...small, numItems: 41_000 }
    expect(() => fitted(ease, {}, huge)).toThrow(/41000 x 41000 items takes 6\.7 GB .* stops at 20000/)
    expect(() => fitted(ease, { maxItems: 3 })).toThrow(InputError)
  })
})

describe('ials', () => {
  const split = randomSplit({ users: 30, items: 20, seed: 4 })
  const settings = { unobserved: 0.2, l2: 0.05, nu: 0.8 }

  /** The objective in the doc comment, term by term. */
  const objective = (users: Float32Array, items: Float32Array, dim: number) => {
    const dot = (user: number, item: number) => {
      let sum = 0
      for (let d = 0; d < dim; d++) sum += users[user * dim + d] * items[item * dim + d]
      return sum
    }
    let loss = 0
    const degrees = { user: new Array<number>(30).fill(0), item: new Array<number>(20).fill(0) }
    for (let user = 0; user < 30; user++) {
      for (let item = 0; item < 20; item++) loss += settings.unobserved * dot(user, item) ** 2
      for (const item of rowOf(split.train, user)) {
        loss += (1 - dot(user, item)) ** 2
        degrees.user[user]++
        degrees.item[item]++
      }
    }
    const penalty = (rows: Float32Array, degree: number[], other: number) =>
      degree.forEach((count, row) => {
        const weight = settings.l2 * (count + settings.unobserved * other) ** settings.nu
        for (let d = 0; d < dim; d++) loss += weight * rows[row * dim + d] ** 2
      })
    penalty(users, degrees.user, 20)
    penalty(items, degrees.item, 30)
    return loss
  }

  test.each(['cholesky', 'cg'])(
    'solved by %s, the loss falls and ends where no item can improve it',
    (solver) => {
      const at = (iterations: number) => {
        const { users, items } = fitted(ials, { ...settings, solver, iterations }, split).state().parameters
        return { users: users.slice(), items: items.slice() }
      }
      const losses = [1, 2, 4, 8].map((iterations) => {
        const { users, items } = at(iterations)
        return objective(users, items, 3)
      })
      for (let n = 1; n < losses.length; n++) expect(losses[n]).toBeLessThan(losses[n - 1])
      const { users, items } = at(60)
      const best = objective(users, items, 3)
      for (const [of, rows] of [
        ['users', users],
        ['items', items],
      ] as const)
        for (const place of [0, 7, 20]) {
          const slope = [1e-3, -1e-3].map((step) => {
            const moved = rows.slice()
            moved[place] += step
            return of === 'users' ? objective(moved, items, 3) : objective(users, moved, 3)
          })
          expect(Math.min(...slope)).toBeGreaterThan(best - 1e-5)
        }
    },
  )

  test('both solvers end at the same scores', () => {
    const [exact, steps] = ['cholesky', 'cg'].map((solver) =>
      rowOfScores(fitted(ials, { ...settings, solver, iterations: 100 }, split), 4),
    )
    expect(steps).toBeNear(exact, { rel: 1e-2, abs: 1e-3 })
  })

  test('who has seen nothing has no vector', () => {
    const train = groupByUser(4, Uint32Array.of(0, 0), Uint32Array.of(0, 1))
    const { users, items } = fitted(ials, {}, { ...small, train }).state().parameters
    expect([...users.slice(3)]).toEqual(new Array(9).fill(0))
    expect([...items.slice(6)]).toEqual(new Array(6).fill(0))
  })
})
