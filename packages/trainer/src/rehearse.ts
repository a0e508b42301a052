import { loadBackbone } from '@recdistill/backbones'
import { createRng, isNumericError, NO_ITEM, type Csr } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import { parseParams, type AnyMethod, type Model } from '@recdistill/plugin'
import { batchesOf } from './batches.ts'
import { kdTerm } from './kd-term.ts'
import { history, smallWorld, users } from './small-world.ts'

/** What a method asks a teacher about a user's catalogue. */
export interface Asked {
  /** How many of the first items it looks at: of all items, and with training positives left out. */
  readonly depth: { readonly keep: number; readonly skip: number }
  /** True when that is no beginning of the ranking but, for all there is to tell, the whole of it. */
  readonly order: boolean
  /** True when it asks for scores of items that are not among those. */
  readonly scores: boolean
  /** What its loss met in place of a number; null where it met none. */
  readonly nan: string | null
}

/** An epoch in which every list is due, and late enough for stages that begin later. */
const epochs = [0, 1, 2520]

/**
 * Runs a method for a few steps in a small world of random models, and notes what its lists and its loss ask of the teacher: it
 * is not declared anywhere, and a teacher of top-K lists cannot answer everything. For methods without `rows`, `teacherLoss` and
 * `trajectory`, which say themselves what they need; an item side is left out for the same reason.
 * @throws InputError when the parameters fit no catalogue.
 */
export function rehearse(
  method: AnyMethod,
  params: Readonly<Record<string, unknown>>,
  { engine }: { engine: Engine },
): Asked {
  const numbers = Object.values(params).filter((value): value is number => Number.isInteger(value))
  const numItems = Math.min(2 ** 17, Math.max(4096, 4 * Math.max(0, ...numbers)))
  const split = smallWorld(numItems)
  const mf = loadBackbone('mf')
  const create = (name: string, trainable: boolean) => {
    const model = mf.create(
      {
        split,
        dim: 4,
        optimizer: { lr: 1e-3, weightDecay: 0 },
        rng: createRng(0).fork(name),
        trainable,
        engine,
      },
      parseParams(mf, {}),
    )
    model.begin()
    return model
  }
  const [student, teacher] = [create('student', true), create('teacher', false)]
  try {
    const notes = { keep: 0, skip: 0, deepest: 0 }
    let nan: string | null = null
    const term = kdTerm(
      { ...method, itemSide: () => null },
      {
        params,
        lambda: 1,
        student,
        teacher: noting(teacher, notes),
        trajectories: [],
        learningTeacher: null,
        train: split.train,
        optimizer: { lr: 1e-3, weightDecay: 0 },
        engine,
        rng: createRng(1),
      },
    )
    try {
      const batches = batchesOf({}, split, { batch: users * history, negatives: 1, rng: createRng(2) })
      for (const epoch of epochs) {
        batches.beginEpoch(epoch)
        term.beginEpoch(epoch)
        try {
          term.step(batches.at(0), { epoch, epochs: epoch + 1, step: 0, steps: 1 })
        } catch (error) {
          if (!isNumericError(error)) throw error
          nan ??= error.message
        }
      }
    } finally {
      term.dispose()
    }
    const { keep, skip, deepest } = notes
    return {
      depth: { keep, skip },
      order: Math.max(keep, skip) > numItems / 2,
      nan,
      scores: deepest > Math.max(keep, skip === 0 ? 0 : skip + history),
    }
  } finally {
    student.dispose()
    teacher.dispose()
  }
}

interface Notes {
  /** Lengths of the beginnings that were asked for. */
  keep: number
  skip: number
  /** The last position of an item whose score was asked for, counted from 1. */
  deepest: number
}

function noting(model: Model, notes: Notes): Model {
  const note = (exclude: Csr | null, depth: number) => {
    const side = exclude === null ? 'keep' : 'skip'
    notes[side] = Math.max(notes[side], depth)
  }
  const deepestOf = (positions: Uint32Array) =>
    positions.reduce((most, at) => (at === NO_ITEM ? most : Math.max(most, at + 1)), 0)
  // What a frozen teacher is, and nothing of how it was trained.
  const { numUsers, numItems, dim, rowDim, parameters } = model
  return {
    numUsers,
    numItems,
    dim,
    ...(rowDim !== undefined && { rowDim }),
    parameters,
    rowsOf: (of, ids) => model.rowsOf(of, ids),
    dispose() {},
    rank(ids, k, exclude) {
      note(exclude, k)
      return model.rank(ids, k, exclude)
    },
    positionsOf(ids, items, k, exclude) {
      const positions = model.positionsOf(ids, items, k, exclude)
      note(exclude, deepestOf(positions))
      return positions
    },
    ...(model.itemsAt && {
      itemsAt(ids: Uint32Array, positions: Uint32Array, k: number, exclude: Csr | null) {
        note(exclude, deepestOf(positions))
        return model.itemsAt?.(ids, positions, k, exclude) as Uint32Array
      },
    }),
    scoresOf(ids, items, k) {
      notes.deepest = Math.max(notes.deepest, deepestOf(model.positionsOf(ids, items, k, null)))
      return model.scoresOf(ids, items, k)
    },
  }
}
