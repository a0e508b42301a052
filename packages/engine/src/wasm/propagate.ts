import type { Engine } from '../engine.ts'
import { setWords, type Context } from './context.ts'
import { Kernel } from './layout.ts'
import { copyPadded, withoutPadding } from './table.ts'

/** Structures of matrices that were copied in; they go when nobody has the matrix any more. */
export function createPropagation(context: Context): Engine['propagate'] {
  const { machine, arena } = context
  const { heap } = machine
  const known = new WeakMap<Uint32Array, number>()
  const dropped = new FinalizationRegistry<number>((pointer) => heap.give(pointer))

  /** Offsets and indices apart: one of them may be of several matrices. Values come with every call. */
  const placed = (array: Uint32Array) => {
    const old = known.get(array)
    if (old !== undefined) return old
    const pointer = heap.take(array.byteLength)
    heap.u32.set(array, pointer / 4)
    known.set(array, pointer)
    dropped.register(array, pointer)
    return pointer
  }

  return (matrix, input, dim, out) => {
    const stride = Math.ceil(dim / 4) * 4
    arena.begin()
    const [offsets, indices] = [placed(matrix.offsets), placed(matrix.indices)]
    const padded = (rows: number, array: Float32Array) =>
      stride === dim && heap.holds(array) ? array.byteOffset : arena.take(rows * stride * 4)
    const from = padded(matrix.columns, input)
    const to = padded(matrix.rows, out)
    if (from !== input.byteOffset || !heap.holds(input))
      copyPadded(input, dim, heap.f32.subarray(from / 4, from / 4 + matrix.columns * stride), stride)
    const chunkRows = Math.max(1, Math.ceil(matrix.rows / 256))
    setWords(context, {
      rows: matrix.rows,
      chunkRows,
      offsetsOfRows: offsets,
      indices,
      values: arena.copyIn(matrix.values),
      dim: stride,
      input: from,
      out: to,
    })
    machine.fork(Kernel.propagate, Math.ceil(matrix.rows / chunkRows))
    if (to !== out.byteOffset || !heap.holds(out))
      withoutPadding(heap.f32.subarray(to / 4, to / 4 + matrix.rows * stride), dim, stride, out)
  }
}
