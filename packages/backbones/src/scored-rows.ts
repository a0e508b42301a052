import { InputError, NO_ITEM, rowOf, type Csr } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'
import { positionsInRow, topOfRow } from './top-of-row.ts'

/** A model that can only tell the scores of one user at a time. */
export interface RowScorer {
  /** Scores of all items. [items] */
  all(user: number, out: Float32Array): void
  /** Scores of some items, the same bits; `NO_ITEM` is not among them. Without it a whole row is made. */
  some?(user: number, items: Uint32Array, out: Float32Array): void
}

type Views = Pick<Model, 'numUsers' | 'numItems' | 'dim' | 'scoresOf' | 'positionsOf' | 'rowsOf' | 'rank'> &
  Required<Pick<Model, 'itemsAt'>>

/** The views of a model whose score is no dot product: `dim` is 0, users are ranked one by one, and no more than a row is held. */
export function scoredRows(
  name: string,
  { numUsers, numItems }: { numUsers: number; numItems: number },
  scorer: RowScorer,
): Views {
  const row = new Float32Array(numItems)
  const check = (user: number) => {
    if (user >= numUsers)
      throw new InputError(`${name}: there are ${numUsers} users, got ${user}; ids start at 0`)
    return user
  }
  const excludedOf = (exclude: Csr | null, user: number) =>
    exclude ? rowOf(exclude, user) : new Uint32Array(0)
  return {
    numUsers,
    numItems,
    dim: 0,
    scoresOf(users, items, k) {
      const out = new Float32Array(users.length * k)
      users.forEach((user, n) => {
        const wanted = items.subarray(n * k, (n + 1) * k)
        const into = out.subarray(n * k, (n + 1) * k)
        if (scorer.some && !wanted.includes(NO_ITEM)) scorer.some(check(user), wanted, into)
        else {
          scorer.all(check(user), row)
          for (let j = 0; j < k; j++) if (wanted[j] !== NO_ITEM) into[j] = row[wanted[j]]
        }
      })
      return out
    },
    positionsOf(users, items, k, exclude) {
      const out = new Uint32Array(users.length * k)
      users.forEach((user, n) => {
        scorer.all(check(user), row)
        const part = [n * k, (n + 1) * k] as const
        positionsInRow(row, excludedOf(exclude, user), items.subarray(...part), out.subarray(...part))
      })
      return out
    },
    itemsAt(users, positions, k, exclude) {
      const out = new Uint32Array(users.length * k)
      const [items, scores] = [new Uint32Array(numItems), new Float32Array(numItems)]
      users.forEach((user, n) => {
        scorer.all(check(user), row)
        const asked = positions.subarray(n * k, (n + 1) * k)
        const most = asked.reduce((most, at) => (at < numItems ? Math.max(most, at + 1) : most), 0)
        topOfRow(row, excludedOf(exclude, user), items.subarray(0, most), scores.subarray(0, most))
        asked.forEach((at, j) => (out[n * k + j] = at < most ? items[at] : NO_ITEM))
      })
      return out
    },
    rank(users, k, exclude) {
      const items = new Uint32Array(users.length * k)
      const scores = new Float32Array(users.length * k)
      users.forEach((user, n) => {
        scorer.all(check(user), row)
        const part = [n * k, (n + 1) * k] as const
        topOfRow(row, excludedOf(exclude, user), items.subarray(...part), scores.subarray(...part))
      })
      return { users: users.slice(), k, items, scores }
    },
    rowsOf() {
      throw new InputError(
        `${name}: its scores are no dot products, so it has no vectors; use a method that reads scores or lists alone`,
      )
    },
  }
}
