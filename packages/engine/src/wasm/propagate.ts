import type { Engine, SparseMatrix } from '../engine.ts'
import { setWords, type Context } from './context.ts'
import { Kernel } from './layout.ts'
import { copyPadded, withoutPadding } from './table.ts'

/** Structures of matrices that were copied in; they go when nobody has the matrix any more. */
export function createPropagation(context: Context): Engine['propagate'] {
  const { machine, arena } = context
  const { heap } = machine
  const known = new WeakMap<Uint32Array, { offsets: number; indices: number }>()
  const dropped = new FinalizationRegistry<number[]>((pointers) => pointers.forEach((one) => heap.give(one)))

  /** Their values come with every call. */
  const placed = ({ offsets, indices }: SparseMatrix) => {
    const old = known.get(indices)
    if (old) return old
    const place = { offsets: heap.take(offsets.byteLength), indices: heap.take(indices.byteLength) }
    heap.u32.set(offsets, place.offsets / 4)
    heap.u32.set(indices, place.indices / 4)
    known.set(indices, place)
    dropped.register(indices, [place.offsets, place.indices])
    return place
  }

  return (matrix, input, dim, out) => {
    const stride = Math.ceil(dim / 4) * 4
    arena.begin()
    const { offsets, indices } = placed(matrix)
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
