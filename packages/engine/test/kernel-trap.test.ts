import { expect, test } from 'vitest'
import { kernels } from '../src/wasm/binaries.ts'
import { Arg, Control, Kernel } from '../src/wasm/layout.ts'
import { createMachine } from '../src/wasm/machine.ts'

test.each([1, 3])('a machine of %i threads whose kernel failed does nothing more', (threads) => {
  const machine = createMachine(kernels('simd')!, threads)
  const { heap, control } = machine
  const table = heap.take(256)
  heap.u8.fill(0, table, table + 256)
  const words = control + Control.args
  const check = (ids: number, chunks: number) => {
    const told = { user: table, item: table, users: ids, rows: 8 * chunks, chunkRows: 8, k0: 0, k1: 0 }
    for (const [name, word] of Object.entries(told)) heap.u32[words + Arg[name as keyof typeof told]] = word
    machine.fork(Kernel.checkIds, chunks)
  }
  expect(() => check(table, 40)).not.toThrow()
  expect(() => check(2 ** 32 - 16, 1)).toThrow('memory access out of bounds')
  for (const chunks of [1, 40])
    expect(() => check(table, chunks)).toThrow(
      'engine: a kernel failed before (memory access out of bounds); make a new engine, this one is not sound',
    )
  machine.dispose()
})
