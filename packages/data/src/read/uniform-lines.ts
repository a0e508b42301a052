import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'
import type { ReadOptions } from './options.ts'
import type { SourceFile } from './source-file.ts'

/**
 * What `read` makes of a text file. DuckDB refuses one whose lines end now with CR LF, now with LF; such a file is read from a copy
 * with line feeds alone, gone afterwards. DuckDB's `strict_mode = false` would need no copy, but reads past what is wrong: columns
 * that are too many are dropped and stray quotes change ids.
 */
export async function withUniformLines<T>(
  { path, gzip, ...source }: SourceFile,
  { encoding }: ReadOptions,
  read: (source: SourceFile) => Promise<T>,
): Promise<T> {
  try {
    return await read({ path, gzip, ...source })
  } catch (error) {
    if (!isLostInLines(error)) throw error
  }
  const folder = mkdtempSync(join(tmpdir(), 'recdistill-'))
  try {
    const copy = join(folder, 'lines')
    const uniform = (chunks: AsyncIterable<Buffer>) => uniformLines(chunks, encoding === 'utf-16')
    const bytes = createReadStream(path, { highWaterMark: 1 << 20 })
    if (gzip) await pipeline(bytes, createGunzip(), uniform, createWriteStream(copy))
    else await pipeline(bytes, uniform, createWriteStream(copy))
    return await read({ path: copy, gzip: false, ...source })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Whether DuckDB could not tell where lines end, in whichever words. */
export function isLostInLines(error: unknown): boolean {
  return error instanceof Error && error.message.includes('state machine')
}

/** Bytes of a text with every CR LF and CR as LF, wherever the text is cut into chunks. */
export async function* uniformLines(chunks: AsyncIterable<Buffer>, wide: boolean): AsyncGenerator<Buffer> {
  // Latin-1 stands for all encodings of single bytes and for UTF-8: none has those two within another character.
  const coding = wide ? 'utf16le' : 'latin1'
  const decoder = new StringDecoder(coding)
  let held = ''
  for await (const chunk of chunks) {
    const text = held + decoder.write(chunk)
    held = text.endsWith('\r') ? '\r' : ''
    yield Buffer.from(text.slice(0, text.length - held.length).replace(/\r\n?/g, '\n'), coding)
  }
  yield Buffer.from((held + decoder.end()).replace(/\r\n?/g, '\n'), coding)
}
