import type { Heap } from './heap.ts'

/** Scratch memory of one operation: taken piece by piece, given back all at once, kept for the next operation. */
export interface Arena {
  /** Forgets what was taken before. */
  begin(): void
  take(bytes: number): number
  /** Pointer to a copy, or to the array itself where it lies in this memory. */
  copyIn(array: Uint32Array | Float32Array): number
  dispose(): void
}

export function createArena(heap: Heap): Arena {
  let blocks: { at: number; size: number }[] = []
  let offset = 0

  const arena: Arena = {
    begin() {
      if (blocks.length > 1) {
        const size = blocks.reduce((sum, block) => sum + block.size, 0)
        arena.dispose()
        try {
          blocks = [{ at: heap.take(size), size }]
        } catch {
          // where memory is nearly full the pieces may fit though the whole does not
        }
      }
      offset = 0
    },
    take(bytes) {
      const size = Math.ceil((bytes + 64) / 64) * 64
      let block = blocks.at(-1)
      if (block === undefined || offset + size > block.size) {
        block = { at: heap.take(Math.max(size, 2 ** 18)), size: Math.max(size, 2 ** 18) }
        blocks.push(block)
        offset = 0
      }
      const at = block.at + offset
      offset += size
      return at
    },
    copyIn(array) {
      if (heap.holds(array)) return array.byteOffset
      const at = arena.take(array.byteLength)
      if (array instanceof Uint32Array) heap.u32.set(array, at / 4)
      else heap.f32.set(array, at / 4)
      return at
    },
    dispose() {
      for (const block of blocks) heap.give(block.at)
      blocks = []
      offset = 0
    },
  }
  return arena
}
