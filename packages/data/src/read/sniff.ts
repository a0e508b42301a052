import { InputError } from '@recdistill/core'
import { assignRoles, expectPlain, type Roles } from './column-roles.ts'
import type { Format, ReadOptions } from './options.ts'
import { clip, sampleLines } from './sample-lines.ts'
import { sniffTable, type TablePlan } from './sniff-table.ts'
import type { SourceFile } from './source-file.ts'

/** How a file is to be read, settled: nothing is guessed after this. */
export type ReadPlan =
  | TablePlan
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
    case 'jsonl': {
      const { keys, nested } = jsonKeys(source.file, lines)
      const roles = assignRoles(source.file, keys, options.columns)
      return { format, roles: expectPlain(source.file, roles, nested) }
    }
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

function jsonKeys(file: string, lines: readonly string[]): { keys: string[]; nested: string[] } {
  const keys = new Set<string>()
  const nested = new Set<string>()
  const array = `${file}: is one JSON array; expected JSON lines, one object a line (jq -c '.[]' makes them of an array)`
  for (const [n, line] of lines.slice(0, 100).entries()) {
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      throw new InputError(
        line.trimStart().startsWith('[')
          ? array
          : `${file}: line ${n + 1} is not a JSON object ("${clip(line)}")`,
      )
    }
    if (Array.isArray(value)) throw new InputError(array)
    if (typeof value !== 'object' || value === null)
      throw new InputError(`${file}: line ${n + 1} is not a JSON object ("${clip(line)}")`)
    for (const [key, part] of Object.entries(value)) {
      keys.add(key)
      if (typeof part === 'object' && part !== null) nested.add(key)
    }
  }
  return { keys: [...keys], nested: [...nested] }
}
