import { createWriteStream, mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { InputError } from '@recdistill/core'
import { openPromise } from 'yauzl'

/**
 * Writes those members of a zip archive that match, under their own paths.
 * @returns Their names.
 * @throws InputError when the archive is damaged.
 */
export async function unzip(archive: string, members: RegExp, folder: string): Promise<readonly string[]> {
  const written: string[] = []
  try {
    const zip = await openPromise(archive, { autoClose: false })
    try {
      for await (const entry of zip.eachEntry()) {
        if (entry.fileName.endsWith('/') || !members.test(entry.fileName)) continue
        const path = join(folder, entry.fileName)
        mkdirSync(dirname(path), { recursive: true })
        await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path))
        written.push(entry.fileName)
      }
    } finally {
      zip.close()
    }
  } catch (error) {
    throw new InputError(
      `setup tensorflow: ${basename(archive)} is not a sound wheel (${(error as Error).message}); get it again`,
    )
  }
  return written
}
