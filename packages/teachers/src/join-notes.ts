import type { DataIds } from './data-ids.ts'
import { quoted, type Counted, type Join } from './join-ids.ts'
import type { TeacherKind } from './teacher-source.ts'

interface Joined {
  readonly users: Join
  readonly items: Join
}

/** Who is missing on either side, and what becomes of them. */
export function joinNotes(
  kind: Exclude<TeacherKind, 'run'>,
  { users, items }: Joined,
  data: DataIds,
): readonly string[] {
  const rules = {
    users:
      kind === 'lists'
        ? 'they have no list, so nothing is distilled for them and the teacher recommends them nothing'
        : 'they are taught the mean of all users of the teacher',
    items: kind === 'lists' ? 'they stand in no list' : 'they stand behind all other items',
  }
  return (['users', 'items'] as const).flatMap((side) => {
    const { known, missing, unused } = side === 'users' ? users : items
    return [
      ...(missing.count === 0
        ? []
        : [
            `${known} of ${data[side].length} ${side} known; ${missing.count} not (${some(missing)}): ${rules[side]}`,
          ]),
      ...(unused.count === 0
        ? []
        : [
            `${unused.count} ${unused.count === 1 ? `${side.slice(0, -1)} of the teacher is` : `${side} of the teacher are`} not in the data (${some(unused)}) and left aside`,
          ]),
    ]
  })
}

function some({ count, examples }: Counted): string {
  return quoted(examples) + (count > examples.length ? ', ...' : '')
}

/** Ids that would be known if both sides wrote them alike. */
export function spellingDoubts(joined: Joined): readonly string[] {
  return (['users', 'items'] as const).flatMap((side) => {
    const { missing, unused, differ } = joined[side]
    if (differ === undefined) return []
    return [
      `most of the ${missing.count} ${side} that are not known differ from its own in ${differ} ("${missing.examples[0]}" and "${unused.examples[0]}"); write its ids as the data does`,
    ]
  })
}
