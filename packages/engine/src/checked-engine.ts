import { InputError } from '@recdistill/core'
import { expectExclude } from './check-exclude.ts'
import {
  expectAdam,
  expectBackground,
  expectBinary,
  expectCap,
  expectCatalogueLoss,
  expectCount,
  expectFiniteRows,
  expectIds,
  expectLength,
  expectLists,
  expectPositions,
  expectPositive,
  expectSameDim,
  expectSameUsers,
  expectTrainable,
} from './check-input.ts'
import { expectGraph, expectMatrix, expectMatrixEntries } from './check-matrix.ts'
import { expectTeacher } from './check-teacher.ts'
import { checkedPerceptron, expectPerceptron, expectProduct, tablesOf } from './check-perceptron.ts'
import type { Engine, ListRows, PerceptronTables, Table } from './engine.ts'

/**
 * The border of a driver: every table must be its own and every shape and id right before it is asked, so that no driver checks
 * anything twice and all refuse in the same words. A driver that looks at ids while it gathers rows says `checksIds`.
 */
export function checkedEngine<T extends Table>(
  driver: Engine<T>,
  { checksIds = false }: { checksIds?: boolean } = {},
): Engine {
  const tables = new Set<Table>()
  /** Structures of matrices: indices, offsets, columns. */
  const sound = new WeakMap<Uint32Array, WeakMap<Uint32Array, number>>()

  const own = (table: Table): T => {
    if (!tables.has(table)) throw new InputError(`table "${table.name}" is not of this engine, or was freed`)
    return table as T
  }
  /** Of lists whose ids the driver may look at itself. */
  const pair = (what: string, user: Table, item: Table, ...lists: ListRows[]): [T, T] => {
    expectSameDim(what, user, item)
    for (const rows of lists) {
      expectLists(what, rows)
      if (checksIds) continue
      expectIds(`${what}: users`, rows.users, user)
      expectIds(`${what}: items`, rows.items, item, true)
    }
    return [own(user), own(item)]
  }
  const trainable = (what: string, table: Table): T => {
    expectTrainable(what, table)
    return own(table)
  }
  const size = ({ rows, dim }: Table) => rows * dim

  return {
    ...driver,

    table(name, rows, dim, options) {
      expectCount(`table "${name}": rows`, rows, 0)
      expectCount(`table "${name}": dim`, dim, 1)
      const table = driver.table(name, rows, dim, options)
      tables.add(table)
      return table
    },
    write(table, values) {
      const mine = own(table)
      expectLength(`write "${table.name}"`, values.length, size(table))
      expectFiniteRows(table, values)
      driver.write(mine, values)
    },
    read: (table) => driver.read(own(table)),
    optimizerState: (table) => driver.optimizerState(trainable('optimizerState', table)),
    restoreOptimizer(table, state) {
      const mine = trainable('restoreOptimizer', table)
      for (const moment of ['m', 'v'] as const)
        expectLength(`restoreOptimizer "${table.name}": ${moment}`, state[moment].length, size(table))
      expectCount(`restoreOptimizer "${table.name}": step`, state.step, 0)
      driver.restoreOptimizer(mine, state)
    },
    free(table) {
      driver.free(own(table))
      tables.delete(table)
    },

    scoreLists(user, item, rows, out) {
      const mine = pair('scoreLists', user, item, rows)
      expectLength('scoreLists: out', out.length, rows.items.length)
      driver.scoreLists(...mine, rows, out)
    },
    pullScores(user, item, rows, grad) {
      const mine = pair('pullScores', user, item, rows)
      expectLength('pullScores: grad', grad.length, rows.items.length)
      driver.pullScores(...mine, rows, grad)
    },
    backgroundLogSumExp(user, item, rows, exclude, clamp, out) {
      const mine = pair('backgroundLogSumExp', user, item, rows)
      expectBackground('backgroundLogSumExp', item, rows, exclude, clamp, { out })
      driver.backgroundLogSumExp(...mine, rows, exclude, clamp, out)
    },
    pullBackground(user, item, rows, exclude, clamp, grad, background) {
      const mine = pair('pullBackground', user, item, rows)
      expectBackground('pullBackground', item, rows, exclude, clamp, { grad, background })
      driver.pullBackground(...mine, rows, exclude, clamp, grad, background)
    },
    gatherRows(table, ids, out) {
      const mine = own(table)
      expectLength('gatherRows: out', out.length, ids.length * table.dim)
      if (!checksIds) expectIds('gatherRows', ids, table)
      driver.gatherRows(mine, ids, out)
    },
    pullRows(table, ids, grad) {
      const mine = trainable('pullRows', table)
      expectLength('pullRows: grad', grad.length, ids.length * table.dim)
      if (!checksIds) expectIds('pullRows', ids, table)
      driver.pullRows(mine, ids, grad)
    },
    takeGradient(table, out) {
      const mine = trainable('takeGradient', table)
      expectLength('takeGradient: out', out.length, size(table))
      driver.takeGradient(mine, out)
    },
    adam(trained, options) {
      expectAdam(options)
      driver.adam(
        trained.map((table) => trainable('adam', table)),
        options,
      )
    },

    rank(user, item, users, k, exclude) {
      const mine = pair('rank', user, item)
      expectCount('rank.k', k, 1)
      expectIds('rank: users', users, user)
      expectExclude('rank', users, item, exclude)
      return driver.rank(...mine, users, k, exclude)
    },
    positions(user, item, rows, exclude, out) {
      const mine = pair('positions', user, item, rows)
      if (checksIds) expectIds('positions: users', rows.users, user) // `exclude` is looked up by them
      expectExclude('positions', rows.users, item, exclude)
      expectLength('positions: out', out.length, rows.items.length)
      driver.positions(...mine, rows, exclude, out)
    },
    itemsAt(user, item, users, positions, exclude, out) {
      const mine = pair('itemsAt', user, item)
      expectPositions(user, item, users, positions, exclude, out)
      driver.itemsAt(...mine, users, positions, exclude, out)
    },
    product(left, right, shape, out) {
      expectProduct(left, right, shape, out)
      driver.product(left, right, shape, out)
    },
    propagate(matrix, input, dim, out) {
      expectMatrix(matrix, input, dim, out)
      const { indices, offsets, columns } = matrix
      const known = sound.get(indices) ?? new WeakMap<Uint32Array, number>()
      if (known.get(offsets) !== columns) {
        expectMatrixEntries(matrix)
        sound.set(indices, known.set(offsets, columns))
      }
      driver.propagate(matrix, input, dim, out)
    },

    meanOfLayers(graph, layers, base, out) {
      expectGraph(graph, layers, base, out)
      const owned = () => [own(base[0]), own(base[1]), own(out[0]), own(out[1])] as const
      const [users, items, outUsers, outItems] = owned()
      const means = driver.meanOfLayers(graph, layers, [users, items], [outUsers, outItems])
      return {
        refresh() {
          owned()
          means.refresh()
        },
        pullBack() {
          owned()
          means.pullBack()
        },
        release: () => means.release(),
      }
    },

    pairPerceptron(tables) {
      expectPerceptron(tables)
      const owned = () => tablesOf(tables).forEach(own)
      owned()
      const scorer = driver.pairPerceptron(tables as PerceptronTables<T>)
      return checkedPerceptron(scorer, tables, { owned, checksIds })
    },

    bpr(user, item, users, positives, negatives, n) {
      expectCount('bpr.n', n, 1)
      const mine = pair('bpr', user, item)
      expectLength('bpr: positives', positives.length, users.length)
      expectLength('bpr: negatives', negatives.length, users.length * n)
      if (!checksIds) {
        expectIds('bpr: users', users, user)
        expectIds('bpr: positives', positives, item)
        expectIds('bpr: negatives', negatives, item)
      }
      return driver.bpr(...mine, users, positives, negatives, n)
    },
    softCrossEntropy(user, item, rows, weights, teacher, temperature, scale) {
      const mine = pair('softCrossEntropy', user, item, rows)
      expectLength('softCrossEntropy: weights', weights.length, rows.users.length)
      expectLength('softCrossEntropy: teacher', teacher.length, rows.items.length)
      expectPositive('softCrossEntropy.temperature', temperature)
      expectTeacher('softCrossEntropy', rows, teacher)
      return driver.softCrossEntropy(...mine, rows, weights, teacher, temperature, scale)
    },
    binaryCrossEntropy(user, item, rows, weights, teacher, temperature, shift, scale) {
      const mine = pair('binaryCrossEntropy', user, item, rows)
      expectBinary(rows, weights, teacher, temperature, shift)
      expectTeacher('binaryCrossEntropy', rows, teacher)
      return driver.binaryCrossEntropy(...mine, rows, weights, teacher, temperature, shift, scale)
    },
    ...(driver.catalogueCrossEntropy &&
      ({
        catalogueCrossEntropy(...[user, item, teacherUser, teacherItem, users, weights, temperature, scale]) {
          expectCatalogueLoss(user, item, teacherUser, teacherItem, users, weights, temperature)
          const mine = [own(user), own(item), own(teacherUser), own(teacherItem)] as const
          return driver.catalogueCrossEntropy!(...mine, users, weights, temperature, scale)
        },
      } satisfies Partial<Engine>)),
    relaxedRanking(user, item, listed, background, weights, scoreCap, scale) {
      const mine = pair('relaxedRanking', user, item, listed, background)
      expectSameUsers('relaxedRanking', listed, background)
      expectLength('relaxedRanking: weights', weights.length, listed.users.length)
      if (scoreCap !== null) expectCap('relaxedRanking.scoreCap', scoreCap)
      return driver.relaxedRanking(...mine, listed, background, weights, scoreCap, scale)
    },
    rceKd(user, item, top, topTeacher, approximate, approximateTeacher, gamma, weights, ...rest) {
      const mine = pair('rceKd', user, item, top, approximate)
      expectSameUsers('rceKd', top, approximate)
      expectLength('rceKd: topTeacher', topTeacher.length, top.items.length)
      expectLength('rceKd: approximateTeacher', approximateTeacher.length, approximate.items.length)
      expectLength('rceKd: gamma', gamma.length, top.users.length)
      expectLength('rceKd: weights', weights.length, top.users.length)
      expectPositive('rceKd.temperature', rest[0])
      expectTeacher('rceKd', top, topTeacher)
      expectTeacher('rceKd', approximate, approximateTeacher)
      return driver.rceKd(...mine, top, topTeacher, approximate, approximateTeacher, gamma, weights, ...rest)
    },

    dispose() {
      for (const table of tables) driver.free(table as T)
      tables.clear()
      driver.dispose()
    },
  }
}
