import { NumericError } from '@recdistill/core'
import { setWords, type Context } from './context.ts'
import { Kernel } from './layout.ts'
import { paddedRows, placeUsers, pullPieces, sumRows, type SideBySide } from './side-by-side.ts'
import type { WasmTable } from './table.ts'

/** Log-sums of a teacher's scores, by user id; NaN where they are not known yet. */
interface Known {
  readonly user: WasmTable
  readonly versions: string
  readonly temperature: number
  readonly sums: Float32Array
}

export interface CatalogueLoss {
  crossEntropy(
    user: WasmTable,
    item: WasmTable,
    teacherUser: WasmTable,
    teacherItem: WasmTable,
    users: Uint32Array,
    weights: Float32Array,
    temperature: number,
    scale: number,
  ): number
}

/** Cross-entropy over the whole catalogue. The teacher's log-sums are kept while its tables stay as they are. */
export function createCatalogueLoss(context: Context): CatalogueLoss {
  const known = new WeakMap<WasmTable, Known>()
  const what = 'catalogueCrossEntropy'

  return {
    crossEntropy(user, item, teacherUser, teacherItem, users, weights, temperature, scale) {
      if (users.length === 0 || item.rows === 0) return 0
      const { machine, arena } = context
      const job = (user: WasmTable, item: WasmTable, of = users): SideBySide => ({
        context,
        what,
        user,
        item,
        rows: { users: of, items: new Uint32Array(0), k: 0 },
        exclude: null,
        clamp: Infinity,
        temperature,
      })
      const padded = paddedRows(users)
      const column = (valueOf: (row: number) => number) => {
        const values = new Float32Array(padded)
        for (let row = 0; row < users.length; row++) values[row] = valueOf(row)
        return values
      }
      const sums = teacherSums(teacherUser, teacherItem, temperature, users, job)
      arena.begin()
      const teacher0 = placeUsers(job(teacherUser, teacherItem))
      const student = job(user, item)
      placeUsers(student)
      const ofStudent = sumRows(student).slice()
      setWords(context, {
        teacher0,
        teacher1: teacherItem.head,
        grad0: arena.copyIn(column((row) => (weights[row] * scale) / temperature)),
        grad1: arena.copyIn(column((row) => ofStudent[row])),
        gamma: arena.copyIn(column((row) => sums[users[row]])),
      })
      const { count, losses } = pullPieces(student, Kernel.catalogueLoss)
      let total = 0
      users.forEach((id, row) => {
        let loss = 0
        for (let piece = 0; piece < count; piece++)
          loss += machine.heap.f64[losses / 8 + piece * padded + row]
        if (!Number.isFinite(loss))
          throw new NumericError(
            `${what}: the loss of row ${row} (table "${user.name}", row ${id}) is ${loss}`,
          )
        total += weights[row] * loss
      })
      return total
    },
  }

  function teacherSums(
    user: WasmTable,
    item: WasmTable,
    temperature: number,
    users: Uint32Array,
    job: (user: WasmTable, item: WasmTable, of: Uint32Array) => SideBySide,
  ): Float32Array {
    const versions = `${user.version} ${item.version}`
    const old = known.get(item)
    const fits = old?.user === user && old.versions === versions && old.temperature === temperature
    const sums = fits ? old.sums : new Float32Array(user.rows).fill(NaN)
    if (!fits) known.set(item, { user, versions, temperature, sums })
    const missing = users.filter((id) => Number.isNaN(sums[id]))
    if (missing.length === 0) return sums
    context.arena.begin()
    const asked = job(user, item, missing)
    placeUsers(asked)
    const found = sumRows(asked)
    missing.forEach((id, row) => (sums[id] = found[row]))
    return sums
  }
}
