import { InputError, type Rng } from '@recdistill/core'
import type { AnyMethod, Backbone, Backgrounds, LossInput, Model, Rows } from '@recdistill/plugin'
import { tf, valueAndGradients, type Scalar, type Tensor } from '@recdistill/tensor'
import type { AuxTables } from './aux-tables.ts'
import { BatchBlock, gatherRows, listSize, maskOf, type LossRows } from './batch-block.ts'
import { auxKind, backgroundsKind, rowsKind, scoresKind, type LeafKind } from './leaf-kinds.ts'
import { inMethod } from './in-method.ts'
import { leftTheTape, scalarOf } from './loss-problems.ts'
import type { UserLists } from './user-lists.ts'
import { lazily, viewsOf } from './views.ts'

/** Numbers in one leaf at most: larger batches are differentiated in blocks of rows, whose sums add up. */
const leafSize = 2 ** 22

export interface TapeRole {
  /** Differentiated: what the loss reads of it become leaves. */
  readonly learner: Backbone
  /** Constant. */
  readonly other: Model
  readonly name: 'student' | 'teacher'
  readonly loss: (input: LossInput<never, never>) => Scalar
}

export interface TapeContext {
  readonly method: AnyMethod
  readonly params: Readonly<Record<string, unknown>>
  readonly lists: UserLists
  readonly aux: AuxTables
  readonly rng: Rng
  /** Called when a loss asks how many epochs there are, or which share of them is done. */
  readonly onEpochsRead: () => void
}

/**
 * A method's loss by automatic differentiation. The leaves are what it reads of the learner and its auxiliary numbers, found
 * out at the first call; the other model, masks and values are constants. Adds `lambda` times the gradient.
 */
export function tapeLoss(
  { method, params, lists, aux, rng, onEpochsRead }: TapeContext,
  { learner, other, name: role, loss }: TapeRole,
): (rows: LossRows, lambda: number) => number {
  const specs = method.rows?.(params, lists.world) ?? ({} as Rows)
  const backgrounds = method.backgrounds?.(params) ?? ({} as Backgrounds)
  const kinds: Readonly<Record<string, LeafKind>> = {
    scores: scoresKind(lists),
    rows: rowsKind(Object.keys(specs)),
    backgrounds: backgroundsKind(backgrounds, lists),
    aux: auxKind(aux),
  }
  const reads = new Set<string>() // kind.name
  let hasTaught = false
  const whole = Object.keys(specs).length > 0

  const block = (rows: LossRows, lambda: number, first: number): number => {
    const at = new BatchBlock(rows, {
      lists,
      specs,
      rng: rng.fork(rows.epoch).fork(rows.step).fork(first),
    })
    const made: Tensor[] = []
    const own = <T extends Tensor>(tensor: T): T => {
      made.push(tf.keep(tensor))
      return tensor
    }
    const users = at.users
    const input = {
      mask: lazily(method.name, 'list', kinds.scores.names, (name) =>
        own(tf.tensor2d(maskOf(at.items(name)), [users.length, at.sizeOf(name)])),
      ),
      values: lazily(method.name, 'value', Object.keys(lists.values), (name) => {
        const { size } = lists.values[name]
        return own(tf.tensor2d(gatherRows(lists.value(name), size, users), [users.length, size]))
      }),
      everyone: lazily(method.name, 'value', Object.keys(lists.values), (name) => lists.value(name)),
      ids: lazily(method.name, 'rows', kinds.rows.names, (name) => at.ids(name)),
      made: lists.made,
      params,
      epoch: rows.epoch,
    }
    /** Views of the model that does not learn; the teacher's scores of a list are kept from step to step. */
    const constants = viewsOf(method.name, kinds, (kind, name) => {
      const kept = kind === 'scores' && role === 'student' && 'draw' in lists.lists[name]
      if (kept && lists.keepsTeacherScores(name)) {
        const size = at.sizeOf(name)
        return own(tf.tensor2d(gatherRows(lists.teacherScores(name), size, users), [users.length, size]))
      }
      return own(kinds[kind].read(name, other, at))
    })
    /** Leaves, and constants for names that were not read before: those are noted, and the result is thrown away. */
    const evaluate = (leaves: Readonly<Record<string, Tensor>>) => {
      const learned = viewsOf(method.name, kinds, (kind, name) => {
        const key = `${kind}.${name}`
        if (key in leaves) return leaves[key]
        reads.add(key)
        return own(kinds[kind].read(name, learner, at))
      })
      const roles =
        role === 'student'
          ? { student: learned, teacher: constants }
          : { student: constants, teacher: learned }
      const aux = role === 'student' ? learned.aux : constants.aux
      const given = {
        ...input,
        ...roles,
        aux,
        rng: at.rng.fork('noise'),
        get progress() {
          onEpochsRead()
          return rows.progress
        },
        get epochs() {
          onEpochsRead()
          return rows.epochs
        },
      } as unknown as LossInput<never, never>
      return scalarOf(
        method.name,
        inMethod(
          method.name,
          () => `loss of the ${role}`,
          () => loss(given),
        ),
      )
    }
    try {
      if (reads.size === 0) tf.tidy(() => void evaluate({}))
      if (reads.size === 0)
        throw new InputError(`${method.name}: its loss reads nothing of the ${role}, so it trains nothing`)
      for (;;) {
        const keys = [...reads]
        const leaves: Record<string, Tensor> = {}
        for (const key of keys) {
          const [kind, name] = split(key)
          leaves[key] = own(kinds[kind].read(name, learner, at))
        }
        const { value, gradients, reached } = valueAndGradients(leaves, evaluate)
        if (reads.size > keys.length) continue
        hasTaught ||= reached.length > 0
        if (!hasTaught) throw leftTheTape(method.name, role, keys)
        for (const key of keys) {
          const [kind, name] = split(key)
          const gradient = gradients[key]
          if (gradient.every((g) => g === 0)) continue // read as a constant, say
          for (let n = 0; n < gradient.length; n++) gradient[n] *= lambda
          const background = kind === 'backgrounds' ? leaves[key].dataSync<'float32'>() : nothing
          kinds[kind].pull(name, learner, at, gradient, background)
        }
        return value
      }
    } finally {
      for (const tensor of made) tensor.dispose()
    }
  }

  return (rows, lambda) => {
    if (rows.users.length === 0) return 0
    const widest = Math.max(
      1,
      ...kinds.scores.names.map((name) =>
        listSize(lists.lists, name, lists.world.numItems, rows.batch.negativesPerPair),
      ),
    )
    const perBlock = whole ? rows.users.length : Math.max(1, Math.floor(leafSize / widest))
    let sum = 0
    for (let first = 0; first < rows.users.length; first += perBlock)
      sum += block(part(rows, first, first + perBlock), lambda, first)
    return sum
  }
}

const nothing = new Float32Array(0)

function part(rows: LossRows, from: number, to: number): LossRows {
  if (from === 0 && to >= rows.users.length) return rows
  const { negativesPerPair } = rows.batch
  return {
    ...rows,
    users: rows.users.subarray(from, to),
    pairs: rows.pairs?.subarray(from, to) ?? null,
    negatives: rows.negatives.subarray(from * negativesPerPair, to * negativesPerPair),
  }
}

function split(key: string): [kind: string, name: string] {
  const dot = key.indexOf('.')
  return [key.slice(0, dot), key.slice(dot + 1)]
}
