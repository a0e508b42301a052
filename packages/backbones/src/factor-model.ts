import { InputError, NumericError, type Csr, type Ranking } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'
import type { Model } from '@recdistill/plugin'
import { gather } from './gather.ts'
import { noteTables } from './model-tables.ts'

/** A model whose score is the dot product of a user row and an item row, on two tables of an engine. */
export interface FactorModel extends Model {
  readonly user: Table
  readonly item: Table
  itemsAt(users: Uint32Array, positions: Uint32Array, k: number, exclude: Csr | null): Uint32Array
  flipped(): FactorModel
}

/** The views of a factor model; `dispose` frees both tables. What MF and LightGCN share. */
export function factorModel(engine: Engine, user: Table, item: Table): FactorModel {
  const dim = user.dim
  const model: FactorModel = {
    user,
    item,
    numUsers: user.rows,
    numItems: item.rows,
    dim,
    parameters: (user.rows + item.rows) * dim,
    scoresOf(users, items, k) {
      const out = new Float32Array(users.length * k)
      engine.scoreLists(user, item, { users, items, k }, out)
      return out
    },
    positionsOf(users, items, k, exclude) {
      const out = new Uint32Array(users.length * k)
      engine.positions(user, item, { users, items, k }, exclude, out)
      return out
    },
    itemsAt(users, positions, k, exclude) {
      const out = new Uint32Array(users.length * k)
      engine.itemsAt(user, item, users, positions, exclude, out)
      return out
    },
    rowsOf: (of, ids) => gather(engine, of === 'users' ? user : item, ids),
    rank: (users: Uint32Array, k: number, exclude: Csr | null): Ranking =>
      engine.rank(user, item, users, k, exclude),
    // Owns nothing: the tables are freed with `model`.
    flipped: () => ({ ...factorModel(engine, item, user), flipped: () => model, dispose() {} }),
    dispose() {
      engine.free(user)
      engine.free(item)
    },
  }
  noteTables(model, { engine, user, item })
  return model
}

/**
 * A frozen teacher from vectors made anywhere, e.g. another library's embeddings. [users, dim] and [items, dim]
 * @throws InputError when they are not rows of `dim`; NumericError for NaN and infinity.
 */
export function fromEmbeddings(
  engine: Engine,
  { users, items, dim }: { users: Float32Array; items: Float32Array; dim: number },
): FactorModel {
  // Both before either: a table made for the first would stay behind when the second is refused.
  for (const [name, values] of Object.entries({ users, items })) {
    if (values.length % dim !== 0)
      throw new InputError(
        `fromEmbeddings: ${name} holds ${values.length} numbers, not a multiple of dim ${dim}`,
      )
    const wrong = values.findIndex((value) => !Number.isFinite(value))
    if (wrong >= 0)
      throw new NumericError(`fromEmbeddings: ${name} row ${Math.floor(wrong / dim)} is not finite`)
  }
  const load = (name: string, values: Float32Array) => {
    const table = engine.table(name, values.length / dim, dim, { trainable: false })
    engine.write(table, values)
    return table
  }
  return factorModel(engine, load('users', users), load('items', items))
}
