import { InputError } from '@recdistill/core'
import type { ReadOptions } from './options.ts'
import type { SourceFile } from './source-file.ts'

/** The first lines of a file that have anything on them. @throws InputError when it is no text. */
export function sampleLines(source: SourceFile, { encoding = 'utf-8' }: ReadOptions): string[] {
  if (source.sample.subarray(0, 4).toString('latin1') === 'PK\x03\x04')
    throw new InputError(
      `${source.file}: is a ZIP archive or a spreadsheet; unpack it, or save the sheet as CSV`,
    )
  const text = new TextDecoder(
    encoding === 'latin-1' ? 'latin1' : encoding === 'utf-16' ? 'utf-16le' : encoding,
  )
    .decode(source.sample)
    .replace(/^\uFEFF/, '')
  if (encoding !== 'utf-16' && looksLikeUtf16(source.sample))
    throw new InputError(
      `${source.file}: looks like UTF-16, as spreadsheets save "Unicode text"; say so (--encoding utf-16)`,
    )
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

/** It begins with the mark of it, or every second byte of its beginning is 0. */
function looksLikeUtf16(sample: Buffer): boolean {
  if (sample[0] === 0xff && sample[1] === 0xfe) return true
  const start = sample.subarray(0, 64)
  const zeros = start.filter((byte, n) => n % 2 === 1 && byte === 0).length
  return zeros > 1 && zeros === Math.floor(start.length / 2)
}

/** A line as an error shows it. */
export function clip(line: string): string {
  return line.length > 60 ? `${line.slice(0, 60)}...` : line
}
