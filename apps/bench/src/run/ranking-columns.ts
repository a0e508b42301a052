import { InputError, nearest } from '@recdistill/core'
import { itemColumns, userColumns } from '@recdistill/formats/database'

const roles = ['user', 'item', 'rank', 'score'] as const
type Role = (typeof roles)[number]

/** Columns by name, or by place from 0. */
export type RankingColumns = Readonly<Partial<Record<Role, string | number>>>

/** What a file of rankings is read by; `by` is null where the order of rows counts. */
export interface RankingRoles {
  readonly user: string
  readonly item: string
  readonly by: { readonly column: string; readonly best: 'least' | 'most' } | null
}

/** Names without case and punctuation; the first that is there wins. */
const known: Record<Role, readonly string[]> = {
  user: userColumns,
  item: itemColumns,
  rank: ['rank'],
  score: ['score', 'prediction', 'pred'],
}

/** `user=uid,item=movie,score=2`: names, or places from 0. */
export function rankingColumns(text: string): RankingColumns {
  const columns: Partial<Record<Role, string | number>> = {}
  for (const pair of text.split(',')) {
    const [word, name, ...rest] = pair.split('=').map((part) => part.trim())
    if (name === undefined || name === '' || rest.length > 0)
      throw new InputError(
        `--ranking-columns: expected role=name pairs, e.g. user=uid,item=movie,score=s, got "${text}"`,
      )
    const role = roles.find((each) => each === word)
    if (role === undefined) {
      const near = nearest(word, roles)
      throw new InputError(
        `--ranking-columns: a ranking has user, item and rank or score, got "${word}"${near === null ? '' : `; did you mean ${near}?`}`,
      )
    }
    columns[role] = /^\d+$/.test(name) ? Number(name) : name
  }
  if (columns.rank !== undefined && columns.score !== undefined)
    throw new InputError('--ranking-columns: rank and score both say the order; give one of them')
  return columns
}

/** @throws InputError when a column that is asked for or needed is not there; it lists those there are. */
export function rankingRoles(path: string, columns: readonly string[], asked: RankingColumns): RankingRoles {
  const has = `it has ${columns.slice(0, 12).join(', ')}${columns.length > 12 ? ', ...' : ''}`
  const find = (role: Role): string | null => {
    const wanted = asked[role]
    if (wanted === undefined)
      return known[role].map((name) => columns.find((each) => plain(each) === name)).find(Boolean) ?? null
    const found =
      typeof wanted === 'number'
        ? columns.at(wanted)
        : (columns.find((name) => name === wanted) ?? columns.find((name) => plain(name) === plain(wanted)))
    if (found !== undefined) return found
    const near = typeof wanted === 'number' ? null : nearest(wanted, columns)
    throw new InputError(
      `--rankings: ${path}: no column ${typeof wanted === 'number' ? wanted : `"${wanted}"`} for the ${role}; ${has}${near === null ? '' : `; did you mean "${near}"?`}`,
    )
  }
  const needed = (role: 'user' | 'item'): string => {
    const found = find(role)
    if (found !== null) return found
    throw new InputError(
      `--rankings: ${path}: expected a column "${role}", ${has}; name it with --ranking-columns ${role}=NAME, or give its place from 0`,
    )
  }
  const order = (role: 'rank' | 'score', best: 'least' | 'most') => {
    const column = find(role)
    return column === null ? null : { column, best }
  }
  const [user, item] = [needed('user'), needed('item')]
  const by =
    asked.score === undefined ? (order('rank', 'least') ?? order('score', 'most')) : order('score', 'most')
  const taken = [user, item, ...(by === null ? [] : [by.column])]
  const twice = taken.find((name, n) => taken.indexOf(name) < n)
  if (twice !== undefined)
    throw new InputError(`--rankings: ${path}: the column "${twice}" is asked for twice; ${has}`)
  return { user, item, by }
}

/** Whether a first line names columns: it does unless users and items are asked for by place and a cell is a number. */
export function hasNames(first: readonly (string | null)[], { user, item }: RankingColumns): boolean {
  if (typeof user !== 'number' || typeof item !== 'number') return true
  return !first.some((cell) => cell !== null && isNumber(cell))
}

/** With a decimal point or a decimal comma. */
function isNumber(cell: string): boolean {
  return /^\s*[+-]?\d*,\d+\s*$/.test(cell) || (cell.trim() !== '' && Number.isFinite(Number(cell)))
}

/** One line on what was understood, where the names of the columns do not say it; else null. */
export function rolesInWords(
  path: string,
  columns: readonly string[],
  { user, item, by }: RankingRoles,
): string | null {
  const usual = user.toLowerCase() === 'user' && item.toLowerCase() === 'item'
  const ordered = by === null ? columns.length === 2 : ['rank', 'score'].includes(by.column.toLowerCase())
  if (usual && ordered) return null
  const order =
    by === null
      ? 'best first as the rows stand (a column of ranks or scores: --ranking-columns rank=NAME or score=NAME)'
      : `best is the ${by.best} "${by.column}"`
  return `${path}: users from "${user}", items from "${item}", ${order}`
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
