import { InputError } from '@recdistill/core'
import {
  expectAdam,
  expectBinary,
  expectCount,
  expectExclude,
  expectFiniteRows,
  expectIds,
  expectLength,
  expectLists,
  expectMatrix,
  expectMatrixEntries,
  expectPositions,
  expectPositive,
  expectSameDim,
  expectSameUsers,
  expectTrainable,
} from '../check-input.ts'
import type { Engine, SparseMatrix, Table } from '../engine.ts'
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
  const tables = new Set<WasmTable>()
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

  const own = (table: Table): WasmTable => {
    if (!tables.has(table as WasmTable))
      throw new InputError(`table "${table.name}" is not of this engine, or was freed`)
    return table as WasmTable
  }

  return {
    driver: 'cpu',
    threads,
    simd,

    table(name, rows, dim, { trainable }) {
      expectCount(`table "${name}": rows`, rows, 0)
      expectCount(`table "${name}": dim`, dim, 1)
      const table = createWasmTable(machine, name, rows, dim, trainable, lanes)
      tables.add(table)
      return table
    },
    write(given, values) {
      const table = own(given)
      const { rows, dim, stride } = table
      expectLength(`write "${table.name}"`, values.length, rows * dim)
      expectFiniteRows(table, values)
      table.settle?.(true)
      copyPadded(values, dim, paddedArray(machine, table, Head.values), stride)
      if (table.trainable) {
        clearGradient(machine, table, null)
        if (table.moments) for (const state of [Head.m, Head.v]) paddedArray(machine, table, state).fill(0)
        resetStep(machine, table, 0)
      }
      table.version++
    },
    read(given) {
      const table = own(given)
      flush(machine, table)
      return arrayOf(machine, table, Head.values)
    },
    optimizerState(given) {
      const table = own(given)
      expectTrainable('optimizerState', table)
      flush(machine, table)
      ensureMoments(machine, table)
      return {
        m: arrayOf(machine, table, Head.m),
        v: arrayOf(machine, table, Head.v),
        step: table.step,
      }
    },
    restoreOptimizer(given, { m, v, step }) {
      const table = own(given)
      const { name, rows, dim, stride } = table
      expectTrainable('restoreOptimizer', table)
      expectLength(`restoreOptimizer "${name}": m`, m.length, rows * dim)
      expectLength(`restoreOptimizer "${name}": v`, v.length, rows * dim)
      expectCount(`restoreOptimizer "${name}": step`, step, 0)
      flush(machine, table)
      ensureMoments(machine, table)
      copyPadded(m, dim, paddedArray(machine, table, Head.m), stride)
      copyPadded(v, dim, paddedArray(machine, table, Head.v), stride)
      resetStep(machine, table, step)
    },
    free(given) {
      const table = own(given)
      catalogues.forget(table)
      freeTable(machine, table)
      tables.delete(table)
    },

    ...numbers,
    draws: createDraws(context),

    scoreLists(user, item, rows, out) {
      expectLists('scoreLists', rows)
      expectLength('scoreLists: out', out.length, rows.items.length)
      runLists(context, {
        what: 'scoreLists',
        mode: Mode.score,
        user: own(user),
        item: own(item),
        lists: [rows],
        out,
      })
    },
    pullScores(user, item, rows, grad) {
      expectLists('pullScores', rows)
      expectLength('pullScores: grad', grad.length, rows.items.length)
      runLists(context, {
        what: 'pullScores',
        mode: Mode.pull,
        user: own(user),
        item: own(item),
        lists: [rows],
        grad,
      })
    },
    backgroundLogSumExp: (user, item, ...rest) => backgroundLogSumExp(context, own(user), own(item), ...rest),
    pullBackground: (user, item, ...rest) => pullBackground(context, own(user), own(item), ...rest),
    gatherRows(given, ids, out) {
      const table = own(given)
      const { dim, stride } = table
      expectLength('gatherRows: out', out.length, ids.length * dim)
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
    pullRows(given, ids, grad) {
      const table = own(given)
      const { dim, stride } = table
      expectTrainable('pullRows', table)
      expectLength('pullRows: grad', grad.length, ids.length * dim)
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
    takeGradient(given, out) {
      const table = own(given)
      expectTrainable('takeGradient', table)
      expectLength('takeGradient: out', out.length, table.rows * table.dim)
      flush(machine, table)
      clearGradient(machine, table, out)
    },
    adam(given, options) {
      expectAdam(options)
      const trained = given.map(own)
      for (const table of trained) expectTrainable('adam', table)
      for (const table of trained) stepAdam(machine, table, options)
      if (!deferred) for (const table of trained) flush(machine, table)
    },

    rank(user, item, users, k, exclude) {
      expectSameDim('rank', user, item)
      expectCount('rank.k', k, 1)
      expectIds('rank: users', users, user)
      expectExclude('rank', users, exclude)
      return catalogues.rank(own(user), own(item), users, k, exclude)
    },
    positions(user, item, rows, exclude, out) {
      expectSameDim('positions', user, item)
      expectLists('positions', rows)
      expectIds('positions: users', rows.users, user)
      expectLength('positions: out', out.length, rows.items.length)
      expectExclude('positions', rows.users, exclude)
      catalogues.positions(own(user), own(item), rows, exclude, out)
    },
    itemsAt(user, item, users, positions, exclude, out) {
      const rows = expectPositions(user, item, users, positions, exclude, out)
      catalogues.itemsAt(own(user), own(item), rows, exclude, out)
    },
    propagate(matrix, input, dim, out) {
      expectMatrix(matrix, input, dim, out)
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
    meanOfLayers: (graph, layers, base, out) =>
      meanOfLayers(context, graph, layers, [own(base[0]), own(base[1])], [own(out[0]), own(out[1])]),

    bpr(user, item, users, positives, negatives, n) {
      expectCount('bpr.n', n, 1)
      expectLength('bpr: positives', positives.length, users.length)
      expectLength('bpr: negatives', negatives.length, users.length * n)
      return runLists(context, {
        what: 'bpr',
        mode: Mode.bpr,
        user: own(user),
        item: own(item),
        lists: [
          { users, items: positives, k: 1 },
          { users, items: negatives, k: n },
        ],
      })
    },
    softCrossEntropy(user, item, rows, weights, teacher, temperature, scale) {
      expectLists('softCrossEntropy', rows)
      expectLength('softCrossEntropy: weights', weights.length, rows.users.length)
      expectLength('softCrossEntropy: teacher', teacher.length, rows.items.length)
      expectPositive('softCrossEntropy.temperature', temperature)
      return runLists(context, {
        what: 'softCrossEntropy',
        mode: Mode.softCrossEntropy,
        user: own(user),
        item: own(item),
        lists: [rows],
        teachers: [teacher],
        weights,
        temperature,
        scale,
      })
    },
    binaryCrossEntropy(user, item, rows, weights, teacher, temperature, shift, scale) {
      expectBinary(rows, weights, teacher, temperature, shift)
      return runLists(context, {
        what: 'binaryCrossEntropy',
        mode: Mode.binaryCrossEntropy,
        user: own(user),
        item: own(item),
        lists: [rows],
        teachers: [teacher],
        weights,
        temperature,
        teacherShift: shift,
        scale,
      })
    },
    catalogueCrossEntropy: (user, item, teacherUser, teacherItem, ...rest) =>
      catalogueLoss.crossEntropy(own(user), own(item), own(teacherUser), own(teacherItem), ...rest),
    relaxedRanking(user, item, listed, background, weights, scoreCap, scale) {
      expectLists('relaxedRanking', listed)
      expectLists('relaxedRanking', background)
      expectSameUsers('relaxedRanking', listed, background)
      expectLength('relaxedRanking: weights', weights.length, listed.users.length)
      return runLists(context, {
        what: 'relaxedRanking',
        mode: Mode.relaxedRanking,
        user: own(user),
        item: own(item),
        lists: [listed, background],
        weights,
        cap: scoreCap ?? Infinity,
        scale,
      })
    },
    rceKd(user, item, top, topTeacher, approximate, approximateTeacher, gamma, weights, temperature, scale) {
      expectLists('rceKd', top)
      expectLists('rceKd', approximate)
      expectSameUsers('rceKd', top, approximate)
      expectLength('rceKd: topTeacher', topTeacher.length, top.items.length)
      expectLength('rceKd: approximateTeacher', approximateTeacher.length, approximate.items.length)
      expectLength('rceKd: gamma', gamma.length, top.users.length)
      expectLength('rceKd: weights', weights.length, top.users.length)
      expectPositive('rceKd.temperature', temperature)
      return runLists(context, {
        what: 'rceKd',
        mode: Mode.rceKd,
        user: own(user),
        item: own(item),
        lists: [top, approximate],
        teachers: [topTeacher, approximateTeacher],
        gamma,
        weights,
        temperature,
        scale,
      })
    },

    dispose() {
      tables.clear()
      machine.dispose()
    },
  }

  /** The structure of a matrix is copied in once; its values come with every call. */
  function placeMatrix(matrix: SparseMatrix): { offsets: number; indices: number } {
    const old = matrices.get(matrix.indices)
    if (old) return old
    expectMatrixEntries(matrix)
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
