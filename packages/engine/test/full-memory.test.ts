import { InputError } from '@recdistill/core'
import { expect, test } from 'vitest'
import { createArena } from '../src/wasm/arena.ts'
import { ensureMoments } from '../src/wasm/deferred-adam.ts'
import { earlierRankings } from '../src/wasm/earlier-rankings.ts'
import { createHeap, type Heap } from '../src/wasm/heap.ts'
import type { Machine } from '../src/wasm/machine.ts'
import { createWasmTable } from '../src/wasm/table.ts'

/** A heap of 4 MiB, and what of a machine makes tables in it. */
function small(): { heap: Heap; machine: Machine } {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 64, shared: true })
  const heap = createHeap(memory, 1024)
  return { heap, machine: { heap, control: 0, chunksOf: () => 1 } as unknown as Machine }
}

test('a table that does not fit leaves nothing behind', () => {
  const { heap, machine } = small()
  const table = (rows: number) => createWasmTable(machine, 'items', rows, 20, true, 1)
  for (let n = 0; n < 3; n++) {
    expect(() => table(30_000)).toThrow(InputError) // values fit, a gradient beside them does not
    expect(heap.used()).toBe(0)
  }
  const fits = table(14_000)
  const before = heap.used()
  for (let n = 0; n < 3; n++) {
    expect(() => ensureMoments(machine, fits)).toThrow(InputError) // the first fits, the second does not
    expect(heap.used()).toBe(before)
  }
})

test('scratch memory that has no room in one piece is taken in pieces', () => {
  const { heap } = small()
  const arena = createArena(heap)
  const operation = () => {
    arena.begin()
    return [arena.take(1_200_000), arena.take(1_200_000)]
  }
  arena.begin()
  arena.take(1_200_000)
  heap.take(300_000) // lies between
  arena.take(1_200_000)
  heap.take(700_000)
  expect(operation).not.toThrow()
  expect(operation).not.toThrow()
})

test('rankings go on without hints where there is no room for them', () => {
  const { heap } = small()
  const question = { k: 40, users: new Uint32Array(30_000), exclude: null } as never
  expect(earlierRankings(heap).room(question)).toBe(0)
  expect(heap.used()).toBe(0)
})
