import type { Split } from '@recdistill/core'
import { createHash } from 'node:crypto'
import { endianness } from 'node:os'

/** SHA-256 over the counts and the three parts as little-endian uint32: equal hashes mean equal splits. */
export function splitHash({
  numUsers,
  numItems,
  train,
  valid,
  test,
}: Pick<Split, 'numUsers' | 'numItems' | 'train' | 'valid' | 'test'>): string {
  const hash = createHash('sha256')
  hash.update(littleEndian(Uint32Array.of(numUsers, numItems)))
  for (const { offsets, items } of [train, valid, test])
    hash
      .update(littleEndian(Uint32Array.of(items.length)))
      .update(littleEndian(offsets))
      .update(littleEndian(items))
  return hash.digest('hex')
}

function littleEndian(array: Uint32Array): Buffer {
  const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength)
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap32()
}
