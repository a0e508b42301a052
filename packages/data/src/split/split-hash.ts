import type { Split } from '@recdistill/core'
import { createHash } from 'node:crypto'
import { endianness } from 'node:os'

/** Node hashes fewer than 2 GiB at once. */
const mostAtOnce = 2 ** 28

/** SHA-256 over the counts and the three parts as little-endian uint32: equal hashes mean equal splits. */
export function splitHash({
  numUsers,
  numItems,
  train,
  valid,
  test,
}: Pick<Split, 'numUsers' | 'numItems' | 'train' | 'valid' | 'test'>): string {
  const hash = createHash('sha256')
  const add = (array: Uint32Array) => {
    for (let at = 0; at < array.length; at += mostAtOnce)
      hash.update(littleEndian(array.subarray(at, at + mostAtOnce)))
  }
  add(Uint32Array.of(numUsers, numItems))
  for (const { offsets, items } of [train, valid, test]) {
    add(Uint32Array.of(items.length))
    add(offsets)
    add(items)
  }
  return hash.digest('hex')
}

function littleEndian(array: Uint32Array): Buffer {
  const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength)
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap32()
}
