import { NO_ITEM } from '@recdistill/core'
import { InputError, rowDimOf, type Backbone, type Backgrounds, type Model } from '@recdistill/plugin'
import { tf, type Tensor } from '@recdistill/tensor'
import type { AuxTables } from './aux-tables.ts'
import { backgroundOf, pullBackground } from './background.ts'
import type { BatchBlock } from './batch-block.ts'
import type { UserLists } from './user-lists.ts'

/** A kind of numbers that a loss can be differentiated by: how to read them of a model, and how to give a gradient back. */
export interface LeafKind {
  readonly names: readonly string[]
  read(name: string, model: Model, block: BatchBlock): Tensor
  pull(name: string, model: Backbone, block: BatchBlock, grad: Float32Array, value: Float32Array): void
}

export function scoresKind(lists: UserLists): LeafKind {
  return {
    names: Object.keys(lists.lists),
    read(name, model, block) {
      const k = block.sizeOf(name)
      if (isTrainable(model)) return model.scores(block.users, block.items(name), k)
      return tf.tensor2d(model.scoresOf(block.users, block.items(name), k).slice(), [block.users.length, k])
    },
    pull: (name, model, block, grad) =>
      model.pullScores(block.users, block.items(name), block.sizeOf(name), grad),
  }
}

export function rowsKind(names: readonly string[]): LeafKind {
  return {
    names,
    read(name, model, block) {
      const ids = block.ids(name)
      const dim = rowDimOf(model)
      const rowsOf = (block.isRaw(name) && model.rawRowsOf) || model.rowsOf
      const values = rowsOf.call(model, block.sideOf(name), ids.map(orFirst))
      for (let n = 0; n < ids.length; n++) if (ids[n] === NO_ITEM) values.fill(0, n * dim, (n + 1) * dim)
      return tf.tensor2d(values, [ids.length, dim])
    },
    pull(name, model, block, grad) {
      const ids = block.ids(name)
      const dim = rowDimOf(model)
      for (let n = 0; n < ids.length; n++) if (ids[n] === NO_ITEM) grad.fill(0, n * dim, (n + 1) * dim)
      const pullRows = (block.isRaw(name) && model.pullRawRows) || model.pullRows
      pullRows.call(model, block.sideOf(name), ids.map(orFirst), grad)
    },
  }
}

export function backgroundsKind(backgrounds: Backgrounds, lists: UserLists): LeafKind {
  const { train } = lists.world
  /** A user that repeats has the same background in all its rows, unless lists differ from pair to pair. */
  const rowsOnce = (name: string, block: BatchBlock) =>
    distinctRows(
      block.users,
      backgrounds[name].without.every((list) => lists.isByUser(list)),
    )
  const unlisted = (name: string, block: BatchBlock, rows: Uint32Array) => ({
    items: sideBySide(
      backgrounds[name].without.map((list) => ({ items: block.items(list), size: block.sizeOf(list) })),
      rows,
    ),
    exclude: train,
    clamp: backgrounds[name].clamp ?? null,
  })
  return {
    names: Object.keys(backgrounds),
    read(name, model, block) {
      if (!isTrainable(model))
        throw new InputError(`background "${name}": there is one of the model in training only`)
      const { users, first, of } = rowsOnce(name, block)
      const values = backgroundOf(model, users, unlisted(name, block, first))
      return tf.tensor2d(
        Float32Array.from(of, (n) => values[n]),
        [of.length, 1],
      )
    },
    pull(name, model, block, grad, value) {
      const { users, first, of } = rowsOnce(name, block)
      const sums = new Float32Array(users.length)
      for (let row = 0; row < of.length; row++) sums[of[row]] += grad[row]
      const values = Float32Array.from(first, (row) => value[row])
      pullBackground(model, users, unlisted(name, block, first), sums, values)
    },
  }
}

/** Rows of a block each of which stands for all that are the same: their users, the first of each, and which one a row is. */
interface DistinctRows {
  readonly users: Uint32Array // [distinct]
  readonly first: Uint32Array // [distinct]
  readonly of: Uint32Array // [rows]
}

function distinctRows(users: Uint32Array, areSame: boolean): DistinctRows {
  const every = Uint32Array.from(users.keys())
  if (!areSame) return { users, first: every, of: every }
  const placeOf = new Map<number, number>()
  const first: number[] = []
  const of = every.map((row) => {
    const known = placeOf.get(users[row])
    if (known !== undefined) return known
    placeOf.set(users[row], first.length)
    return first.push(row) - 1
  })
  return { users: Uint32Array.from(placeOf.keys()), first: Uint32Array.from(first), of }
}

export function auxKind(aux: AuxTables): LeafKind {
  return {
    names: aux.names,
    read: (name) => aux.tensor(name),
    pull: (name, _model, _block, grad) => aux.pull(name, grad),
  }
}

function isTrainable(model: Model): model is Backbone {
  return 'pullScores' in model
}

function orFirst(id: number): number {
  return id === NO_ITEM ? 0 : id
}

/** Some rows of several lists as one list. */
function sideBySide(
  lists: readonly { readonly items: Uint32Array; readonly size: number }[],
  rows: Uint32Array,
): { items: Uint32Array; k: number } {
  const k = lists.reduce((sum, { size }) => sum + size, 0)
  const items = new Uint32Array(rows.length * k)
  rows.forEach((row, n) => {
    let at = n * k
    for (const list of lists) {
      items.set(list.items.subarray(row * list.size, (row + 1) * list.size), at)
      at += list.size
    }
  })
  return { items, k }
}
