import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readContainer, writeContainer, writeFileAtomic } from './index.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'recdistill-files-'))
const sample = {
  kind: 'sample',
  meta: { epoch: 3, name: 'ü' },
  arrays: {
    a: Float32Array.of(1, NaN, -0),
    b: Uint32Array.of(7, 2 ** 32 - 1),
    c: new Uint8Array(0),
    d: Float64Array.of(Math.PI),
  },
}

test('what was written is what is read, and equal contents are equal bytes', () => {
  const at = folder()
  writeContainer(join(at, 'x'), sample)
  writeContainer(join(at, 'y'), sample)
  expect(readContainer(join(at, 'x'), 'sample')).toEqual(sample)
  expect(readFileSync(join(at, 'x')).equals(readFileSync(join(at, 'y')))).toBe(true)
  expect(readdirSync(at).sort()).toEqual(['x', 'y'])
})

test('any changed or missing byte is found', () => {
  const path = join(folder(), 'x')
  writeContainer(path, sample)
  const good = readFileSync(path)
  for (let n = 0; n < good.length; n++) {
    const bad = Buffer.from(good)
    bad[n] ^= 1
    writeFileSync(path, bad)
    expect(() => readContainer(path, 'sample'), `byte ${n}`).toThrow(path)
  }
  for (const length of [0, 10, 47, good.length - 1]) {
    writeFileSync(path, good.subarray(0, length))
    expect(() => readContainer(path, 'sample')).toThrow(path)
  }
})

test('a file of many pieces is read and checked as a whole', () => {
  const path = join(folder(), 'x')
  const array = Float64Array.from({ length: 5_000_001 }, (_, n) => Math.sqrt(n))
  writeContainer(path, { kind: 'sample', meta: null, arrays: { first: Uint8Array.of(1), array } })
  expect(Buffer.compare(bytesOf(readContainer(path, 'sample').arrays['array']), bytesOf(array))).toBe(0)
  const file = openSync(path, 'r+')
  writeSync(file, 'x', 30_000_000)
  closeSync(file)
  expect(() => readContainer(path, 'sample')).toThrow('checksum does not match')
})

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)

test('a file of another kind says so', () => {
  const path = join(folder(), 'x')
  writeContainer(path, sample)
  expect(() => readContainer(path, 'checkpoint')).toThrow('holds a sample, expected a checkpoint')
})

test('a place that cannot be written gives one line and leaves nothing', () => {
  const at = folder()
  writeFileSync(join(at, 'file'), '')
  expect(() => writeFileAtomic(join(at, 'file', 'x'), 'content')).toThrow(/cannot write .*file.*not a folder/)
  expect(readdirSync(at)).toEqual(['file'])
})

test('an array of a type that the file does not know is refused, and nothing is written', () => {
  const at = folder()
  const arrays = { a: Int32Array.of(-1) as never }
  expect(() => writeContainer(join(at, 'x'), { kind: 'sample', meta: null, arrays })).toThrow(
    'writeContainer: expected arrays of Float32',
  )
  expect(readdirSync(at)).toEqual([])
})
