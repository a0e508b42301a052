import type { Engine } from '../engine.ts'
import { setWords, type Context } from './context.ts'
import { Kernel } from './layout.ts'
import { copyPadded, withoutPadding } from './table.ts'

/** A dense product in the memory of the kernels; rows of the right matrix and of the result are `stride` long. */
export interface PlacedProduct {
  readonly left: number
  /** Bytes from a number of the left matrix to the one below it, and to the next. */
  readonly steps: readonly [row: number, inner: number]
  readonly rows: number
  readonly inner: number
  readonly right: number
  readonly stride: number
  readonly out: number
  /** Adds to what stands there. */
  readonly adds?: boolean
}

/** Rows of one piece of work. */
const MOST_ROWS = 32

export function runProduct(
  context: Context,
  { left, steps, rows, inner, right, stride, out, adds = false }: PlacedProduct,
): void {
  const chunkRows = Math.max(4, Math.min(MOST_ROWS, Math.ceil(rows / 32) * 4))
  setWords(context, {
    input: left,
    rowStep: steps[0],
    innerStep: steps[1],
    rows,
    chunkRows,
    inner,
    values: right,
    dim: stride,
    out,
    adds: Number(adds),
  })
  context.machine.fork(Kernel.product, Math.ceil(rows / chunkRows))
}

/** See `Engine.product`. */
export function createProduct(context: Context): Engine['product'] {
  const { machine, arena } = context
  const { heap } = machine
  return (left, right, { rows, inner, columns, transposed = false }, out) => {
    const stride = Math.ceil(columns / 4) * 4
    arena.begin()
    const place = (array: Float32Array, rows: number) =>
      stride === columns && heap.holds(array) ? array.byteOffset : arena.take(rows * stride * 4)
    const from = place(right, inner)
    const to = place(out, rows)
    const input = arena.copyIn(left)
    if (!heap.holds(right) || from !== right.byteOffset)
      copyPadded(right, columns, heap.f32.subarray(from / 4, from / 4 + inner * stride), stride)
    const steps = transposed ? ([4, rows * 4] as const) : ([inner * 4, 4] as const)
    runProduct(context, { left: input, steps, rows, inner, right: from, stride, out: to })
    if (!heap.holds(out) || to !== out.byteOffset)
      withoutPadding(heap.f32.subarray(to / 4, to / 4 + rows * stride), columns, stride, out)
  }
}
