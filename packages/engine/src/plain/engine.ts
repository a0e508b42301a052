import type { Engine } from '../engine.ts'
import { checkedEngine } from '../checked-engine.ts'
import { adam } from './adam.ts'
import { backgroundLogSumExp, pullBackground } from './background.ts'
import { binaryCrossEntropy } from './binary-cross-entropy.ts'
import { bpr } from './bpr.ts'
import { catalogueCrossEntropy } from './catalogue-loss.ts'
import { plainNumbers } from './numbers.ts'
import { itemsAt } from './items-at.ts'
import { meanOfLayers } from './mean-of-layers.ts'
import { pairPerceptron } from './pair-perceptron.ts'
import { positions } from './positions.ts'
import { product } from './product.ts'
import { propagate } from './propagate.ts'
import { pullRows, pullScores } from './pull-scores.ts'
import { rank } from './rank.ts'
import { rceKd } from './rce-kd.ts'
import { relaxedRanking } from './relaxed-ranking.ts'
import { scoreLists } from './score-lists.ts'
import { softCrossEntropy } from './soft-cross-entropy.ts'
import { createPlainTable, type PlainTable } from './table.ts'

/** The engine in plain TypeScript, one thread: the oracle of every fast kernel, and the fallback where they cannot run. */
export function createPlainEngine(): Engine {
  const driver: Engine<PlainTable> = {
    driver: 'cpu',
    threads: 1,
    simd: 'none',

    table: (name, rows, dim, { trainable }) => createPlainTable(name, rows, dim, trainable),
    write(table, values) {
      table.values.set(values)
      for (const state of [table.grad, table.m, table.v]) state.fill(0)
      table.step = 0
    },
    read: ({ values }) => values,
    optimizerState: ({ m, v, step }) => ({ m, v, step }),
    restoreOptimizer(table, { m, v, step }) {
      table.m.set(m)
      table.v.set(v)
      table.step = step
    },
    free() {},

    ...plainNumbers,

    scoreLists,
    pullScores,
    backgroundLogSumExp,
    pullBackground,
    gatherRows({ values, dim }, ids, out) {
      for (let n = 0; n < ids.length; n++) out.set(values.subarray(ids[n] * dim, (ids[n] + 1) * dim), n * dim)
    },
    pullRows,
    takeGradient({ grad }, out) {
      out.set(grad)
      grad.fill(0)
    },
    adam(trained, options) {
      for (const table of trained) adam(table, options)
    },

    rank,
    positions,
    itemsAt(user, item, users, positions, exclude, out) {
      const k = positions.length / Math.max(users.length, 1)
      itemsAt(user, item, { users, items: positions, k }, exclude, out)
    },
    product,
    propagate,
    meanOfLayers: (...given) => meanOfLayers(engine, ...given), // its values are checked as a caller's are
    pairPerceptron: (tables) => pairPerceptron(engine, tables),

    bpr,
    softCrossEntropy,
    binaryCrossEntropy,
    catalogueCrossEntropy,
    relaxedRanking,
    rceKd,

    dispose() {},
  }
  const engine = checkedEngine(driver)
  return engine
}
