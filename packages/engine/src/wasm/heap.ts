import { InputError } from '@recdistill/core'

const PAGE = 65536
/** Vectors may be read a little past the end of an array; this much always follows one. */
const SLACK = 64

/** Memory of the kernels: first-fit allocation over one growing shared memory. Only the owning thread allocates. */
export interface Heap {
  /** Current views of all of it; a pointer divided by 4 is an index. Fetch them anew after `take`. */
  u32: Uint32Array
  f32: Float32Array
  f64: Float64Array
  u8: Uint8Array
  /** A block of its own, not cleared. Its address is a multiple of 64. */
  take(bytes: number): number
  /** Several blocks, or none where one of them is too many. */
  takeAll(sizes: readonly number[]): number[]
  give(pointer: number): void
  /** Bytes in blocks that were taken and not given back. */
  used(): number
  /** Whether an array lies in this memory, so that its `byteOffset` is a pointer. */
  holds(array: ArrayBufferView): boolean
}

export function createHeap(memory: WebAssembly.Memory, start: number): Heap {
  const sizes = new Map<number, number>()
  /** Free blocks by address, never two that touch. */
  const free: { at: number; size: number }[] = []
  const buffers = new WeakSet<ArrayBufferLike>()
  let end = memory.buffer.byteLength
  let used = 0

  const heap: Heap = {
    u32: new Uint32Array(memory.buffer),
    f32: new Float32Array(memory.buffer),
    f64: new Float64Array(memory.buffer),
    u8: new Uint8Array(memory.buffer),
    take(bytes) {
      const size = Math.ceil((bytes + SLACK) / 64) * 64
      let n = free.findIndex((block) => block.size >= size)
      if (n < 0) {
        grow(size)
        n = free.length - 1
      }
      const block = free[n]
      const at = block.at
      if (block.size === size) free.splice(n, 1)
      else free[n] = { at: at + size, size: block.size - size }
      sizes.set(at, size)
      used += size
      return at
    },
    takeAll(sizes) {
      const taken: number[] = []
      try {
        for (const bytes of sizes) taken.push(heap.take(bytes))
      } catch (error) {
        for (const pointer of taken) heap.give(pointer)
        throw error
      }
      return taken
    },
    give(pointer) {
      const size = sizes.get(pointer)
      if (size === undefined) return
      sizes.delete(pointer)
      used -= size
      insert(pointer, size)
    },
    used: () => used,
    holds: (array) => buffers.has(array.buffer),
  }

  insert(start, end - start)
  buffers.add(memory.buffer)
  return heap

  function insert(at: number, size: number) {
    let n = free.findIndex((block) => block.at > at)
    if (n < 0) n = free.length
    free.splice(n, 0, { at, size })
    if (n + 1 < free.length && at + size === free[n + 1].at) {
      free[n].size += free[n + 1].size
      free.splice(n + 1, 1)
    }
    if (n > 0 && free[n - 1].at + free[n - 1].size === at) {
      free[n - 1].size += free[n].size
      free.splice(n, 1)
    }
  }

  /** Makes the last block free and at least `size` long. */
  function grow(size: number) {
    const last = free.at(-1)
    const open = last !== undefined && last.at + last.size === end ? last.size : 0
    const pages = Math.ceil((size - open) / PAGE)
    const spare = Math.min(Math.ceil(end / PAGE / 4), 1024)
    try {
      try {
        memory.grow(pages + spare)
      } catch {
        memory.grow(pages)
      }
    } catch {
      throw new InputError(
        `engine: needs ${Math.ceil(size / 2 ** 20)} MiB more beside ${Math.ceil(used / 2 ** 20)} MiB in use, above the 4 GiB this memory can hold; use a smaller dim, batch or block`,
      )
    }
    const before = end
    end = memory.buffer.byteLength
    heap.u32 = new Uint32Array(memory.buffer)
    heap.f32 = new Float32Array(memory.buffer)
    heap.f64 = new Float64Array(memory.buffer)
    heap.u8 = new Uint8Array(memory.buffer)
    buffers.add(memory.buffer)
    insert(before, end - before)
  }
}
