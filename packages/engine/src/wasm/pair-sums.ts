import { NO_ITEM } from '@recdistill/core'
import { setWords } from './context.ts'
import type { Heap } from './heap.ts'
import { Kernel } from './layout.ts'
import { transposed } from './perceptron-words.ts'
import { halfOf, PARTS, tellPairs, type PairWork, type PlacedPairs } from './placed-pairs.ts'
import { runProduct } from './product.ts'
import { withoutPadding } from './table.ts'

/** Gradients of the scores, and of the first layer before its relu, pair by pair. */
export interface PairGradients {
  readonly grad0: number
  readonly grad1: number
}

/** Gradients of rows of users, or of distinct items. */
export interface OwnerGradients {
  readonly ids: Uint32Array
  /** [ids, stride of the table] */
  readonly toRow: number
  readonly toDeep: number
  /** Of what they give to the first layer. [ids, stride of the layer] */
  readonly toShare: number
  /** Of their half of the first layer's weights. [dim, width] */
  readonly toWeights: Float32Array
  /** Of the weights of the product of vectors; the users' only. */
  readonly toProduct: Float32Array
}

/** Sums over the pairs of each owner in order, and from there through the first layer. */
export function sumByOwner(
  work: PairWork,
  placed: PlacedPairs,
  gradients: PairGradients,
  half: 0 | 1,
): OwnerGradients {
  const { context, arena, tables } = work
  const { machine } = context
  const { heap } = machine
  const { ids, deep } = half === 0 ? placed.ofUsers : placed.ofItems
  const { stride, dim } = tables.user
  const { weights } = tables.layers[0]
  const chunkRows = Math.max(1, Math.ceil(ids.length / PARTS))
  const chunks = Math.ceil(ids.length / chunkRows)
  const toRow = arena.take(ids.length * stride * 4)
  const toShare = arena.take(ids.length * weights.stride * 4)
  const toDeep = arena.take(ids.length * stride * 4)
  const toWeights = arena.take(dim * weights.stride * 4)
  const toProduct = arena.take(chunks * stride * 4)
  const entries = half === 0 ? { indices: 0, offsets: 0 } : entriesByItem(work, placed)
  const right = arena.copyIn(transposed(heap, halfOf(work, half), dim, weights))
  tellPairs(work, placed)
  const out = { outUser: toRow, outItem: toShare, records: toProduct }
  setWords(context, { ...gradients, ...entries, ...out, ids: arena.copyIn(ids), rows: ids.length, chunkRows })
  machine.fork(Kernel.pairSums, chunks)

  const [rowStep, deepStep] = [weights.stride * 4, stride * 4]
  const [rows, inner] = [ids.length, weights.dim]
  runProduct(context, { left: toShare, steps: [rowStep, 4], rows, inner, right, stride, out: toDeep })
  runProduct(context, {
    left: deep,
    steps: [4, deepStep],
    rows: dim,
    inner: ids.length,
    right: toShare,
    stride: weights.stride,
    out: toWeights,
  })
  const padded = heap.f32.subarray(toWeights / 4, toWeights / 4 + dim * weights.stride)
  return {
    ids,
    toRow,
    toDeep,
    toShare,
    toWeights: withoutPadding(padded, weights.dim, weights.stride),
    toProduct: totals(heap, toProduct, chunks, stride),
  }
}

/** Pairs by their item, each item's in order. */
function entriesByItem({ context, arena }: PairWork, { slots, ofItems }: PlacedPairs) {
  const numItems = ofItems.ids.length
  const ends = new Uint32Array(numItems + 2) // moved on as entries are placed, they become the offsets
  for (const slot of slots) if (slot !== NO_ITEM) ends[slot + 2]++
  for (let n = 2; n < ends.length; n++) ends[n] += ends[n - 1]
  const indices = arena.take(ends[numItems + 1] * 4)
  const entries = context.machine.heap.u32.subarray(indices / 4)
  for (let e = 0; e < slots.length; e++) if (slots[e] !== NO_ITEM) entries[ends[slots[e] + 1]++] = e
  return { indices, offsets: arena.copyIn(ends) }
}

/** Rows of `width` numbers at `at`, added up in order. */
export function totals({ f32 }: Heap, at: number, rows: number, width: number): Float32Array {
  const sums = new Float64Array(width)
  const all = f32.subarray(at / 4, at / 4 + rows * width)
  for (let n = 0; n < all.length;) for (let d = 0; d < width; d++) sums[d] += all[n++]
  return Float32Array.from(sums)
}
