import { asInputError } from '@recdistill/core/files'
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** What a file held when it was read. */
export interface FileFingerprint {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

/** Reads the file through once, block by block. */
export function fingerprint(path: string): FileFingerprint {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw asInputError('read', path, error)
  }
  try {
    const hash = createHash('sha256')
    const block = new Uint8Array(2 ** 22)
    for (;;) {
      const got = readSync(file, block, 0, block.length, null)
      if (got === 0) break
      hash.update(block.subarray(0, got))
    }
    return { file: path, bytes: fstatSync(file).size, sha256: hash.digest('hex') }
  } catch (error) {
    throw asInputError('read', path, error)
  } finally {
    closeSync(file)
  }
}
