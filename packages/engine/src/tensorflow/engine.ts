import { availableParallelism } from 'node:os'
import { InputError } from '@recdistill/core'
import type { NativeBinding } from '@recdistill/tensor/node-backend'
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
  expectPositions,
  expectPositive,
  expectSameDim,
  expectSameUsers,
  expectTrainable,
} from '../check-input.ts'
import type { Engine, ListRows, Table } from '../engine.ts'
import { meanOfLayers } from '../plain/mean-of-layers.ts'
import { plainNumbers } from '../plain/numbers.ts'
import { backgroundLogSumExp, pullBackground } from './background.ts'
import { catalogueCrossEntropy } from './catalogue-loss.ts'
import { itemsAt, positions, rank } from './catalogue.ts'
import { createDevice, DOUBLE, type Handle } from './device.ts'
import { gatherBlock, inBlocks, pullBlock, scoresOf } from './lists.ts'
import { lossSums } from './loss-sums.ts'
import { arithmetic, binaryCrossEntropyBlock, bprBlock, cast, relaxedRankingBlock } from './losses.ts'
import { createSparseMatrices } from './sparse.ts'
import {
  blame,
  createDeviceTable,
  dropTraining,
  freeTable,
  readVariable,
  stepAdam,
  takeGradient,
  trainingOf,
  writeVariable,
  wrongRow,
  type DeviceTable,
} from './table.ts'
import { gather, scatterAdd } from './variable.ts'

/**
 * The engine on eager TensorFlow operations: on a GPU where the library sees one, else on the processor. Sums run in another
 * order than the `cpu` driver's, so results agree to a tolerance, not in bits.
 */
export function createTensorFlowEngine(
  binding: NativeBinding,
  { threads = availableParallelism() }: { threads?: number } = {},
): Engine {
  const device = createDevice(binding)
  const tables = new Set<DeviceTable>()
  const matrices = createSparseMatrices(device)

  const own = (table: Table): DeviceTable => {
    if (!tables.has(table as DeviceTable))
      throw new InputError(`table "${table.name}" is not of this engine, or was freed`)
    return table as DeviceTable
  }
  const checked = (
    what: string,
    user: Table,
    item: Table,
    ...lists: ListRows[]
  ): [DeviceTable, DeviceTable] => {
    expectSameDim(what, user, item)
    for (const rows of lists) {
      expectLists(what, rows)
      expectIds(`${what}: users`, rows.users, user)
      expectIds(`${what}: items`, rows.items, item, true)
    }
    return [own(user), own(item)]
  }

  const { summed, scored, column, crossEntropy } = lossSums(device)

  const engine: Engine = {
    driver: 'tensorflow',
    library: `tensorflow ${device.version} on ${device.gpu ? 'a GPU' : 'the processor'}`,
    threads,
    simd: 'none',

    table(name, rows, dim, { trainable }) {
      expectCount(`table "${name}": rows`, rows, 0)
      expectCount(`table "${name}": dim`, dim, 1)
      const table = createDeviceTable(device, name, rows, dim, trainable)
      tables.add(table)
      return table
    },
    write(given, values) {
      const table = own(given)
      expectLength(`write "${table.name}"`, values.length, table.rows * table.dim)
      expectFiniteRows(table, values)
      writeVariable(device, table, table.values, values)
      dropTraining(device, table)
      table.step = 0
      table.finite = ++table.version
    },
    read(given) {
      const table = own(given)
      const values = readVariable(device, table, table.values)
      if (wrongRow(table, values) >= 0) throw blame(device, 'read', table)
      return values
    },
    optimizerState(given) {
      const table = own(given)
      expectTrainable('optimizerState', table)
      const { m, v } = trainingOf(device, table)
      return { m: readVariable(device, table, m), v: readVariable(device, table, v), step: table.step }
    },
    restoreOptimizer(given, state) {
      const table = own(given)
      expectTrainable('restoreOptimizer', table)
      const size = table.rows * table.dim
      expectLength(`restoreOptimizer "${table.name}": m`, state.m.length, size)
      expectLength(`restoreOptimizer "${table.name}": v`, state.v.length, size)
      expectCount(`restoreOptimizer "${table.name}": step`, state.step, 0)
      const { m, v } = trainingOf(device, table)
      writeVariable(device, table, m, state.m)
      writeVariable(device, table, v, state.v)
      table.step = state.step
    },
    free(given) {
      const table = own(given)
      freeTable(device, table)
      tables.delete(table)
    },

    ...plainNumbers,

    scoreLists(user, item, rows, out) {
      const pair = checked('scoreLists', user, item, rows)
      expectLength('scoreLists: out', out.length, rows.items.length)
      const { users, k } = rows
      if (k === 0) return
      inBlocks(device, users.length, k * user.dim, (first, last) => {
        const scores = device.readFloats(scoresOf(device, gatherBlock(device, ...pair, rows, first, last)))
        if (!scores.every(Number.isFinite)) throw blame(device, 'scoreLists', ...pair)
        out.set(scores, first * k)
      })
    },
    pullScores(user, item, rows, grad) {
      const pair = checked('pullScores', user, item, rows)
      expectLength('pullScores: grad', grad.length, rows.items.length)
      const { users, k } = rows
      if (k === 0) return
      inBlocks(device, users.length, k * user.dim, (first, last) => {
        const block = gatherBlock(device, ...pair, rows, first, last)
        const given = device.floats(grad.slice(first * k, last * k), [last - first, k])
        const real =
          block.real === null ? given : device.run('SelectV2', [block.real, given, device.float(0)])
        pullBlock(device, ...pair, block, real)
      })
    },
    backgroundLogSumExp(user, item, rows, exclude, clamp, out) {
      const pair = checked('backgroundLogSumExp', user, item, rows)
      expectBackground('backgroundLogSumExp', rows, exclude, clamp, { out })
      backgroundLogSumExp(device, ...pair, rows, exclude, clamp, out)
    },
    pullBackground(user, item, rows, exclude, clamp, grad, background) {
      const pair = checked('pullBackground', user, item, rows)
      expectBackground('pullBackground', rows, exclude, clamp, { grad, background })
      pullBackground(device, ...pair, rows, exclude, clamp, grad, background)
    },
    gatherRows(given, ids, out) {
      const table = own(given)
      const { dim } = table
      expectIds('gatherRows', ids, table)
      expectLength('gatherRows: out', out.length, ids.length * dim)
      inBlocks(device, ids.length, dim, (first, last) => {
        const block = device.ints(Int32Array.from(ids.subarray(first, last)), [last - first])
        const rows = device.readFloats(gather(device, table.values, block))
        if (wrongRow(table, rows) >= 0) throw blame(device, 'gatherRows', table)
        out.set(rows, first * dim)
      })
    },
    pullRows(given, ids, grad) {
      const table = own(given)
      const { dim } = table
      expectTrainable('pullRows', table)
      expectIds('pullRows', ids, table)
      expectLength('pullRows: grad', grad.length, ids.length * dim)
      inBlocks(device, ids.length, dim, (first, last) => {
        const block = device.ints(Int32Array.from(ids.subarray(first, last)), [last - first])
        const rows = device.floats(grad.slice(first * dim, last * dim), [last - first, dim])
        scatterAdd(device, trainingOf(device, table).grad, block, rows)
      })
    },
    takeGradient(given, out) {
      const table = own(given)
      expectTrainable('takeGradient', table)
      expectLength('takeGradient: out', out.length, table.rows * table.dim)
      takeGradient(device, table, out)
    },
    adam(given, options) {
      expectAdam(options)
      const trained = given.map(own)
      for (const table of trained) expectTrainable('adam', table)
      for (const table of trained) if (table.rows > 0) stepAdam(device, table, options)
    },

    rank(user, item, users, k, exclude) {
      const pair = checked('rank', user, item)
      expectCount('rank.k', k, 1)
      expectIds('rank: users', users, user)
      expectExclude('rank', users, exclude)
      return rank(device, ...pair, users, k, exclude)
    },
    positions(user, item, rows, exclude, out) {
      const pair = checked('positions', user, item, rows)
      expectExclude('positions', rows.users, exclude)
      expectLength('positions: out', out.length, rows.items.length)
      positions(device, ...pair, rows, exclude, out)
    },
    itemsAt(user, item, users, positions, exclude, out) {
      const pair = [own(user), own(item)] as const
      const { k } = expectPositions(user, item, users, positions, exclude, out)
      itemsAt(device, ...pair, users, positions, k, exclude, out)
    },
    propagate(matrix, input, dim, out) {
      expectMatrix(matrix, input, dim, out)
      matrices.product(matrix, input, dim, out)
    },
    meanOfLayers: (...given) => meanOfLayers(engine, ...given),

    bpr(user, item, users, positives, negatives, n) {
      expectCount('bpr.n', n, 1)
      const pair = checked('bpr', user, item)
      expectLength('bpr: positives', positives.length, users.length)
      expectLength('bpr: negatives', negatives.length, users.length * n)
      expectIds('bpr: users', users, user)
      expectIds('bpr: positives', positives, item)
      expectIds('bpr: negatives', negatives, item)
      const k = n + 1
      const items = new Uint32Array(users.length * k)
      for (let b = 0; b < users.length; b++) {
        items[b * k] = positives[b]
        items.set(negatives.subarray(b * n, (b + 1) * n), b * k + 1)
      }
      return summed('bpr', pair, users.length, k, (first, last) => {
        const { scores, pull } = scored(pair, gatherBlock(device, ...pair, { users, items, k }, first, last))
        const { loss, grad } = bprBlock(device, scores, last - first, n)
        pull(grad)
        return { loss, scores: [scores] }
      })
    },
    softCrossEntropy(user, item, rows, weights, teacher, temperature, scale) {
      const pair = checked('softCrossEntropy', user, item, rows)
      expectLength('softCrossEntropy: weights', weights.length, rows.users.length)
      expectLength('softCrossEntropy: teacher', teacher.length, rows.items.length)
      expectPositive('softCrossEntropy.temperature', temperature)
      if (rows.k === 0) return 0
      return summed('softCrossEntropy', pair, rows.users.length, rows.k, (first, last) =>
        crossEntropy(pair, rows, first, last, teacher, column(weights, first, last), temperature, scale),
      )
    },
    binaryCrossEntropy(user, item, rows, weights, teacher, temperature, shift, scale) {
      const pair = checked('binaryCrossEntropy', user, item, rows)
      expectBinary(rows, weights, teacher, temperature, shift)
      const { users, k } = rows
      if (k === 0) return 0
      return summed('binaryCrossEntropy', pair, users.length, k, (first, last) => {
        const list = scored(pair, gatherBlock(device, ...pair, rows, first, last))
        const { loss, grad } = binaryCrossEntropyBlock(device, list.scores, list.real, {
          teacher: cast(device, device.floats(teacher.slice(first * k, last * k), [last - first, k]), DOUBLE),
          weights: column(weights, first, last),
          temperature,
          shift,
          scale,
        })
        list.pull(grad)
        return { loss, scores: [list.scores] }
      })
    },
    catalogueCrossEntropy(user, item, teacherUser, teacherItem, users, weights, temperature, scale) {
      expectCatalogueLoss(user, item, teacherUser, teacherItem, users, weights, temperature)
      const [student, teacher] = [
        [own(user), own(item)] as const,
        [own(teacherUser), own(teacherItem)] as const,
      ]
      return catalogueCrossEntropy(device, student, teacher, users, weights, temperature, scale)
    },
    relaxedRanking(user, item, listed, background, weights, scoreCap, scale) {
      const pair = checked('relaxedRanking', user, item, listed, background)
      expectSameUsers('relaxedRanking', listed, background)
      expectLength('relaxedRanking: weights', weights.length, listed.users.length)
      if (listed.k === 0) return 0
      const widest = listed.k + background.k
      return summed('relaxedRanking', pair, listed.users.length, widest, (first, last) => {
        const a = scored(pair, gatherBlock(device, ...pair, listed, first, last))
        const b =
          background.k === 0 ? null : scored(pair, gatherBlock(device, ...pair, background, first, last))
        const { loss, listedGrad, backgroundGrad } = relaxedRankingBlock(device, a, b, {
          rows: last - first,
          weights: column(weights, first, last),
          cap: scoreCap,
          scale,
        })
        a.pull(listedGrad)
        if (b && backgroundGrad) b.pull(backgroundGrad)
        return { loss, scores: b ? [a.scores, b.scores] : [a.scores] }
      })
    },
    rceKd(user, item, top, topTeacher, approximate, approximateTeacher, gamma, weights, temperature, scale) {
      const pair = checked('rceKd', user, item, top, approximate)
      expectSameUsers('rceKd', top, approximate)
      expectLength('rceKd: topTeacher', topTeacher.length, top.items.length)
      expectLength('rceKd: approximateTeacher', approximateTeacher.length, approximate.items.length)
      expectLength('rceKd: gamma', gamma.length, top.users.length)
      expectLength('rceKd: weights', weights.length, top.users.length)
      expectPositive('rceKd.temperature', temperature)
      const parts = [
        { rows: top, teacher: topTeacher, share: (b: Handle) => arithmetic(device).sub(one(), b) },
        { rows: approximate, teacher: approximateTeacher, share: (b: Handle) => b },
      ].filter(({ rows }) => rows.k > 0)
      const one = () => arithmetic(device).constant(1)
      let loss = 0
      for (const { rows, teacher, share } of parts)
        loss += summed('rceKd', pair, rows.users.length, rows.k, (first, last) => {
          const part = arithmetic(device).mul(share(column(gamma, first, last)), column(weights, first, last))
          return crossEntropy(pair, rows, first, last, teacher, part, temperature, scale)
        })
      return loss
    },

    dispose() {
      for (const table of tables) freeTable(device, table)
      tables.clear()
      matrices.dispose()
    },
  }
  return engine
}
