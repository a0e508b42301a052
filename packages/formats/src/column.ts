import { InputError, nearest } from '@recdistill/core'
import { itemColumns, userColumns } from './column-names.ts'
import type { TableSource } from './open-table.ts'

/** Column names by which each part is known, without case and punctuation; the first that is there wins. */
const knownColumns = {
  user: userColumns,
  item: itemColumns,
  score: ['score', 'prediction', 'pred', 'rating', 'value'],
  id: ['id', 'rawid', ...userColumns, ...itemColumns, 'key', 'token', 'name'],
  vector: ['vector', 'embedding', 'embeddings', 'emb', 'factors', 'values', 'features'],
} as const

/**
 * The column that plays a part: the one asked for, else one with a known name, else null.
 * @throws InputError when the one asked for is not there.
 */
export function columnOf(
  path: string,
  { columns }: TableSource,
  part: keyof typeof knownColumns,
  asked: string | undefined,
): string | null {
  const names = columns.map(({ name }) => name)
  if (asked === undefined)
    return (
      knownColumns[part].map((known) => names.find((name) => plain(name) === known)).find((name) => name) ??
      null
    )
  if (names.includes(asked)) return asked
  const near = nearest(asked, names)
  throw new InputError(
    `${path}: no column "${asked}" for the ${part}; it has ${listed(names)}${near === null ? '' : `; did you mean "${near}"?`}`,
  )
}

/** Names for a message. */
export function listed(names: readonly string[]): string {
  return names.slice(0, 12).join(', ') + (names.length > 12 ? ', ...' : '')
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
