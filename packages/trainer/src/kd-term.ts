import type { Csr, Rng } from '@recdistill/core'
import type { AnyMethod, Backbone, FusedInput, FusedLoss, Model } from '@recdistill/plugin'
import { DistinctUsers } from './distinct-users.ts'
import { tapeLoss } from './tape-loss.ts'
import { UserLists } from './user-lists.ts'

/** The distillation term of one run: draws its lists, and adds its gradient to the student step by step. */
export interface KdTerm {
  /** Draws what is due. Call before the epoch's first step. */
  beginEpoch(epoch: number): void
  /** Adds `lambda` times the gradient for the rows of this batch; returns the loss, before lambda, and the number of rows it sums over. */
  step(batchUsers: Uint32Array, progress: number): { loss: number; rows: number }
  state(): Record<string, Uint32Array | Float32Array>
  restore(arrays: Readonly<Record<string, ArrayLike<number>>>): void
}

export function kdTerm(
  method: AnyMethod,
  params: Readonly<Record<string, unknown>>,
  {
    lambda,
    teacher,
    student,
    train,
    batch,
    rng,
  }: {
    lambda: number
    teacher: Model
    student: Backbone
    train: Csr
    batch: number
    rng: Rng
  },
): KdTerm {
  const lists = new UserLists(method, params, { teacher, student, train, rng })
  const distinct = new DistinctUsers(student.numUsers, batch)
  const fused = method.fused?.(params) ?? null
  const gather = fused && student.fused ? fusedGather(fused, lists) : null
  const onTape = tapeLoss(method, params, { lists, teacher, student })

  return {
    beginEpoch: (epoch) => lists.refresh(epoch),
    step(batchUsers, progress) {
      const { users, counts } = distinct.of(batchUsers)
      const rows = method.over === 'pairs' ? batchUsers.length : users.length
      if (fused && gather) {
        const weights = method.over === 'pairs' ? counts : counts.fill(1)
        const loss = student.fused?.(fused, gather(users, weights), lambda)
        if (loss !== null && loss !== undefined) return { loss, rows }
      }
      return { loss: onTape(method.over === 'pairs' ? batchUsers : users, lambda, progress), rows }
    },
    state: () => lists.state(),
    restore: (arrays) => lists.restore(arrays),
  }
}

/** Collects the rows a built-in loss reads, into buffers made once. */
function fusedGather(loss: FusedLoss, lists: UserLists) {
  const [names, withTeacher, values] = readBy(loss)
  const buffers = new Map<string, Uint32Array | Float32Array>()
  return (users: Uint32Array, weights: Float32Array): FusedInput => ({
    users,
    weights,
    lists: Object.fromEntries(
      names.map((name) => {
        const { items, size } = lists.list(name)
        const gathered = gatherRows(buffers, name, items, size, users) as Uint32Array
        if (!withTeacher) return [name, { items: gathered, k: size }]
        const scores = lists.teacherScores(name)
        const teacher = gatherRows(buffers, `${name} teacher`, scores, size, users) as Float32Array
        return [name, { items: gathered, k: size, teacher }]
      }),
    ),
    values: Object.fromEntries(
      values.map((name) => {
        const { size } = lists.values[name]
        return [
          name,
          {
            size,
            data: gatherRows(buffers, `value ${name}`, lists.value(name), size, users) as Float32Array,
          },
        ]
      }),
    ),
  })
}

function readBy(loss: FusedLoss): [lists: string[], withTeacher: boolean, values: string[]] {
  switch (loss.kind) {
    case 'softCrossEntropy':
      return [[loss.list], true, []]
    case 'relaxedRanking':
      return [[loss.listed, loss.background], false, []]
    case 'rceKd':
      return [[loss.top, loss.approximate], true, [loss.gamma]]
  }
}

/** Rows `users` of `source` [all users, size], into a buffer kept under `name`. */
function gatherRows(
  buffers: Map<string, Uint32Array | Float32Array>,
  name: string,
  source: Uint32Array | Float32Array,
  size: number,
  users: Uint32Array,
): Uint32Array | Float32Array {
  let buffer = buffers.get(name)
  if (buffer === undefined || buffer.length < users.length * size) {
    buffer =
      source instanceof Uint32Array
        ? new Uint32Array(users.length * size)
        : new Float32Array(users.length * size)
    buffers.set(name, buffer)
  }
  let to = 0
  for (let row = 0; row < users.length; row++) {
    const from = users[row] * size
    for (let n = 0; n < size; n++) buffer[to++] = source[from + n] // rows are short: views and `set` cost more
  }
  return buffer.subarray(0, users.length * size)
}
