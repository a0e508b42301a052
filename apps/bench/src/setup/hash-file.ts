import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { InputError } from '@recdistill/core'

export async function hashFile(path: string, algorithm: 'sha256' | 'sha512'): Promise<Buffer> {
  const hash = createHash(algorithm)
  await pipeline(createReadStream(path), hash)
  return hash.digest()
}

/** The SHA-256 of a file. @throws InputError when it is not the expected one. */
export async function expectSha256(path: string, expected: string | null): Promise<string> {
  const sha256 = (await hashFile(path, 'sha256')).toString('hex')
  if (expected !== null && sha256 !== expected.toLowerCase())
    throw new InputError(
      `setup tensorflow: ${basename(path)}: expected SHA-256 ${expected}, got ${sha256}; the file is damaged or another one, nothing was installed`,
    )
  return sha256
}
