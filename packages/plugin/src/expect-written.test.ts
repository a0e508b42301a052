import { InputError, NO_ITEM } from '@recdistill/core'
import { expect, test } from 'vitest'
import { expectWritten } from './index.ts'

test('a program that wrote may give what it likes, but for a promise', () => {
  const out = Uint32Array.of(3, NO_ITEM)
  for (const result of [undefined, null, 2, true, out, [3], { any: 1 }])
    expect(() => expectWritten('draw', result, out)).not.toThrow()
  expect(() => expectWritten('draw', Promise.resolve(), out)).toThrow(InputError)
})

test('one that writes nothing may give nothing, and no list', () => {
  const empty = Uint32Array.of(NO_ITEM, NO_ITEM)
  for (const result of [undefined, [], new Uint32Array(0), empty, empty.subarray(1), { any: 1 }])
    expect(() => expectWritten('draw', result, empty)).not.toThrow()
  expect(() => expectWritten('draw', Uint32Array.of(3), empty)).toThrow(
    'draw gives a list and writes nothing',
  )
  expect(() => expectWritten('fill', [1], new Float32Array(2))).toThrow(
    'fill gives a list and writes nothing',
  )
})

test('a promise that fails later is no unhandled rejection', async () => {
  expect(() => expectWritten('fill', Promise.reject(new Error('late')), new Float32Array(1))).toThrow(
    'fill gives a promise',
  )
  await new Promise((resolve) => void setImmediate(resolve))
})
