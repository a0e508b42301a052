import { InputError, nearest } from '@recdistill/core'
import { itemColumns, userColumns } from '@recdistill/formats/database'
import type { ReadOptions } from './options.ts'

export type Role = 'user' | 'item' | 'rating' | 'time'

/** Which column plays which part; null where the source has none. */
export interface Roles {
  readonly user: string
  readonly item: string
  readonly rating: string | null
  readonly time: string | null
  /** Columns that play none. */
  readonly others: readonly string[]
}

/** Names as data sets spell them, without case and punctuation; the first that is present wins. */
const names: Record<Role, readonly string[]> = {
  user: userColumns,
  item: itemColumns,
  rating: 'rating ratings score stars overall weight playcount preference'.split(' '),
  time: 'timestamp time ts unixtimestamp unixreviewtime datetime date createdat eventtime reviewtime'.split(
    ' ',
  ),
}

/** A column's name without case, punctuation and the type that RecBole's files append (`user_id:token`). */
function plainName(name: string): string {
  return name
    .replace(/:(token|float|token_seq|float_seq)$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
}

export function knownName(name: string): boolean {
  return Object.values(names).some((known) => known.includes(plainName(name)))
}

/** @throws InputError when a column that was asked for is not there, or the user or item column cannot be told. */
export function assignRoles(file: string, columns: readonly string[], asked: ReadOptions['columns']): Roles {
  const find = (role: Role): string | null => {
    const wanted = asked?.[role]
    if (wanted === null) return null
    if (typeof wanted === 'number') {
      if (wanted < columns.length) return columns[wanted]
      throw new InputError(
        `${file}: no column ${wanted} for the ${role}; it has ${columns.length} (0 to ${columns.length - 1})`,
      )
    }
    if (wanted !== undefined) {
      const found = columns.find((name) => name === wanted) ?? byPlainName(columns, plainName(wanted))
      if (found !== undefined) return found
      const near = nearest(wanted, columns)
      throw new InputError(
        `${file}: no column "${wanted}" for the ${role}; it has ${list(columns)}${near ? `; did you mean "${near}"?` : ''}`,
      )
    }
    for (const name of names[role]) {
      const found = byPlainName(columns, name)
      if (found !== undefined) return found
    }
    return null
  }
  const user = find('user')
  const item = find('item')
  if (user === null || item === null) {
    const missing = [...(user === null ? ['user'] : []), ...(item === null ? ['item'] : [])]
    throw new InputError(
      `${file}: cannot tell which column is the ${missing.join(' and which the ')} in ${list(columns)}; name ${missing.length > 1 ? 'them' : 'it'} with --columns ${missing.map((role) => `${role}=NAME`).join(',')} (read: { columns: { ${missing.map((role) => `${role}: NAME`).join(', ')} } } in a file)`,
    )
  }
  if (user === item) throw new InputError(`${file}: user and item are the same column, "${user}"`)
  const roles = { user, item, rating: find('rating'), time: find('time') }
  return { ...roles, others: columns.filter((name) => !Object.values(roles).includes(name)) }
}

/**
 * The same columns, once none is known to hold lists or groups: as a text, a list of items would be one item.
 * @throws InputError naming the first that does.
 */
export function expectPlain(file: string, roles: Roles, nested: readonly string[]): Roles {
  for (const role of ['user', 'item', 'rating', 'time'] as const) {
    const name = roles[role]
    if (name !== null && nested.includes(name))
      throw new InputError(
        `${file}: the ${role} column "${name}" holds lists or groups of values, expected one value a row; write one interaction a row (pandas: explode("${name}"))`,
      )
  }
  return roles
}

/** The column that rows are chosen by, as the file spells it. */
export function findColumn(file: string, { others, ...roles }: Roles, wanted: string): string {
  const columns = [...Object.values(roles).filter((name) => name !== null), ...others]
  const found = columns.find((name) => name === wanted) ?? byPlainName(columns, plainName(wanted))
  if (found !== undefined) return found
  const near = nearest(wanted, columns)
  throw new InputError(
    `${file}: no column "${wanted}" to choose rows by (--where); it has ${list(columns)}${near ? `; did you mean "${near}"?` : ''}`,
  )
}

function byPlainName(columns: readonly string[], plain: string): string | undefined {
  return columns.find((column) => plainName(column) === plain)
}

function list(columns: readonly string[]): string {
  const shown = columns.slice(0, 12).map((name) => `"${name}"`)
  return shown.join(', ') + (columns.length > 12 ? ', ...' : '')
}
