import { columnOf } from './column.ts'
import { withDatabase } from './database.ts'
import { openTable } from './open-table.ts'

/** What a table file holds, told by its columns: vectors, scored lists, or neither. */
export async function tableKind(path: string): Promise<'vectors' | 'lists' | null> {
  return withDatabase(async (connection) => {
    const table = await openTable(connection, path)
    if (table.columns.some(({ type }) => /\[\d*\]$/.test(type))) return 'vectors'
    const parts = ['user', 'item', 'score'] as const
    return parts.every((part) => columnOf(path, table, part, undefined) !== null) ? 'lists' : null
  })
}
