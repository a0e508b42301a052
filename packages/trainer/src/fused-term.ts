import type { Backbone, FusedInput, FusedLoss, Model } from '@recdistill/plugin'
import type { UserLists } from './user-lists.ts'

/** One call of a built-in loss on the rows of a batch: null when the student has no kernel for it. */
export type FusedTerm = (users: Uint32Array, weights: Float32Array, scale: number) => number | null

/** A method's loss by name, past the tape; null when it has none or its lists cannot be gathered by user. */
export function fusedTerm(
  loss: FusedLoss | null,
  { lists, student, teacher }: { lists: UserLists; student: Backbone; teacher: Model },
): FusedTerm | null {
  if (loss === null || !student.fused) return null
  const reads = readBy(loss)
  const byUser = (name: string) => {
    const spec = lists.lists[name]
    return 'draw' in spec && spec.per !== 'pair'
  }
  if (!reads.lists.every(byUser)) return null
  const buffers = new Map<string, Uint32Array | Float32Array>()
  const gather = (users: Uint32Array, weights: Float32Array): FusedInput => ({
    users,
    weights,
    lists: Object.fromEntries(
      reads.lists.map((name) => {
        const { items, size } = lists.list(name)
        const gathered = gatherInto(buffers, name, items, size, users) as Uint32Array
        if (!reads.teacher) return [name, { items: gathered, k: size }]
        const scores = lists.keepsTeacherScores(name)
          ? gatherInto(buffers, `${name} teacher`, lists.teacherScores(name), size, users)
          : teacher.scoresOf(users, gathered, size)
        return [name, { items: gathered, k: size, teacher: scores as Float32Array }]
      }),
    ),
    values: Object.fromEntries(
      reads.values.map((name) => {
        const { size } = lists.values[name]
        const data = gatherInto(buffers, `value ${name}`, lists.value(name), size, users) as Float32Array
        return [name, { size, data }]
      }),
    ),
  })
  return (users, weights, scale) => student.fused?.(loss, gather(users, weights), scale) ?? null
}

/** What a built-in loss reads. */
function readBy(loss: FusedLoss): { lists: string[]; teacher: boolean; values: string[] } {
  switch (loss.kind) {
    case 'softCrossEntropy':
      return { lists: [loss.list], teacher: true, values: [] }
    case 'relaxedRanking':
      return { lists: [loss.listed, loss.background], teacher: false, values: [] }
    case 'rceKd':
      return { lists: [loss.top, loss.approximate], teacher: true, values: [loss.gamma] }
  }
}

/** Rows `users` of `source` [all users, size], into a buffer kept under `name`. */
function gatherInto(
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
