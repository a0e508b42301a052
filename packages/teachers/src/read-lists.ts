import { readScoredLists } from '@recdistill/formats'
import { NO_ITEM } from '@recdistill/core'
import { joinIds, NO_ROW, type Join } from './join-ids.ts'
import { listTeacher, type ListTeacher } from './list-teacher.ts'
import type { TeacherSource } from './teacher-source.ts'
import type { DataIds } from './data-ids.ts'

/**
 * A teacher from a table of user, item and score (`.parquet`, `.csv`, `.tsv`); entries of users and items that the data does not
 * have are left out.
 */
export async function readLists(
  { from, columns }: TeacherSource,
  data: DataIds,
): Promise<{ model: ListTeacher; users: Join; items: Join; entries: number }> {
  const { user, item, score } = columns ?? {}
  const asked = { ...(user && { user }), ...(item && { item }), ...(score && { score }) }
  const { users: userIds, items: itemIds, lists, scores } = await readScoredLists(from, asked)
  const users = joinIds('users', data.users, { file: from, rows: userIds.length, ids: userIds })
  const items = joinIds('items', data.items, { file: from, rows: itemIds.length, ids: itemIds })
  const itemOf = new Uint32Array(itemIds.length).fill(NO_ITEM)
  for (const [item, row] of items.rows.entries()) if (row !== NO_ROW) itemOf[row] = item
  const entries = {
    users: new Uint32Array(scores.length),
    items: new Uint32Array(scores.length),
    scores: new Float32Array(scores.length),
  }
  let count = 0
  for (const [user, row] of users.rows.entries()) {
    if (row === NO_ROW) continue
    for (let n = lists.offsets[row]; n < lists.offsets[row + 1]; n++) {
      const item = itemOf[lists.items[n]]
      if (item === NO_ITEM) continue
      entries.users[count] = user
      entries.items[count] = item
      entries.scores[count++] = scores[n]
    }
  }
  const model = listTeacher(
    { numUsers: data.users.length, numItems: data.items.length },
    {
      users: entries.users.subarray(0, count),
      items: entries.items.subarray(0, count),
      scores: entries.scores.subarray(0, count),
    },
  )
  return { model, users, items, entries: count }
}
