import type { Engine } from '@recdistill/engine'
import type { Backbone, FusedInput, FusedLoss, Model } from '@recdistill/plugin'
import type { UserLists } from './user-lists.ts'

/** One call of a built-in loss on the rows of a batch: null when the student has no kernel for it. */
export interface FusedTerm {
  step(users: Uint32Array, weights: Float32Array, scale: number): number | null
  dispose(): void
}

/** A method's loss by name, past the tape; null when it has none or its lists cannot be gathered by user. */
export function fusedTerm(
  loss: FusedLoss | null,
  {
    lists,
    student,
    teacher,
    engine,
  }: { lists: UserLists; student: Backbone; teacher: Model; engine: Engine },
): FusedTerm | null {
  if (loss === null || !student.fused) return null
  const reads = readBy(loss)
  const byUser = (name: string) => {
    const spec = lists.lists[name]
    return 'draw' in spec && spec.per !== 'pair'
  }
  if (!reads.lists.every(byUser)) return null
  const gathered = gatheredRows(engine)
  const gather = (users: Uint32Array, weights: Float32Array): FusedInput => ({
    users,
    weights,
    teacher,
    lists: Object.fromEntries(
      reads.lists.map((name) => {
        const { items, size } = lists.list(name)
        const rows = gathered.ids(name, items, size, users)
        if (!reads.teacher) return [name, { items: rows, k: size }]
        const scores = lists.keepsTeacherScores(name)
          ? gathered.floats(`${name} teacher`, lists.teacherScores(name), size, users)
          : teacher.scoresOf(users, rows, size)
        return [name, { items: rows, k: size, teacher: scores }]
      }),
    ),
    values: Object.fromEntries(
      reads.values.map((name) => {
        const { size } = lists.values[name]
        return [name, { size, data: gathered.floats(`value ${name}`, lists.value(name), size, users) }]
      }),
    ),
  })
  return {
    step: (users, weights, scale) => student.fused?.(loss, gather(users, weights), scale) ?? null,
    dispose: () => gathered.dispose(),
  }
}

/** What a built-in loss reads. */
function readBy(loss: FusedLoss): { lists: string[]; teacher: boolean; values: string[] } {
  switch (loss.kind) {
    case 'softCrossEntropy':
    case 'binaryCrossEntropy':
      return { lists: [loss.list], teacher: true, values: [] }
    case 'catalogueCrossEntropy':
      return { lists: [], teacher: true, values: [] }
    case 'relaxedRanking':
      return { lists: [loss.listed, loss.background], teacher: false, values: [] }
    case 'rceKd':
      return { lists: [loss.top, loss.approximate], teacher: true, values: [loss.gamma] }
  }
}

/** Rows of the users of a batch in buffers of the engine, one a name, as long as the longest batch so far. */
function gatheredRows(engine: Engine) {
  const ids = new Map<string, Uint32Array>()
  const floats = new Map<string, Float32Array>()
  function select<T extends Uint32Array | Float32Array>(
    buffers: Map<string, T>,
    make: (length: number) => T,
    name: string,
    source: T,
    size: number,
    users: Uint32Array,
  ): T {
    const length = users.length * size
    let buffer = buffers.get(name)
    if (buffer === undefined || buffer.length < length) {
      if (buffer) engine.release(buffer)
      buffer = make(length)
      buffers.set(name, buffer)
    }
    const rows = buffer.subarray(0, length) as T
    engine.selectRows(source, size, users, rows)
    return rows
  }
  return {
    ids: (name: string, source: Uint32Array, size: number, users: Uint32Array) =>
      select(ids, (length) => engine.makeIds(length), name, source, size, users),
    floats: (name: string, source: Float32Array, size: number, users: Uint32Array) =>
      select(floats, (length) => engine.makeFloats(length), name, source, size, users),
    dispose() {
      for (const buffer of [...ids.values(), ...floats.values()]) engine.release(buffer)
    },
  }
}
