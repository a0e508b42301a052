import { closeSync, createReadStream, createWriteStream, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { temporaryFolder } from './temporary-at.ts'

/** A text file as its bytes are. */
export interface TextFile {
  readonly path: string
  readonly gzip: boolean
  /** UTF-16: two bytes a character. */
  readonly wide: boolean
}

/**
 * What `read` makes of a text file. DuckDB refuses one whose lines end now with CR LF, now with LF; such a file is read from a copy
 * with line feeds alone, gone afterwards. DuckDB's `strict_mode = false` would need no copy, but reads past what is wrong: columns
 * that are too many are dropped and stray quotes change ids.
 */
export async function withUniformLines<T>(
  { path, gzip, wide }: TextFile,
  read: (file: Pick<TextFile, 'path' | 'gzip'>) => Promise<T>,
): Promise<T> {
  try {
    return await read({ path, gzip })
  } catch (error) {
    if (!isLostInLines(error) && !(isLostAtStart(error) && beginsWithBothEnds(path, gzip))) throw error
  }
  const { folder, remove } = temporaryFolder()
  try {
    const copy = join(folder, 'lines')
    const uniform = (chunks: AsyncIterable<Buffer>) => uniformLines(chunks, wide)
    const bytes = createReadStream(path, { highWaterMark: 1 << 20 })
    if (gzip) await pipeline(bytes, createGunzip(), uniform, createWriteStream(copy))
    else await pipeline(bytes, uniform, createWriteStream(copy))
    try {
      return await read({ path: copy, gzip: false })
    } catch (error) {
      if (error instanceof Error) error.message = error.message.replaceAll(copy, path)
      throw error
    }
  } finally {
    remove()
  }
}

/** Whether DuckDB could not tell where lines end, in whichever words, or that is the cause. */
export function isLostInLines(error: unknown): boolean {
  return error instanceof Error && (error.message.includes('state machine') || isLostInLines(error.cause))
}

/** Whether DuckDB could not tell from the first lines how the file is written, for which there are other reasons too. */
function isLostAtStart(error: unknown): boolean {
  return error instanceof Error && (error.message.includes('sniffing file') || isLostAtStart(error.cause))
}

function beginsWithBothEnds(path: string, gzip: boolean): boolean {
  const file = openSync(path, 'r')
  const bytes = Buffer.alloc(1 << 20)
  const start = bytes.subarray(0, readSync(file, bytes))
  closeSync(file)
  const text = (gzip ? unzippedStart(start) : start).toString('latin1')
  return /\r\n/.test(text) && /(^|[^\r])\n/.test(text)
}

/** Nothing where it is no gzip: whoever reads the file says so. */
function unzippedStart(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return Buffer.alloc(0)
  }
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
