import { InputError, NO_ITEM, rowOf, type Csr } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'
import { positionsInRow, topOfRow } from './top-of-row.ts'

/** A model that can only tell scores of the whole catalogue. */
export interface RowScorer {
  /** Scores of all items. [items] */
  all(user: number, out: Float32Array): void
  /** Those of several users, the same bits, where that is cheaper together. [users, items] */
  allOf?(users: Uint32Array, out: Float32Array): void
  /** Scores of some items, the same bits; `NO_ITEM` is not among them. Without it a whole row is made. */
  some?(user: number, items: Uint32Array, out: Float32Array): void
}

type Views = Pick<Model, 'numUsers' | 'numItems' | 'dim' | 'scoresOf' | 'positionsOf' | 'rowsOf' | 'rank'> &
  Required<Pick<Model, 'itemsAt'>>

/** Rows that are made together, where a model makes several: at most so many, and so many bytes. */
const MOST_ROWS = 64
const MOST_BYTES = 2 ** 24

/** The views of a model whose score is no dot product: `dim` is 0, and no more than a row, or a block of rows, is held. */
export function scoredRows(
  name: string,
  { numUsers, numItems }: { numUsers: number; numItems: number },
  scorer: RowScorer,
): Views {
  const most = scorer.allOf ? Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_BYTES / 4 / numItems))) : 1
  let rows = new Float32Array(0)
  const check = (user: number) => {
    if (user >= numUsers)
      throw new InputError(`${name}: there are ${numUsers} users, got ${user}; ids start at 0`)
    return user
  }
  const eachRow = (users: Uint32Array, use: (row: Float32Array, user: number, n: number) => void) => {
    users.forEach(check)
    for (let first = 0; first < users.length; first += most) {
      const some = users.subarray(first, first + most)
      if (rows.length < some.length * numItems) rows = new Float32Array(some.length * numItems)
      if (scorer.allOf) scorer.allOf(some, rows.subarray(0, some.length * numItems))
      else scorer.all(some[0], rows)
      some.forEach((user, n) => use(rows.subarray(n * numItems, (n + 1) * numItems), user, first + n))
    }
  }
  const excludedOf = (exclude: Csr | null, user: number) =>
    exclude ? rowOf(exclude, user) : new Uint32Array(0)
  return {
    numUsers,
    numItems,
    dim: 0,
    scoresOf(users, items, k) {
      const out = new Float32Array(users.length * k)
      const { some } = scorer
      if (some && !items.includes(NO_ITEM))
        users.forEach((user, n) =>
          some(check(user), items.subarray(n * k, (n + 1) * k), out.subarray(n * k, (n + 1) * k)),
        )
      else
        eachRow(users, (row, _user, n) => {
          for (let e = n * k; e < (n + 1) * k; e++) if (items[e] !== NO_ITEM) out[e] = row[items[e]]
        })
      return out
    },
    positionsOf(users, items, k, exclude) {
      const out = new Uint32Array(users.length * k)
      eachRow(users, (row, user, n) => {
        const part = [n * k, (n + 1) * k] as const
        positionsInRow(row, excludedOf(exclude, user), items.subarray(...part), out.subarray(...part))
      })
      return out
    },
    itemsAt(users, positions, k, exclude) {
      const out = new Uint32Array(users.length * k)
      const [items, scores] = [new Uint32Array(numItems), new Float32Array(numItems)]
      eachRow(users, (row, user, n) => {
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
      eachRow(users, (row, user, n) => {
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
