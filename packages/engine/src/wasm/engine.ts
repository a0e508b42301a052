import { expectIds } from '../check-input.ts'
import { checkedEngine } from '../checked-engine.ts'
import type { Engine, SparseMatrix } from '../engine.ts'
import { createArena } from './arena.ts'
import { backgroundLogSumExp, pullBackground } from './background.ts'
import { kernels, type Simd } from './binaries.ts'
import { createCatalogues } from './catalogue.ts'
import { createCatalogueLoss } from './catalogue-loss.ts'
import { createDraws } from './draws.ts'
import { Arg, Control, Head, Kernel, Mode } from './layout.ts'
import { pullRows, readyRows, readyToPull, runLists, type Context } from './list-kernels.ts'
import { createMachine } from './machine.ts'
import { meanOfLayers } from './mean-of-layers.ts'
import { createNumbers } from './numbers.ts'
import {
  arrayOf,
  clearGradient,
  copyPadded,
  createWasmTable,
  ensureMoments,
  flush,
  freeTable,
  LANES,
  paddedArray,
  resetStep,
  setJob,
  stepAdam,
  withoutPadding,
  type WasmTable,
} from './table.ts'

export interface WasmEngineOptions {
  readonly threads: number
  readonly simd: Simd
  /** False does every step of Adam on all rows at once: the same bits, slower. For tests. */
  readonly deferred?: boolean
  /** Most lanes of a table's gradient; 1 sorts entries by owner as large tables do. For tests. */
  readonly lanes?: number
}

/** The engine on SIMD kernels and threads, or null where this runtime cannot run them. */
export function createWasmEngine({
  threads,
  simd,
  deferred = true,
  lanes = LANES,
}: WasmEngineOptions): Engine | null {
  const module = kernels(simd)
  if (module === null) return null
  const machine = createMachine(module, threads)
  const { heap, control } = machine
  const arena = createArena(heap)
  const at = control + Control.args
  const matrices = new WeakMap<Uint32Array, { offsets: number; indices: number }>()
  const dropped = new FinalizationRegistry<number[]>((pointers) => pointers.forEach((one) => heap.give(one)))

  let zeros = { at: 0, stride: 0 }
  const context: Context = {
    machine,
    arena,
    threads,
    zeros(stride) {
      if (stride > zeros.stride) {
        heap.give(zeros.at)
        zeros = { at: heap.take(stride * 4), stride }
        heap.f32.fill(0, zeros.at / 4, zeros.at / 4 + stride)
      }
      return zeros.at
    },
  }
  const catalogues = createCatalogues(context)
  const catalogueLoss = createCatalogueLoss(context)
  const numbers = createNumbers(context)

  const driver: Engine<WasmTable> = {
    driver: 'cpu',
    threads,
    simd,

    table: (name, rows, dim, { trainable }) => createWasmTable(machine, name, rows, dim, trainable, lanes),
    write(table, values) {
      const { dim, stride } = table
      table.settle?.(true)
      copyPadded(values, dim, paddedArray(machine, table, Head.values), stride)
      if (table.trainable) {
        clearGradient(machine, table, null)
        if (table.moments) for (const state of [Head.m, Head.v]) paddedArray(machine, table, state).fill(0)
        resetStep(machine, table, 0)
      }
      table.version++
    },
    read(table) {
      flush(machine, table)
      return arrayOf(machine, table, Head.values)
    },
    optimizerState(table) {
      flush(machine, table)
      ensureMoments(machine, table)
      return {
        m: arrayOf(machine, table, Head.m),
        v: arrayOf(machine, table, Head.v),
        step: table.step,
      }
    },
    restoreOptimizer(table, { m, v, step }) {
      const { dim, stride } = table
      flush(machine, table)
      ensureMoments(machine, table)
      copyPadded(m, dim, paddedArray(machine, table, Head.m), stride)
      copyPadded(v, dim, paddedArray(machine, table, Head.v), stride)
      resetStep(machine, table, step)
    },
    free(table) {
      catalogues.forget(table)
      freeTable(machine, table)
    },

    ...numbers,
    draws: createDraws(context),

    scoreLists(user, item, rows, out) {
      runLists(context, {
        what: 'scoreLists',
        mode: Mode.score,
        user,
        item,
        lists: [rows],
        out,
      })
    },
    pullScores(user, item, rows, grad) {
      runLists(context, {
        what: 'pullScores',
        mode: Mode.pull,
        user,
        item,
        lists: [rows],
        grad,
      })
    },
    backgroundLogSumExp: (...given) => backgroundLogSumExp(context, ...given),
    pullBackground: (...given) => pullBackground(context, ...given),
    gatherRows(table, ids, out) {
      const { dim, stride } = table
      if (ids.length === 0) return
      arena.begin()
      const chunkRows = Math.ceil(ids.length / 32)
      const chunks = Math.ceil(ids.length / chunkRows)
      const result = arena.take(ids.length * stride * 4)
      heap.u32[at + Arg.users] = arena.copyIn(ids)
      heap.u32[at + Arg.rows] = ids.length
      heap.u32[at + Arg.chunkRows] = chunkRows
      heap.u32[at + Arg.k0] = 0
      heap.u32[at + Arg.k1] = 0
      heap.u32[at + Arg.out] = result
      setJob(machine, { user: table, item: null, all: 0 })
      readyRows(context, table, null, chunks, () => expectIds('gatherRows', ids, table))
      machine.fork(Kernel.gather, chunks)
      withoutPadding(heap.f32.subarray(result / 4, result / 4 + ids.length * stride), dim, stride, out)
    },
    pullRows(table, ids, grad) {
      const { dim, stride } = table
      if (ids.length === 0) return
      arena.begin()
      readyToPull(context, table, ids)
      let rows = grad
      if (stride !== dim) {
        const padded = arena.take(ids.length * stride * 4)
        rows = heap.f32.subarray(padded / 4, padded / 4 + ids.length * stride)
        copyPadded(grad, dim, rows, stride)
      }
      pullRows(context, table, arena.copyIn(rows))
    },
    takeGradient(table, out) {
      flush(machine, table)
      clearGradient(machine, table, out)
    },
    adam(trained, options) {
      for (const table of trained) stepAdam(machine, table, options)
      if (!deferred) for (const table of trained) flush(machine, table)
    },

    rank: catalogues.rank,
    positions: catalogues.positions,
    itemsAt: catalogues.itemsAt,
    propagate(matrix, input, dim, out) {
      const stride = Math.ceil(dim / 4) * 4
      arena.begin()
      const { offsets, indices } = placeMatrix(matrix)
      const padded = (rows: number, array: Float32Array) =>
        stride === dim && heap.holds(array) ? array.byteOffset : arena.take(rows * stride * 4)
      const from = padded(matrix.columns, input)
      const to = padded(matrix.rows, out)
      if (from !== input.byteOffset || !heap.holds(input))
        copyPadded(input, dim, heap.f32.subarray(from / 4, from / 4 + matrix.columns * stride), stride)
      const chunkRows = Math.max(1, Math.ceil(matrix.rows / 256))
      const words = { rows: matrix.rows, chunkRows, offsetsOfRows: offsets, indices, input: from, out: to }
      heap.u32[at + Arg.values] = arena.copyIn(matrix.values)
      heap.u32[at + Arg.dim] = stride
      for (const name in words)
        heap.u32[at + Arg[name as keyof typeof words]] = words[name as keyof typeof words]
      machine.fork(Kernel.propagate, Math.ceil(matrix.rows / chunkRows))
      if (to !== out.byteOffset || !heap.holds(out))
        withoutPadding(heap.f32.subarray(to / 4, to / 4 + matrix.rows * stride), dim, stride, out)
    },
    meanOfLayers: (...given) => meanOfLayers(context, ...given),

    bpr(user, item, users, positives, negatives, n) {
      return runLists(context, {
        what: 'bpr',
        mode: Mode.bpr,
        user,
        item,
        lists: [
          { users, items: positives, k: 1 },
          { users, items: negatives, k: n },
        ],
      })
    },
    softCrossEntropy(user, item, rows, weights, teacher, temperature, scale) {
      return runLists(context, {
        what: 'softCrossEntropy',
        mode: Mode.softCrossEntropy,
        user,
        item,
        lists: [rows],
        teachers: [teacher],
        weights,
        temperature,
        scale,
      })
    },
    binaryCrossEntropy(user, item, rows, weights, teacher, temperature, shift, scale) {
      return runLists(context, {
        what: 'binaryCrossEntropy',
        mode: Mode.binaryCrossEntropy,
        user,
        item,
        lists: [rows],
        teachers: [teacher],
        weights,
        temperature,
        teacherShift: shift,
        scale,
      })
    },
    catalogueCrossEntropy: catalogueLoss.crossEntropy,
    relaxedRanking(user, item, listed, background, weights, scoreCap, scale) {
      return runLists(context, {
        what: 'relaxedRanking',
        mode: Mode.relaxedRanking,
        user,
        item,
        lists: [listed, background],
        weights,
        cap: scoreCap ?? Infinity,
        scale,
      })
    },
    rceKd(user, item, top, topTeacher, approximate, approximateTeacher, gamma, weights, temperature, scale) {
      return runLists(context, {
        what: 'rceKd',
        mode: Mode.rceKd,
        user,
        item,
        lists: [top, approximate],
        teachers: [topTeacher, approximateTeacher],
        gamma,
        weights,
        temperature,
        scale,
      })
    },

    dispose: () => machine.dispose(),
  }
  return checkedEngine(driver, { checksIds: true })

  /** The structure of a matrix is copied in once; its values come with every call. */
  function placeMatrix(matrix: SparseMatrix): { offsets: number; indices: number } {
    const old = matrices.get(matrix.indices)
    if (old) return old
    const placed = {
      offsets: heap.take(matrix.offsets.byteLength),
      indices: heap.take(matrix.indices.byteLength),
    }
    heap.u32.set(matrix.offsets, placed.offsets / 4)
    heap.u32.set(matrix.indices, placed.indices / 4)
    matrices.set(matrix.indices, placed)
    dropped.register(matrix.indices, [placed.offsets, placed.indices])
    return placed
  }
}
