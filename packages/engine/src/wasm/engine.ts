import { checkedEngine } from '../checked-engine.ts'
import type { Engine } from '../engine.ts'
import { createArena } from './arena.ts'
import { backgroundLogSumExp, pullBackground } from './background.ts'
import { kernels, type Simd } from './binaries.ts'
import { createCatalogues } from './catalogue.ts'
import { createCatalogueLoss } from './catalogue-loss.ts'
import type { Context } from './context.ts'
import { ensureMoments, flush, resetStep, stepAdam } from './deferred-adam.ts'
import { createDraws } from './draws.ts'
import { gatherRows, pullGatheredRows } from './gathered-rows.ts'
import { Head, Mode } from './layout.ts'
import { runLists } from './list-kernels.ts'
import { createListLosses } from './list-losses.ts'
import { createMachine } from './machine.ts'
import { meanOfLayers } from './mean-of-layers.ts'
import { createNumbers } from './numbers.ts'
import { pairPerceptron } from './pair-perceptron.ts'
import { createProduct } from './product.ts'
import { createPropagation } from './propagate.ts'
import {
  arrayOf,
  clearGradient,
  copyPadded,
  createWasmTable,
  freeTable,
  LANES,
  paddedArray,
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
  const { heap } = machine
  let zeros = { at: 0, stride: 0 }
  const context: Context = {
    machine,
    arena: createArena(heap),
    threads,
    zeros(stride) {
      if (stride > zeros.stride) {
        const at = heap.take(stride * 4) // before the old one goes: there may be no memory for it
        heap.give(zeros.at)
        zeros = { at, stride }
        heap.f32.fill(0, zeros.at / 4, zeros.at / 4 + stride)
      }
      return zeros.at
    },
  }
  const catalogues = createCatalogues(context)
  const catalogueLoss = createCatalogueLoss(context)

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

    ...createNumbers(context),
    draws: createDraws(context),

    scoreLists(user, item, rows, out) {
      runLists(context, { what: 'scoreLists', mode: Mode.score, user, item, lists: [rows], out })
    },
    pullScores(user, item, rows, grad) {
      runLists(context, { what: 'pullScores', mode: Mode.pull, user, item, lists: [rows], grad })
    },
    backgroundLogSumExp: (...given) => backgroundLogSumExp(context, ...given),
    pullBackground: (...given) => pullBackground(context, ...given),
    gatherRows: (...given) => gatherRows(context, ...given),
    pullRows: (...given) => pullGatheredRows(context, ...given),
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
    product: createProduct(context),
    propagate: createPropagation(context),
    meanOfLayers: (...given) => meanOfLayers(context, ...given),
    pairPerceptron: (tables) => pairPerceptron(context, tables),

    ...createListLosses(context),
    catalogueCrossEntropy: catalogueLoss.crossEntropy,

    dispose: () => machine.dispose(),
  }
  return checkedEngine(driver, { checksIds: true })
}
