import { NO_ITEM } from '@recdistill/core'
import type { ListRows, PairPerceptron } from '../engine.ts'
import { setWords } from './context.ts'
import { pullGatheredRows } from './gathered-rows.ts'
import { Kernel } from './layout.ts'
import { sumByOwner, totals } from './pair-sums.ts'
import { placesOfSums } from './perceptron-words.ts'
import { createPairPlacer, PARTS, tellPairs, type PairWork } from './placed-pairs.ts'
import { pullRows, readyToPull } from './pull-rows.ts'
import { withoutPadding, type WasmTable } from './table.ts'

/** Gradients of the first layer that are kept at once, pair by pair. */
const BLOCK_BYTES = 2 ** 25

/**
 * The first layer is linear before its relu, so its product is done once for each row of users and each distinct item, not for each
 * pair, forth and back; of a pair are left a sum, a relu, two dot products, and the layers above.
 */
export function pairLists(work: PairWork): Pick<PairPerceptron, 'score' | 'pull'> {
  const { context, arena, tables } = work
  const { machine } = context
  const { heap } = machine
  const { user, item, deepUser, deepItem, layers, output, outputBias } = tables
  const { weights: first, bias: firstBias } = layers[0]
  const place = createPairPlacer(work)

  /** Lists in blocks of rows whose pairs' gradients fit. */
  const inBlocks = (
    { users, items, k }: ListRows,
    numbers: Float32Array,
    use: (rows: ListRows, numbers: Float32Array) => void,
  ) => {
    if (items.length === 0) return
    const most = Math.max(1, Math.floor(BLOCK_BYTES / (first.stride * 4) / k))
    for (let from = 0; from < users.length; from += most) {
      const part = [from * k, (from + most) * k] as const
      const rows = { users: users.subarray(from, from + most), items: items.subarray(...part), k }
      use(rows, numbers.subarray(...part))
    }
  }
  /** Adds rows of gradients that stand at `grad`, padded as the table's. */
  const pullPlaced = (table: WasmTable, ids: Uint32Array, grad: number) => {
    if (ids.length === 0) return
    context.arena.begin()
    readyToPull(context, table, ids)
    pullRows(context, table, grad)
  }
  const pullAll = (table: WasmTable, grad: Float32Array) => {
    const all = Uint32Array.from({ length: table.rows }, (_, row) => row)
    pullGatheredRows(context, table, all, grad)
  }

  /** What the layers above the first gain by the sums over all pairs. */
  const pullUpper = (sums: Float32Array) =>
    placesOfSums(tables).upper.forEach((at, n) => {
      const { weights, bias } = layers[n + 1]
      const part = (from: number, { rows, dim, stride }: WasmTable) =>
        withoutPadding(sums.subarray(from / 4, from / 4 + rows * stride), dim, stride)
      pullAll(weights, part(at.toWeights, weights))
      pullAll(bias, part(at.toBias, bias))
    })

  return {
    score(rows, out) {
      inBlocks(rows, out, (rows, out) => {
        const placed = place('pairPerceptron.score', rows)
        const scores = arena.take(out.byteLength)
        const parts = tellPairs(work, placed)
        setWords(context, { out: scores })
        machine.fork(Kernel.pairScores, parts)
        out.set(heap.f32.subarray(scores / 4, scores / 4 + out.length))
      })
    },
    pull(rows, grad) {
      inBlocks(rows, grad, (rows, grad) => {
        const placed = place('pairPerceptron.pull', rows)
        const { partBytes } = placed
        const gradients = { grad0: arena.copyIn(grad), grad1: arena.take(grad.length * first.stride * 4) }
        const records = arena.take(PARTS * partBytes)
        const parts = tellPairs(work, placed)
        setWords(context, { ...gradients, records })
        machine.fork(Kernel.pairPull, parts)
        const sums = totals(heap, records, parts, partBytes / 4)
        const ofUsers = sumByOwner(work, placed, gradients, 0)
        const ofItems = sumByOwner(work, placed, gradients, 1)

        pullPlaced(user, ofUsers.ids, ofUsers.toRow)
        pullPlaced(deepUser, ofUsers.ids, ofUsers.toDeep)
        pullPlaced(item, ofItems.ids, ofItems.toRow)
        pullPlaced(deepItem, ofItems.ids, ofItems.toDeep)
        const halves = tables.itemsFirst ? [ofItems, ofUsers] : [ofUsers, ofItems]
        pullAll(first, joined(halves[0].toWeights, halves[1].toWeights))
        pullAll(
          firstBias,
          totals(heap, ofUsers.toShare, ofUsers.ids.length, first.stride).subarray(0, first.dim),
        )
        pullUpper(sums)
        const [ofProduct, ofTop] = [user.dim, output.dim - user.dim]
        pullAll(output, joined(ofUsers.toProduct.subarray(0, ofProduct), sums.subarray(0, ofTop)))
        pullAll(outputBias, Float32Array.of(sumOfListed(rows.items, grad)))
      })
    },
  }
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

function sumOfListed(items: Uint32Array, grad: Float32Array): number {
  let sum = 0
  for (let e = 0; e < items.length; e++) if (items[e] !== NO_ITEM) sum += grad[e]
  return sum
}
