import { InputError } from '@recdistill/core'
import { putInPlace } from '@recdistill/core/files'
import { temporaryAt } from '@recdistill/formats/database'
import { randomBytes } from 'node:crypto'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import { openPromise, type Entry, type ZipFile } from 'yauzl'

/**
 * Streams the first member of a zip archive that matches into a file, which appears only when it is whole and its CRC-32 right.
 * @throws InputError when the archive is damaged or has no such member.
 */
export async function extractMember(archive: string, member: RegExp, path: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
  const remove = temporaryAt(temporary)
  let zip: ZipFile | null = null
  try {
    zip = await openPromise(archive, { autoClose: false })
    const entry = await findEntry(zip, member)
    if (!entry) throw new InputError(`${archive}: has no member like ${member.source}; get the archive again`)
    mkdirSync(dirname(path), { recursive: true })
    let sum = 0
    async function* summed(stream: AsyncIterable<Buffer>) {
      for await (const chunk of stream) {
        sum = crc32(chunk, sum)
        yield chunk
      }
    }
    await pipeline(await zip.openReadStreamPromise(entry), summed, createWriteStream(temporary))
    if (sum !== entry.crc32) throw new Error(`CRC-32 of ${entry.fileName} does not match`)
    putInPlace(temporary, path)
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(`${archive}: not a sound zip archive (${(error as Error).message}); get it again`)
  } finally {
    zip?.close()
    remove()
  }
}

async function findEntry(zip: ZipFile, member: RegExp): Promise<Entry | null> {
  for await (const entry of zip.eachEntry()) if (member.test(entry.fileName)) return entry
  return null
}
