import { InputError } from '@recdistill/core'
import { spelledOtherwise } from './spelled-otherwise.ts'

/** Fills the places of ids that a teacher does not know. */
export const NO_ROW = 0xffffffff

export type Side = 'users' | 'items'

/** How the rows of a teacher's file and the ids of the data belong together. */
export interface Join {
  /** Row of the file for each dense id of the data; `NO_ROW` where the teacher has none. */
  readonly rows: Uint32Array
  /** Ids of the data that the teacher knows. */
  readonly known: number
  /** Ids of the data that the teacher does not know. */
  readonly missing: Counted
  /** Ids of the teacher that the data does not have: left aside. */
  readonly unused: Counted
  /** What most ids that are not known differ from those left aside in, e.g. `leading zeros`; absent where it is nothing of the kind. */
  readonly differ?: string
}

export interface Counted {
  readonly count: number
  /** The first few, as the source spells them. */
  readonly examples: readonly string[]
}

/**
 * Looks the data's ids up among a teacher's.
 * @param known The data's ids by dense id, as the source spells them.
 * @param teacher.ids By row of the file; null when the rows are in the order of the data's ids already.
 * @throws InputError when an id stands twice, no id is shared, or there are no ids and the number of rows is another.
 */
export function joinIds(
  side: Side,
  known: readonly string[],
  { file, rows, ids }: { file: string; rows: number; ids: readonly string[] | null },
): Join {
  if (ids === null) {
    if (rows !== known.length)
      throw new InputError(
        `${file}: has ${rows} rows of ${side} and the data has ${known.length} ${side}; say whose row is whose with --teacher-${one(side)}-ids FILE, one id a row`,
      )
    return {
      rows: Uint32Array.from(known.keys()),
      known: rows,
      missing: { count: 0, examples: [] },
      unused: { count: 0, examples: [] },
    }
  }
  if (ids.length !== rows)
    throw new InputError(
      `${file}: has ${rows} rows of ${side}, but there are ${ids.length} ids for them; ${
        ids.length === rows + 1 && !known.includes(ids[0])
          ? `the first, "${ids[0]}", is no id of the data: leave out a heading`
          : 'both must be of the same model'
      }`,
    )
  const rowOf = new Map<string, number>()
  for (const [row, id] of ids.entries()) {
    const other = rowOf.get(id)
    if (other !== undefined)
      throw new InputError(
        `${file}: ${one(side)} "${id}" stands in row ${other} and in row ${row} (from 0); keep one`,
      )
    rowOf.set(id, row)
  }
  const missing = counter()
  const join = Uint32Array.from(known, (id) => {
    const row = rowOf.get(id)
    if (row === undefined) missing.add(id)
    else rowOf.delete(id)
    return row ?? NO_ROW
  })
  const found = known.length - missing.count
  const left = [...rowOf.keys()]
  const differ = spelledOtherwise(
    known.filter((_, id) => join[id] === NO_ROW),
    left,
  )
  if (found === 0)
    throw new InputError(
      `${file}: none of the data's ${known.length} ${side} is among its ids; they look like ${quoted(ids)}, those of the data like ${quoted(known)}${differ === null ? '' : `: they differ in ${differ}`}`,
    )
  const unused = counter()
  for (const id of left) unused.add(id)
  return {
    rows: join,
    known: found,
    missing: missing.counted(),
    unused: unused.counted(),
    ...(differ === null ? {} : { differ }),
  }
}

function counter() {
  let count = 0
  const examples: string[] = []
  return {
    get count() {
      return count
    },
    add(id: string) {
      if (count++ < 3) examples.push(id)
    },
    counted: (): Counted => ({ count, examples }),
  }
}

export function one(side: Side): 'user' | 'item' {
  return side === 'users' ? 'user' : 'item'
}

export function quoted(ids: readonly string[]): string {
  return ids
    .slice(0, 3)
    .map((id) => `"${id}"`)
    .join(', ')
}
