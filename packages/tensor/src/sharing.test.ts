import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { relaxedModule } from './kernels/modules.ts'
import { sharedWasmFiles } from './shared-files.ts'
import { withSharing } from './sharing.ts'
import { wasm } from './webassembly.ts'

const own = Buffer.from(relaxedModule, 'base64')

test('sharing is one bit of the memory that a module imports or defines, and the way back is open', () => {
  const alone = withSharing(own, false)
  expect(alone).not.toBeNull()
  expect([...own].filter((byte, at) => byte !== alone?.[at])).toEqual([3])
  expect(Buffer.from(withSharing(alone ?? own, true) ?? [])).toEqual(own)
  // (module (memory 1 2)), and the same with a shared memory
  const defined = (flags: number) => Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 4, 1, flags, 1, 2)
  expect(withSharing(defined(1), true)).toEqual(defined(3))
  expect(wasm?.validate(defined(3))).toBe(true)
})

test('a memory without a maximum, or none, cannot be shared', () => {
  expect(withSharing(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1), true)).toBeNull()
  expect(withSharing(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), true)).toBeNull()
})

test('the module of the installed backend can be', () => {
  const files = sharedWasmFiles(
    dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')),
  )
  for (const url of new Set(Object.values(files ?? {}))) {
    const bytes = Buffer.from(url.split(',')[1], 'base64')
    expect(wasm?.validate(bytes)).toBe(true)
    expect(bytes.equals(withSharing(bytes, true) ?? Buffer.of())).toBe(true)
  }
  expect(Object.keys(files ?? {})).toHaveLength(3)
})
