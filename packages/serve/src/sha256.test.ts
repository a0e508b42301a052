import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { sha256 } from './sha256.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('the examples of FIPS 180-4', () => {
  const ascii = (text: string) => hex(sha256(new TextEncoder().encode(text)))
  expect(ascii('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(ascii('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(ascii('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  )
})

test('every length around the blocks, and views that begin anywhere', () => {
  const bytes = Uint8Array.from({ length: 400 }, (_, n) => (n * n) & 255)
  for (let length = 0; length <= 300; length++) {
    const part = bytes.subarray(length % 7, (length % 7) + length)
    expect(hex(sha256(part))).toBe(createHash('sha256').update(part).digest('hex'))
  }
})
