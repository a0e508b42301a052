import type { Ranking } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'
import type { Backbone, FusedInput } from '@recdistill/plugin'
import { tf } from '@recdistill/tensor'
import { fusedOnTables } from './fused-on-tables.ts'
import { rowsOfUsers } from './rows-of-users.ts'
import type { StepEncoders } from './step-encoders.ts'
import { userBlocks, type UserBlock } from './user-blocks.ts'
import type { UserEncoder } from './user-encoder.ts'

type Views = Pick<
  Backbone,
  'dim' | 'scoresOf' | 'positionsOf' | 'rowsOf' | 'rank' | 'scores' | 'pullScores' | 'pullRows'
> &
  Required<Pick<Backbone, 'itemsAt' | 'fused'>>

export interface EncodedUsers extends Views {
  /**
   * Encodes users, each given once, by another encoder, and pulls back what `use` adds to the gradients of `table`: it holds the
   * vectors of users `from` to `to` of the given ones, in that order.
   */
  train(encoder: UserEncoder, users: Uint32Array, use: (table: Table, from: number, to: number) => void): void
  free(): void
}

/** Users encoded together: their vectors are all of the users' side that is ever held. */
const atOnce = 1024

/**
 * The views of a model whose item vectors are a table and whose user vectors are computed when they are asked for: score =
 * <encode(user), item row>. Any number of users is served in blocks, through a table of one block. What is differentiated goes by
 * the encoders of the step, all else by `steps.plain`.
 */
export function encodedUsers(
  engine: Engine,
  item: Table,
  steps: StepEncoders,
  { trainable }: { trainable: boolean },
): EncodedUsers {
  const { dim } = item
  const block = engine.table('encoded users', atOnce, dim, { trainable })
  const vectors = new Float32Array(atOnce * dim)

  type Use = (some: UserBlock) => void
  /**
   * Encodes blocks of users one after the other; what `use` adds to the gradients of their vectors is pulled back. A user is encoded
   * once for all of its rows in a block: a row for every training pair repeats it as often as it has seen items.
   */
  const inBlocks = (by: UserEncoder, rows: Uint32Array, use: Use, pulls: boolean) => {
    for (const some of userBlocks(rows, atOnce)) {
      const part = vectors.subarray(0, some.users.length * dim)
      by.encode(some.users, part)
      vectors.fill(0, part.length)
      engine.write(block, vectors)
      use(some)
      if (!pulls) continue
      engine.takeGradient(block, vectors)
      by.pull(some.users, part)
    }
  }
  const read = (by: UserEncoder, users: Uint32Array, use: Use) => inBlocks(by, users, use, false)
  const pull = (by: UserEncoder, users: Uint32Array, use: Use) => inBlocks(by, users, use, true)

  const scoresBy = (by: UserEncoder, users: Uint32Array, items: Uint32Array, k: number) => {
    const out = new Float32Array(users.length * k)
    read(by, users, ({ places, from, to }) => {
      const part = { users: places, items: items.subarray(from * k, to * k), k }
      engine.scoreLists(block, item, part, out.subarray(from * k, to * k))
    })
    return out
  }
  return {
    dim,
    scoresOf: (users, items, k) => scoresBy(steps.plain, users, items, k),
    positionsOf(users, items, k, exclude) {
      const out = new Uint32Array(users.length * k)
      read(steps.plain, users, ({ users: distinct, places, from, to }) => {
        const part = { users: places, items: items.subarray(from * k, to * k), k }
        const excluded = exclude && rowsOfUsers(exclude, distinct)
        engine.positions(block, item, part, excluded, out.subarray(from * k, to * k))
      })
      return out
    },
    itemsAt(users, positions, k, exclude) {
      const out = new Uint32Array(users.length * k)
      read(steps.plain, users, ({ users: distinct, places, from, to }) => {
        const part = [from * k, to * k] as const
        const excluded = exclude && rowsOfUsers(exclude, distinct)
        engine.itemsAt(block, item, places, positions.subarray(...part), excluded, out.subarray(...part))
      })
      return out
    },
    rowsOf(of, ids) {
      const out = new Float32Array(ids.length * dim)
      if (of === 'items') engine.gatherRows(item, ids, out)
      else
        read(steps.of(), ids, ({ places, from, to }) =>
          engine.gatherRows(block, places, out.subarray(from * dim, to * dim)),
        )
      return out
    },
    rank(users, k, exclude): Ranking {
      const items = new Uint32Array(users.length * k)
      const scores = new Float32Array(users.length * k)
      read(steps.plain, users, ({ users: distinct, places, from }) => {
        const excluded = exclude && rowsOfUsers(exclude, distinct)
        const ranking = engine.rank(block, item, places, k, excluded)
        items.set(ranking.items, from * k)
        scores.set(ranking.scores, from * k)
      })
      return { users: users.slice(), k, items, scores }
    },
    scores: (users, items, k) => tf.tensor2d(scoresBy(steps.of(items), users, items, k), [users.length, k]),
    pullScores(users, items, k, grad) {
      pull(steps.of(items), users, ({ places, from, to }) => {
        const part = { users: places, items: items.subarray(from * k, to * k), k }
        engine.pullScores(block, item, part, grad.subarray(from * k, to * k))
      })
    },
    pullRows(of, ids, grad) {
      if (of === 'items') engine.pullRows(item, ids, grad)
      else
        pull(steps.of(), ids, ({ places, from, to }) =>
          engine.pullRows(block, places, grad.subarray(from * dim, to * dim)),
        )
    },
    fused(loss, input, scale) {
      if (loss.kind === 'catalogueCrossEntropy') return null // rows of the block are no users of the teacher
      if (steps.apart) return null // its lists are of one encoding
      let sum = 0
      pull(steps.of(), input.users, ({ places, from, to }) => {
        sum +=
          fusedOnTables(engine, block, item, loss, { ...partOf(input, from, to), users: places }, scale) ?? 0
      })
      return sum
    },
    train: (by, users, use) => pull(by, users, ({ from, to }) => use(block, from, to)),
    free: () => engine.free(block),
  }
}

function partOf({ users, weights, lists, values }: FusedInput, from: number, to: number): FusedInput {
  return {
    users: users.subarray(from, to),
    weights: weights.subarray(from, to),
    lists: Object.fromEntries(
      Object.entries(lists).map(([name, { items, k, teacher }]) => [
        name,
        {
          k,
          items: items.subarray(from * k, to * k),
          ...(teacher ? { teacher: teacher.subarray(from * k, to * k) } : {}),
        },
      ]),
    ),
    values: Object.fromEntries(
      Object.entries(values).map(([name, { data, size }]) => [
        name,
        { size, data: data.subarray(from * size, to * size) },
      ]),
    ),
  }
}
