import { columnOf } from './column.ts'
import { withTable } from './open-table.ts'

/** What a table file holds, told by its columns: vectors, scored lists, or neither. */
export async function tableKind(path: string): Promise<'vectors' | 'lists' | null> {
  return withTable(path, async (_, table) => {
    if (table.columns.some(({ type }) => /\[\d*\]$/.test(type))) return 'vectors'
    const parts = ['user', 'item', 'score'] as const
    return parts.every((part) => columnOf(path, table, part, undefined) !== null) ? 'lists' : null
  })
}
