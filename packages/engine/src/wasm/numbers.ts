import { expectCount, expectRows } from '../check-input.ts'
import type { Engine } from '../engine.ts'
import { selectRows } from '../plain/numbers.ts'
import { setWords, type Context } from './context.ts'
import { Kernel } from './layout.ts'

/** A piece of work copies about this much. */
const PIECE_BYTES = 2 ** 16
/** Half of the memory is left to tables: beyond, numbers are ordinary arrays. */
const MOST_BYTES = 2 ** 31

/** Numbers in the memory of the kernels that belong to the caller. */
export function createNumbers(
  context: Context,
): Pick<Engine, 'makeIds' | 'makeFloats' | 'release' | 'selectRows'> {
  const { machine, arena } = context
  const { heap } = machine
  const made = new WeakMap<Uint32Array | Float32Array, number>()
  /** A cleared block, or null when little of this memory would be left for tables. */
  const take = (length: number) => {
    if (heap.used() + length * 4 > MOST_BYTES) return null
    const pointer = heap.take(length * 4)
    heap.u8.fill(0, pointer, pointer + length * 4)
    return pointer
  }
  return {
    makeIds(length) {
      expectCount('makeIds', length, 0)
      const pointer = take(length)
      if (pointer === null) return new Uint32Array(length)
      const array = heap.u32.subarray(pointer / 4, pointer / 4 + length)
      made.set(array, pointer)
      return array
    },
    makeFloats(length) {
      expectCount('makeFloats', length, 0)
      const pointer = take(length)
      if (pointer === null) return new Float32Array(length)
      const array = heap.f32.subarray(pointer / 4, pointer / 4 + length)
      made.set(array, pointer)
      return array
    },
    release(array) {
      const pointer = made.get(array)
      if (pointer !== undefined) heap.give(pointer)
      made.delete(array)
    },
    selectRows(source, width, rows, out) {
      expectRows('selectRows', source, width, rows, out)
      if (out.length === 0) return
      if (!heap.holds(source) || !heap.holds(out)) return selectRows(source, width, rows, out)
      arena.begin()
      const chunkRows = Math.max(1, Math.ceil(PIECE_BYTES / (width * 4)))
      setWords(context, {
        users: arena.copyIn(rows),
        rows: rows.length,
        chunkRows,
        k: width,
        input: source.byteOffset,
        out: out.byteOffset,
      })
      machine.fork(Kernel.selectRows, Math.ceil(rows.length / chunkRows))
    },
  }
}
