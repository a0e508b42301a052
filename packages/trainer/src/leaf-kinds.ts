import { NO_ITEM } from '@recdistill/core'
import { InputError, type Backbone, type Backgrounds, type Model } from '@recdistill/plugin'
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
      const { dim } = model
      const values = model.rowsOf(block.sideOf(name), ids.map(orFirst)).slice()
      for (let n = 0; n < ids.length; n++) if (ids[n] === NO_ITEM) values.fill(0, n * dim, (n + 1) * dim)
      return tf.tensor2d(values, [ids.length, dim])
    },
    pull(name, model, block, grad) {
      const ids = block.ids(name)
      const { dim } = model
      for (let n = 0; n < ids.length; n++) if (ids[n] === NO_ITEM) grad.fill(0, n * dim, (n + 1) * dim)
      model.pullRows(block.sideOf(name), ids.map(orFirst), grad)
    },
  }
}

export function backgroundsKind(backgrounds: Backgrounds, lists: UserLists): LeafKind {
  const { train } = lists.world
  const unlisted = (name: string, block: BatchBlock) => ({
    items: sideBySide(
      backgrounds[name].without.map((list) => block.items(list)),
      block.users.length,
    ),
    exclude: train,
    clamp: backgrounds[name].clamp ?? null,
  })
  return {
    names: Object.keys(backgrounds),
    read(name, model, block) {
      if (!isTrainable(model))
        throw new InputError(`background "${name}": there is one of the model in training only`)
      const values = backgroundOf(model, block.users, unlisted(name, block))
      return tf.tensor2d(values, [values.length, 1])
    },
    pull: (name, model, block, grad, value) =>
      pullBackground(model, block.users, unlisted(name, block), grad, value),
  }
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

/** Several [rows, any] lists as one. */
function sideBySide(lists: readonly Uint32Array[], rows: number): { items: Uint32Array; k: number } {
  const sizes = lists.map((list) => list.length / Math.max(1, rows))
  const k = sizes.reduce((sum, size) => sum + size, 0)
  const items = new Uint32Array(rows * k)
  for (let row = 0; row < rows; row++) {
    let at = row * k
    lists.forEach((list, n) => {
      items.set(list.subarray(row * sizes[n], (row + 1) * sizes[n]), at)
      at += sizes[n]
    })
  }
  return { items, k }
}
