import { InputError } from '@recdistill/core'
import { isLostInLines } from '@recdistill/formats/database'

/** DuckDB's words about a file, many lines long, as one line that says where and what to do. */
export function asReadError(file: string, error: unknown): unknown {
  if (error instanceof InputError || !(error instanceof Error)) return error
  const text = error.message
  if (/INTERNAL Error|Parser Error|Binder Error|Catalog Error/.test(text)) return error
  const line = /on Line: (\d+)/.exec(text)?.[1] ?? /in line (\d+)/.exec(text)?.[1]
  const at = line ? `${file}: line ${line}` : file
  const columns = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text)
  if (columns)
    return new InputError(
      `${at} has ${columns[2]} columns, expected ${columns[1]}; correct the line, or give the delimiter (--delimiter)`,
    )
  if (/unterminated quote/.test(text))
    return new InputError(`${at} opens a quote that is never closed; correct the line`)
  if (/unicode|utf-8/i.test(text))
    return new InputError(
      `${at} is not UTF-8; give its encoding (--encoding latin-1 or utf-16), or get the file again`,
    )
  if (/JSON/.test(text)) return new InputError(`${at} is not a JSON object; correct the line`)
  if (isLostInLines(error))
    return new InputError(
      `${file}: cannot be cut into lines and columns (stray quotes?); rewrite it as plain CSV`,
    )
  if (/Parquet|parquet|TProtocol/.test(text))
    return new InputError(`${file}: not a sound Parquet file; get it again`)
  if (/Maximum line size/.test(text)) return new InputError(`${at} is too long; give its format`)
  return new InputError(`${at}: cannot be read (${text.split('\n')[0]})`)
}
