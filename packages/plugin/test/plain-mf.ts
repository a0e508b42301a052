import { InputError, NO_ITEM, NumericError, rowOf, type Csr, type Ranking } from '@recdistill/core'
import { tf } from '@recdistill/tensor'
import { z } from 'zod'
import { defineBackbone, type Backbone, type BackboneContext } from '../src/index.ts'

interface Table {
  readonly values: Float32Array
  readonly grad: Float32Array
  readonly m: Float32Array
  readonly v: Float32Array
}
type Of = 'users' | 'items'

/** The smallest honest backbone: matrix factorisation in plain arrays. Every contract law is tried on it, and on broken copies. */
export const plainMf = defineBackbone({
  name: 'plain-mf',
  paper: { title: 'BPR', venue: 'UAI 2009' },
  params: z.object({ init: z.number().positive().default(0.1).describe('deviation of initial values') }),
  create: (context, { init }) => createPlainMf(context, init),
})

export function createPlainMf(
  { split, dim, optimizer, rng, trainable }: BackboneContext,
  init: number,
): Backbone {
  const { numUsers, numItems } = split
  const table = (name: Of, rows: number): Table => {
    const noise = rng.fork(name)
    const zeros = () => new Float32Array(rows * dim)
    return { values: zeros().map(() => init * noise.normal()), grad: zeros(), m: zeros(), v: zeros() }
  }
  const tables = { users: table('users', numUsers), items: table('items', numItems) }
  let step = 0

  const score = (user: number, item: number): number => {
    let sum = 0
    for (let d = 0; d < dim; d++)
      sum += tables.users.values[user * dim + d] * tables.items.values[item * dim + d]
    return sum
  }
  const pull = (user: number, item: number, g: number): void => {
    for (let d = 0; d < dim; d++) {
      tables.users.grad[user * dim + d] += g * tables.items.values[item * dim + d]
      tables.items.grad[item * dim + d] += g * tables.users.values[user * dim + d]
    }
  }
  const ordered = (user: number, exclude: Csr | null): { item: number; score: number }[] => {
    const left = exclude ? rowOf(exclude, user) : new Uint32Array(0)
    const all = Array.from({ length: numItems }, (_, item) => ({
      item,
      score: Math.fround(score(user, item)),
    }))
    if (all.some(({ score }) => Number.isNaN(score)))
      throw new NumericError(`plain-mf: user ${user} has a NaN score`)
    return all.filter(({ item }) => !left.includes(item)).sort((a, b) => b.score - a.score || a.item - b.item)
  }

  const backbone: Backbone = {
    numUsers,
    numItems,
    dim,
    parameters: (numUsers + numItems) * dim,
    begin() {},
    scoresOf: (users, items, k) =>
      Float32Array.from(items, (item, n) => (item === NO_ITEM ? 0 : score(users[Math.floor(n / k)], item))),
    scores: (users, items, k) => tf.tensor2d(backbone.scoresOf(users, items, k), [users.length, k]),
    pullScores(users, items, k, grad) {
      items.forEach((item, n) => {
        if (item !== NO_ITEM) pull(users[Math.floor(n / k)], item, grad[n])
      })
    },
    rowsOf: (of, ids) =>
      Float32Array.from(
        { length: ids.length * dim },
        (_, n) => tables[of].values[ids[Math.floor(n / dim)] * dim + (n % dim)],
      ),
    pullRows(of, ids, grad) {
      ids.forEach((id, n) => {
        for (let d = 0; d < dim; d++) tables[of].grad[id * dim + d] += grad[n * dim + d]
      })
    },
    base({ users, positives, negatives, negativesPerRow }) {
      let loss = 0
      users.forEach((user, row) => {
        for (let n = row * negativesPerRow; n < (row + 1) * negativesPerRow; n++) {
          const margin = score(user, negatives[n]) - score(user, positives[row])
          loss += Math.log1p(Math.exp(margin)) / negativesPerRow
          const g = 1 / (1 + Math.exp(-margin)) / negativesPerRow
          pull(user, negatives[n], g)
          pull(user, positives[row], -g)
        }
      })
      return loss
    },
    update() {
      if (!trainable) throw new InputError('plain-mf: this model is frozen')
      step++
      for (const [name, { values, grad, m, v }] of Object.entries(tables))
        for (let n = 0; n < values.length; n++) {
          const g = grad[n] + optimizer.weightDecay * values[n]
          m[n] = 0.9 * m[n] + 0.1 * g
          v[n] = 0.999 * v[n] + 0.001 * g * g
          values[n] -=
            (optimizer.lr * (m[n] / (1 - 0.9 ** step))) / (Math.sqrt(v[n] / (1 - 0.999 ** step)) + 1e-8)
          if (Number.isNaN(values[n]))
            throw new NumericError(`plain-mf: ${name} row ${Math.floor(n / dim)} is NaN`)
          grad[n] = 0
        }
    },
    rank(users, k, exclude): Ranking {
      const items = new Uint32Array(users.length * k).fill(NO_ITEM)
      const scores = new Float32Array(users.length * k).fill(-Infinity)
      users.forEach((user, row) =>
        ordered(user, exclude)
          .slice(0, k)
          .forEach(({ item, score }, place) => {
            items[row * k + place] = item
            scores[row * k + place] = score
          }),
      )
      return { users, k, items, scores }
    },
    positionsOf: (users, items, k, exclude) =>
      items.map((item, n) =>
        ordered(users[Math.floor(n / k)], exclude).findIndex((other) => other.item === item),
      ),
    state: () => ({
      parameters: { users: tables.users.values, items: tables.items.values },
      optimizer: {
        'users.m': tables.users.m,
        'users.v': tables.users.v,
        'items.m': tables.items.m,
        'items.v': tables.items.v,
      },
      step,
    }),
    restore(state) {
      for (const name of ['users', 'items'] as const) {
        const found = state.parameters[name]
        if (found?.length !== tables[name].values.length)
          throw new InputError(`restore: "${name}" does not fit`)
        tables[name].values.set(found)
        tables[name].m.set(state.optimizer?.[`${name}.m`] ?? new Float32Array(found.length))
        tables[name].v.set(state.optimizer?.[`${name}.v`] ?? new Float32Array(found.length))
      }
      step = state.step ?? 0
    },
    flipped: () => exchanged(backbone),
    dispose() {},
  }
  return backbone
}

/** Users and items in exchanged places, by asking for one place of a list after the other. */
function exchanged(backbone: Backbone): Backbone {
  const { numUsers, numItems } = backbone
  const other = (of: Of): Of => (of === 'users' ? 'items' : 'users')
  const each = (
    items: Uint32Array,
    users: Uint32Array,
    see: (item: number, user: number, n: number) => void,
  ) =>
    users.forEach((user, n) => {
      if (user !== NO_ITEM) see(items[Math.floor((n * items.length) / users.length)], user, n)
    })
  const model: Backbone = {
    ...backbone,
    numUsers: numItems,
    numItems: numUsers,
    scoresOf(items, users) {
      const scores = new Float32Array(users.length)
      each(items, users, (item, user, n) => {
        scores[n] = backbone.scoresOf(Uint32Array.of(user), Uint32Array.of(item), 1)[0]
      })
      return scores
    },
    scores: (items, users, k) => tf.tensor2d(model.scoresOf(items, users, k), [items.length, k]),
    pullScores: (items, users, _, grad) =>
      each(items, users, (item, user, n) =>
        backbone.pullScores(Uint32Array.of(user), Uint32Array.of(item), 1, grad.subarray(n, n + 1)),
      ),
    rowsOf: (of, ids) => backbone.rowsOf(other(of), ids),
    pullRows: (of, ids, grad) => backbone.pullRows(other(of), ids, grad),
    rank(items, k, exclude): Ranking {
      const users = new Uint32Array(items.length * k).fill(NO_ITEM)
      const scores = new Float32Array(items.length * k).fill(-Infinity)
      items.forEach((item, row) =>
        inOrder(item, exclude)
          .slice(0, k)
          .forEach(({ user, score }, place) => {
            users[row * k + place] = user
            scores[row * k + place] = score
          }),
      )
      return { users: items, k, items: users, scores }
    },
    positionsOf(items, users, k, exclude) {
      return users.map((user, n) =>
        inOrder(items[Math.floor(n / k)], exclude).findIndex((other) => other.user === user),
      )
    },
    flipped: () => backbone,
  }
  const inOrder = (item: number, exclude: Csr | null) => {
    const everyone = Uint32Array.from({ length: numUsers }, (_, user) => user)
    const scores = model.scoresOf(Uint32Array.of(item), everyone, numUsers)
    const left = exclude ? rowOf(exclude, item) : new Uint32Array(0)
    return [...everyone]
      .map((user) => ({ user, score: scores[user] }))
      .filter(({ user }) => !left.includes(user))
      .sort((a, b) => b.score - a.score || a.user - b.user)
  }
  return model
}
