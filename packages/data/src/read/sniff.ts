import { InputError } from '@recdistill/core'
import { assignRoles, knownName, type Roles } from './column-roles.ts'
import type { Format, ReadOptions } from './options.ts'
import type { SourceFile } from './source-file.ts'

/** How a file is to be read, settled: nothing is guessed after this. */
export type ReadPlan =
  | {
      readonly format: 'csv'
      readonly delimiter: string
      readonly quoted: boolean
      readonly header: boolean
      readonly columns: readonly string[]
      readonly roles: Roles
    }
  | { readonly format: 'jsonl'; readonly roles: Roles }
  /** Columns are known only to DuckDB; `roles` is assigned there. */
  | { readonly format: 'parquet' }
  | { readonly format: 'adjacency' }
  | { readonly format: 'citeulike' }

/** Looks at the name and the first lines; what `options` says is not guessed. */
export function sniff(source: SourceFile, options: ReadOptions): ReadPlan {
  const name = source.file.toLowerCase().replace(/\.gz$/, '')
  if (source.sample.subarray(0, 4).toString('latin1') === 'PAR1' || options.format === 'parquet')
    return { format: 'parquet' }
  if (/\.(parquet|pq)$/.test(name))
    throw new InputError(
      `${source.file}: not a Parquet file (it does not start with PAR1); get it again, or give its format`,
    )
  const lines = sampleLines(source, options)
  const format = options.format ?? formatOf(name, lines)
  switch (format) {
    case 'jsonl':
      return { format, roles: assignRoles(source.file, jsonKeys(source.file, lines), options.columns) }
    case 'adjacency':
    case 'citeulike':
      return { format }
    case 'csv':
    case 'inter':
      return sniffTable(source.file, lines, format === 'inter' ? interOptions(options) : options)
    case 'parquet':
      return { format }
  }
}

function interOptions(options: ReadOptions): ReadOptions {
  return { delimiter: '\t', header: true, ...options }
}

function formatOf(name: string, lines: readonly string[]): Format {
  if (name.endsWith('.inter')) return 'inter'
  if (/\.(jsonl|ndjson|json)$/.test(name) || /^\s*[[{]/.test(lines[0])) return 'jsonl'
  if (/\.(csv|tsv)$/.test(name)) return 'csv'
  const tokens = lines.map((line) => line.trim().split(/[\s,]+/))
  const lengths = new Set(tokens.map((row) => row.length))
  const whole = tokens.every((row) => row.every((token) => /^\d+$/.test(token)))
  if (lengths.size > 1 && whole)
    return tokens.every((row) => Number(row[0]) === row.length - 1) ? 'citeulike' : 'adjacency'
  return 'csv'
}

function sniffTable(file: string, lines: readonly string[], options: ReadOptions): ReadPlan {
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
          `${file}: the ${role} column is asked for by name ("${wanted}") but the file has no header; give its position from 0`,
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
  const numeric = (cell: string) => cell.trim() !== '' && Number.isFinite(Number(cell))
  return second !== null && !first.some(numeric) && second.some(numeric)
}

/** The delimiter that cuts every line of the sample into the same number of columns, the most if several do. */
function findDelimiter(file: string, lines: readonly string[]): string {
  const shown = lines.slice(0, 200)
  for (const delimiter of ['\t', '::', ',', ';', '|', ' ']) {
    const widths = new Set(shown.map((line) => splitLine(line, delimiter).length))
    if (widths.size === 1 && !widths.has(1)) return delimiter
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

function sampleLines(source: SourceFile, { encoding = 'utf-8' }: ReadOptions): string[] {
  const text = new TextDecoder(
    encoding === 'latin-1' ? 'latin1' : encoding === 'utf-16' ? 'utf-16le' : encoding,
  )
    .decode(source.sample)
    .replace(/^\uFEFF/, '')
  if (/[\u0000-\u0008\u000E-\u001F]/.test(text))
    throw new InputError(
      `${source.file}: looks like binary data, not text; expected CSV, TSV, JSON lines, .inter, adjacency lines or Parquet`,
    )
  const lines = text.split(/\r?\n/)
  if (!source.whole) lines.pop()
  const filled = lines.filter((line) => line.trim() !== '')
  if (filled.length > 0) return filled
  throw new InputError(
    source.whole
      ? `${source.file}: has no line with anything on it; expected interactions, one a line`
      : `${source.file}: the first line is longer than ${source.sample.length} bytes; give its format`,
  )
}

function jsonKeys(file: string, lines: readonly string[]): string[] {
  const keys = new Set<string>()
  for (const [n, line] of lines.slice(0, 100).entries()) {
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      throw new InputError(
        line.trimStart().startsWith('[')
          ? `${file}: is one JSON array; expected JSON lines, one object a line`
          : `${file}: line ${n + 1} is not a JSON object ("${clip(line)}")`,
      )
    }
    if (Array.isArray(value))
      throw new InputError(`${file}: is one JSON array; expected JSON lines, one object a line`)
    if (typeof value !== 'object' || value === null)
      throw new InputError(`${file}: line ${n + 1} is not a JSON object ("${clip(line)}")`)
    for (const key of Object.keys(value)) keys.add(key)
  }
  return [...keys]
}

function unique(names: string[]): string[] {
  return names.map((name, n) => (name === '' || names.indexOf(name) < n ? `${name || 'column'} ${n}` : name))
}

function clip(line: string): string {
  return line.length > 60 ? `${line.slice(0, 60)}...` : line
}

function show(delimiter: string): string {
  return delimiter === '\t' ? '\\t' : delimiter
}
