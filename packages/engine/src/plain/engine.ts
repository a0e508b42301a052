import { InputError } from '@recdistill/core'
import {
  expectAdam,
  expectBinary,
  expectBackground,
  expectCatalogueLoss,
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
import type { Engine, ListRows, Table } from '../engine.ts'
import { adam } from './adam.ts'
import { backgroundLogSumExp, pullBackground } from './background.ts'
import { binaryCrossEntropy } from './binary-cross-entropy.ts'
import { bpr } from './bpr.ts'
import { catalogueCrossEntropy } from './catalogue-loss.ts'
import { plainNumbers } from './numbers.ts'
import { itemsAt } from './items-at.ts'
import { meanOfLayers } from './mean-of-layers.ts'
import { positions } from './positions.ts'
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
  const tables = new Set<PlainTable>()

  const own = (table: Table): PlainTable => {
    if (!tables.has(table as PlainTable))
      throw new InputError(`table "${table.name}" is not of this engine, or was freed`)
    return table as PlainTable
  }
  const checked = (
    what: string,
    user: Table,
    item: Table,
    ...lists: ListRows[]
  ): [PlainTable, PlainTable] => {
    expectSameDim(what, user, item)
    for (const rows of lists) {
      expectLists(what, rows)
      expectIds(`${what}: users`, rows.users, user)
      expectIds(`${what}: items`, rows.items, item, true)
    }
    return [own(user), own(item)]
  }

  const engine: Engine = {
    driver: 'cpu',
    threads: 1,
    simd: 'none',

    table(name, rows, dim, { trainable }) {
      expectCount(`table "${name}": rows`, rows, 0)
      expectCount(`table "${name}": dim`, dim, 1)
      const table = createPlainTable(name, rows, dim, trainable)
      tables.add(table)
      return table
    },
    write(table, values) {
      const { values: data, grad, m, v } = own(table)
      expectLength(`write "${table.name}"`, values.length, data.length)
      expectFiniteRows(table, values)
      data.set(values)
      for (const state of [grad, m, v]) state.fill(0)
      own(table).step = 0
    },
    read: (table) => own(table).values,
    optimizerState(table) {
      expectTrainable('optimizerState', table)
      const { m, v, step } = own(table)
      return { m, v, step }
    },
    restoreOptimizer(table, state) {
      expectTrainable('restoreOptimizer', table)
      const { m, v } = own(table)
      expectLength(`restoreOptimizer "${table.name}": m`, state.m.length, m.length)
      expectLength(`restoreOptimizer "${table.name}": v`, state.v.length, v.length)
      expectCount(`restoreOptimizer "${table.name}": step`, state.step, 0)
      m.set(state.m)
      v.set(state.v)
      own(table).step = state.step
    },
    free(table) {
      tables.delete(own(table))
    },

    ...plainNumbers,

    scoreLists(user, item, rows, out) {
      const own2 = checked('scoreLists', user, item, rows)
      expectLength('scoreLists: out', out.length, rows.items.length)
      scoreLists(...own2, rows, out)
    },
    pullScores(user, item, rows, grad) {
      const own2 = checked('pullScores', user, item, rows)
      expectLength('pullScores: grad', grad.length, rows.items.length)
      pullScores(...own2, rows, grad)
    },
    backgroundLogSumExp(user, item, rows, exclude, clamp, out) {
      const own2 = checked('backgroundLogSumExp', user, item, rows)
      expectBackground('backgroundLogSumExp', rows, exclude, clamp, { out })
      backgroundLogSumExp(...own2, rows, exclude, clamp, out)
    },
    pullBackground(user, item, rows, exclude, clamp, grad, background) {
      const own2 = checked('pullBackground', user, item, rows)
      expectBackground('pullBackground', rows, exclude, clamp, { grad, background })
      pullBackground(...own2, rows, exclude, clamp, grad, background)
    },
    gatherRows(table, ids, out) {
      const { values, dim } = own(table)
      expectIds('gatherRows', ids, table)
      expectLength('gatherRows: out', out.length, ids.length * dim)
      for (let n = 0; n < ids.length; n++) out.set(values.subarray(ids[n] * dim, (ids[n] + 1) * dim), n * dim)
    },
    pullRows(table, ids, grad) {
      expectIds('pullRows', ids, table)
      expectLength('pullRows: grad', grad.length, ids.length * table.dim)
      pullRows(own(table), ids, grad)
    },
    takeGradient(table, out) {
      expectTrainable('takeGradient', table)
      const { grad } = own(table)
      expectLength('takeGradient: out', out.length, grad.length)
      out.set(grad)
      grad.fill(0)
    },
    adam(trained, options) {
      expectAdam(options)
      for (const table of trained) {
        expectTrainable('adam', table)
        adam(own(table), options)
      }
    },

    rank(user, item, users, k, exclude) {
      const own2 = checked('rank', user, item)
      expectCount('rank.k', k, 1)
      expectIds('rank: users', users, user)
      expectExclude('rank', users, exclude)
      return rank(...own2, users, k, exclude)
    },
    positions(user, item, rows, exclude, out) {
      const own2 = checked('positions', user, item, rows)
      expectExclude('positions', rows.users, exclude)
      expectLength('positions: out', out.length, rows.items.length)
      positions(...own2, rows, exclude, out)
    },
    itemsAt(user, item, users, positions, exclude, out) {
      const rows = expectPositions(user, item, users, positions, exclude, out)
      itemsAt(...checked('itemsAt', user, item), rows, exclude, out)
    },
    propagate(matrix, input, dim, out) {
      expectMatrix(matrix, input, dim, out)
      expectMatrixEntries(matrix)
      propagate(matrix, input, dim, out)
    },
    meanOfLayers: (...given) => meanOfLayers(engine, ...given),

    bpr(user, item, users, positives, negatives, n) {
      expectCount('bpr.n', n, 1)
      const own2 = checked('bpr', user, item)
      expectLength('bpr: positives', positives.length, users.length)
      expectLength('bpr: negatives', negatives.length, users.length * n)
      expectIds('bpr: users', users, user)
      expectIds('bpr: positives', positives, item)
      expectIds('bpr: negatives', negatives, item)
      return bpr(...own2, users, positives, negatives, n)
    },
    softCrossEntropy(user, item, rows, weights, teacher, temperature, scale) {
      const own2 = checked('softCrossEntropy', user, item, rows)
      expectLength('softCrossEntropy: weights', weights.length, rows.users.length)
      expectLength('softCrossEntropy: teacher', teacher.length, rows.items.length)
      expectPositive('softCrossEntropy.temperature', temperature)
      return softCrossEntropy(...own2, rows, weights, teacher, temperature, scale)
    },
    binaryCrossEntropy(user, item, rows, ...rest) {
      const own2 = checked('binaryCrossEntropy', user, item, rows)
      const [weights, teacher, temperature, shift] = rest
      expectBinary(rows, weights, teacher, temperature, shift)
      return binaryCrossEntropy(...own2, rows, ...rest)
    },
    catalogueCrossEntropy(user, item, teacherUser, teacherItem, users, weights, temperature, scale) {
      expectCatalogueLoss(user, item, teacherUser, teacherItem, users, weights, temperature)
      const teacher = [own(teacherUser), own(teacherItem)] as const
      return catalogueCrossEntropy(own(user), own(item), ...teacher, users, weights, temperature, scale)
    },
    relaxedRanking(user, item, listed, background, weights, scoreCap, scale) {
      const own2 = checked('relaxedRanking', user, item, listed, background)
      expectSameUsers('relaxedRanking', listed, background)
      expectLength('relaxedRanking: weights', weights.length, listed.users.length)
      return relaxedRanking(...own2, listed, background, weights, scoreCap, scale)
    },
    rceKd(user, item, top, topTeacher, approximate, approximateTeacher, gamma, weights, temperature, scale) {
      const own2 = checked('rceKd', user, item, top, approximate)
      expectSameUsers('rceKd', top, approximate)
      expectLength('rceKd: topTeacher', topTeacher.length, top.items.length)
      expectLength('rceKd: approximateTeacher', approximateTeacher.length, approximate.items.length)
      expectLength('rceKd: gamma', gamma.length, top.users.length)
      expectLength('rceKd: weights', weights.length, top.users.length)
      expectPositive('rceKd.temperature', temperature)
      return rceKd(
        ...own2,
        top,
        topTeacher,
        approximate,
        approximateTeacher,
        gamma,
        weights,
        temperature,
        scale,
      )
    },

    dispose() {
      tables.clear()
    },
  }
  return engine
}
