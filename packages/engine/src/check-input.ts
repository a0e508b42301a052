import { InputError, NO_ITEM, NumericError, type Csr } from '@recdistill/core'
import { expectExclude } from './check-exclude.ts'
import type { AdamOptions, ListRows, Table } from './engine.ts'

/** Every id below the rows of its table. `padding` lets `NO_ITEM` pass. */
export function expectIds(what: string, ids: Uint32Array, table: Table, padding = false): void {
  for (let n = 0; n < ids.length; n++) {
    if (ids[n] < table.rows || (padding && ids[n] === NO_ITEM)) continue
    throw new InputError(
      `${what}: id ${ids[n]} at place ${n} is outside table "${table.name}" of ${table.rows} rows; ids start at 0`,
    )
  }
}

export function expectLength(what: string, got: number, expected: number): void {
  if (got !== expected) throw new InputError(`${what}: expected ${expected} entries, got ${got}`)
}

export function expectSameDim(what: string, user: Table, item: Table): void {
  if (user.dim !== item.dim)
    throw new InputError(
      `${what}: table "${user.name}" has dim ${user.dim} but "${item.name}" has ${item.dim}; their rows cannot be multiplied`,
    )
}

/** Shapes of lists, not their ids. */
export function expectLists(what: string, { users, items, k }: ListRows): void {
  expectCount(`${what}.k`, k, 0)
  expectLength(`${what}.items`, items.length, users.length * k)
}

/** Rows of an array without a table. */
export function expectRows(
  what: string,
  source: { readonly length: number },
  width: number,
  rows: Uint32Array,
  out: { readonly length: number },
): void {
  expectCount(`${what}: width`, width, 0)
  expectLength(`${what}: out`, out.length, rows.length * width)
  if (width === 0) return
  const there = Math.floor(source.length / width)
  const wrong = rows.findIndex((row) => row >= there)
  if (wrong >= 0)
    throw new InputError(
      `${what}: row ${rows[wrong]} at place ${wrong} is outside the ${there} rows of ${width}`,
    )
}

/** Two lists that belong to the same rows of users. */
export function expectSameUsers(what: string, a: ListRows, b: ListRows): void {
  expectLength(`${what}: users of the second list`, b.users.length, a.users.length)
  for (let n = 0; n < a.users.length; n++)
    if (a.users[n] !== b.users[n])
      throw new InputError(
        `${what}: row ${n} is user ${a.users[n]} in the first list but ${b.users[n]} in the second; both must list the same users`,
      )
}

/** What binary cross-entropy takes beside its lists. */
export function expectBinary(
  rows: ListRows,
  weights: Float32Array,
  teacher: Float32Array,
  temperature: number,
  shift: number,
): void {
  const what = 'binaryCrossEntropy'
  expectLength(`${what}: weights`, weights.length, rows.users.length)
  expectLength(`${what}: teacher`, teacher.length, rows.items.length)
  expectPositive(`${what}.temperature`, temperature)
  if (!Number.isFinite(shift)) throw new InputError(`${what}.shift: expected a number, got ${shift}`)
}

/** What `itemsAt` takes. */
export function expectPositions(
  user: Table,
  item: Table,
  users: Uint32Array,
  positions: Uint32Array,
  exclude: Csr | null,
  out: Uint32Array,
): void {
  expectIds('itemsAt: users', users, user)
  expectExclude('itemsAt', users, item, exclude)
  expectLength('itemsAt: out', out.length, positions.length)
  const k = users.length === 0 ? 0 : positions.length / users.length
  if (!Number.isInteger(k))
    throw new InputError(
      `itemsAt: expected as many positions for each of ${users.length} users, got ${positions.length} in all`,
    )
  if (users.length === 0) expectLength('itemsAt: positions', positions.length, 0)
}

/** What both background calls take beside their lists, their numbers per row among it. */
export function expectBackground(
  what: string,
  item: Table,
  { users }: ListRows,
  exclude: Csr | null,
  clamp: number | null,
  perRow: Readonly<Record<string, Float32Array>>,
): void {
  expectExclude(what, users, item, exclude)
  if (clamp !== null) expectPositive(`${what}.clamp`, clamp)
  for (const [name, values] of Object.entries(perRow))
    expectLength(`${what}: ${name}`, values.length, users.length)
}

/** What cross-entropy over the catalogue takes, ids of users but for their range in the student. */
export function expectCatalogueLoss(
  user: Table,
  item: Table,
  teacherUser: Table,
  teacherItem: Table,
  users: Uint32Array,
  weights: Float32Array,
  temperature: number,
): void {
  const what = 'catalogueCrossEntropy'
  expectSameDim(what, user, item)
  expectSameDim(`${what}: teacher`, teacherUser, teacherItem)
  expectLength(`${what}: items of the teacher`, teacherItem.rows, item.rows)
  expectIds(`${what}: users`, users, user)
  expectIds(`${what}: users`, users, teacherUser)
  expectLength(`${what}: weights`, weights.length, users.length)
  expectPositive(`${what}.temperature`, temperature)
}

export function expectCount(what: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new InputError(`${what}: expected an integer >= ${least}, got ${value}`)
}

export function expectPositive(what: string, value: number): void {
  if (!(value > 0 && value < Infinity))
    throw new InputError(`${what}: expected a number above 0, got ${value}`)
}

/** As `relaxedRanking` of the losses takes one; infinity caps nothing. */
export function expectCap(what: string, value: number): void {
  if (!(value > 0)) throw new InputError(`${what}: expected a number above 0 or null, got ${value}`)
}

export function expectTrainable(what: string, table: Table): void {
  if (!table.trainable)
    throw new InputError(
      `${what}: table "${table.name}" is not trainable; create it with { trainable: true }`,
    )
}

export function expectAdam({ lr, weightDecay, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 }: AdamOptions): void {
  expectPositive('adam.lr', lr)
  expectPositive('adam.eps', eps)
  if (!(weightDecay >= 0 && weightDecay < Infinity))
    throw new InputError(`adam.weightDecay: expected a number >= 0, got ${weightDecay}`)
  for (const [name, beta] of [
    ['beta1', beta1],
    ['beta2', beta2],
  ] as const)
    if (!(beta >= 0 && beta < 1))
      throw new InputError(`adam.${name}: expected a number in [0, 1), got ${beta}`)
}

/** @throws NumericError naming the first row with a value that is not finite. */
export function expectFiniteRows(table: Table, values: Float32Array): void {
  for (let n = 0; n < values.length; n++)
    if (!(Math.abs(values[n]) < Infinity))
      throw new NumericError(
        `write "${table.name}": row ${Math.floor(n / table.dim)} holds ${values[n]}; values must be finite`,
      )
}
