import { InputError } from '@recdistill/core'
import { assignRoles, knownName, type Roles } from './column-roles.ts'
import type { ReadOptions } from './options.ts'
import { clip } from './sample-lines.ts'

/** How lines become columns, and which column is what. */
export interface TablePlan {
  readonly format: 'csv'
  readonly delimiter: string
  readonly quoted: boolean
  readonly header: boolean
  readonly columns: readonly string[]
  readonly roles: Roles
}

/** Looks at the first lines of a table; what `options` says is not guessed. */
export function sniffTable(file: string, lines: readonly string[], options: ReadOptions): TablePlan {
  const delimiter = options.delimiter ?? findDelimiter(file, lines)
  const first = splitLine(lines[0], delimiter)
  if (first.length < 2)
    throw new InputError(
      `${file}: expected at least two columns separated by "${show(delimiter)}", the first line has one ("${clip(lines[0])}"); give the delimiter (--delimiter)`,
    )
  const second = lines.length > 1 ? splitLine(lines[1], delimiter) : null
  const header = options.header ?? looksLikeHeader(first, second, options)
  if (header && lines.length === 1)
    throw new InputError(`${file}: has a header ("${clip(lines[0])}") and no rows below it`)
  const columns = header ? unique(first.map((name) => name.trim())) : first.map((_, n) => `column ${n}`)
  const asked = header
    ? options.columns
    : { ...defaultPositions(file, lines, delimiter, options), ...options.columns }
  if (!header)
    for (const [role, wanted] of Object.entries(asked ?? {}))
      if (typeof wanted === 'string')
        throw new InputError(
          `${file}: the ${role} column is asked for by name ("${wanted}") but the file has no header${whereNamed(wanted, lines, delimiter)} give its position from 0`,
        )
  return {
    format: 'csv',
    delimiter,
    quoted: delimiter !== '::',
    header,
    columns,
    roles: assignRoles(file, columns, asked),
  }
}

/** Reports of spreadsheets begin with a title. */
function whereNamed(wanted: string, lines: readonly string[], delimiter: string): string {
  const at = lines.findIndex((line) => splitLine(line, delimiter).some((cell) => cell.trim() === wanted))
  return at < 0
    ? ` (it begins with "${clip(lines[0])}");`
    : `: "${wanted}" stands below "${clip(lines[0])}"; take out what is above it, or`
}

/** Without a header: user, item, then rating or time by the look of it, then time. */
function defaultPositions(file: string, lines: readonly string[], delimiter: string, options: ReadOptions) {
  const rows = lines.slice(0, 50).map((line) => splitLine(line, delimiter))
  const width = rows[0].length
  const asked = options.columns
  if (width > 4 && (asked?.user === undefined || asked.item === undefined))
    throw new InputError(
      `${file}: no header and ${width} columns; say which is which (--columns user=0,item=1), or give format adjacency if a line is a user and their items`,
    )
  if (width === 2 || width > 4) return { user: 0, item: 1, rating: null, time: null }
  if (width === 4) return { user: 0, item: 1, rating: 2, time: 3 }
  const isTime = rows.every((row) => Number(row[2]) > 1e8 || /^\d{4}-\d\d-\d\d/.test(row[2] ?? ''))
  return isTime ? { user: 0, item: 1, rating: null, time: 2 } : { user: 0, item: 1, rating: 2, time: null }
}

function looksLikeHeader(first: string[], second: string[] | null, options: ReadOptions): boolean {
  const asked = Object.values(options.columns ?? {})
  if (asked.some((name) => typeof name === 'string' && first.includes(name))) return true
  if (first.some((name) => knownName(name))) return true
  const numeric = (cell: string) =>
    isDecimalComma(cell) || (cell.trim() !== '' && Number.isFinite(Number(cell)))
  return second !== null && !first.some(numeric) && second.some(numeric)
}

/** The first delimiter that cuts every line of the sample into the same number of columns, unless it is a decimal comma. */
function findDelimiter(file: string, lines: readonly string[]): string {
  const shown = lines.slice(0, 200)
  const widthBy = (delimiter: string): number => {
    const [width, ...others] = new Set(shown.map((line) => splitLine(line, delimiter).length))
    return others.length === 0 ? width : 1
  }
  for (const delimiter of ['\t', '::', ',', ';', '|', ' ']) {
    if (widthBy(delimiter) === 1) continue
    if (delimiter !== ',') return delimiter
    // ids have no fractions, so the comma is in the columns after them
    const commaIsDecimal = ([user, item, ...more]: string[]) =>
      !user.includes(',') &&
      !item.includes(',') &&
      more.every((cell) => !cell.includes(',') || isDecimalComma(cell))
    const within = [';', '|', ' '].find(
      (other) => widthBy(other) > 2 && shown.every((line) => commaIsDecimal(splitLine(line, other))),
    )
    return within ?? delimiter
  }
  // No line-up: the one the first line has most of, so that the reader can name the line that breaks it.
  let best = ''
  let most = 1
  for (const delimiter of ['\t', '::', ',', ';', '|', ' ']) {
    const width = splitLine(lines[0], delimiter).length
    if (width > most) [best, most] = [delimiter, width]
  }
  if (best === '')
    throw new InputError(
      `${file}: no delimiter found in the first line ("${clip(lines[0])}"); expected at least user and item, e.g. "u1,i7"`,
    )
  return best
}

/** As in "4,5": not what stands between two columns. */
function isDecimalComma(cell: string): boolean {
  return /^\s*[+-]?\d*,\d+\s*$/.test(cell)
}

function splitLine(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return line.split(delimiter)
  const cells: string[] = []
  let cell = ''
  let inside = false
  for (let n = 0; n < line.length; n++) {
    if (line[n] === '"') {
      if (inside && line[n + 1] === '"') cell += line[n++]
      else inside = !inside
    } else if (!inside && line.startsWith(delimiter, n)) {
      cells.push(cell)
      cell = ''
      n += delimiter.length - 1
    } else cell += line[n]
  }
  return [...cells, cell]
}

function unique(names: string[]): string[] {
  return names.map((name, n) => (name === '' || names.indexOf(name) < n ? `${name || 'column'} ${n}` : name))
}

function show(delimiter: string): string {
  return delimiter === '\t' ? '\\t' : delimiter
}
