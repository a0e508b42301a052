import { availableParallelism } from 'node:os'
import type { NativeBinding } from '@recdistill/tensor/node-backend'
import { checkedEngine } from '../checked-engine.ts'
import type { Engine } from '../engine.ts'
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
  const matrices = createSparseMatrices(device)

  const { summed, scored, column, crossEntropy } = lossSums(device)

  const driver: Engine<DeviceTable> = {
    driver: 'tensorflow',
    library: `tensorflow ${device.version} on ${device.gpu ? 'a GPU' : 'the processor'}`,
    threads,
    simd: 'none',

    table: (name, rows, dim, { trainable }) => createDeviceTable(device, name, rows, dim, trainable),
    write(table, values) {
      writeVariable(device, table, table.values, values)
      dropTraining(device, table)
      table.step = 0
      table.finite = ++table.version
    },
    read(table) {
      const values = readVariable(device, table, table.values)
      if (wrongRow(table, values) >= 0) throw blame(device, 'read', table)
      return values
    },
    optimizerState(table) {
      const { m, v } = trainingOf(device, table)
      return { m: readVariable(device, table, m), v: readVariable(device, table, v), step: table.step }
    },
    restoreOptimizer(table, state) {
      const { m, v } = trainingOf(device, table)
      writeVariable(device, table, m, state.m)
      writeVariable(device, table, v, state.v)
      table.step = state.step
    },
    free: (table) => freeTable(device, table),

    ...plainNumbers,

    scoreLists(user, item, rows, out) {
      const pair = [user, item] as const
      const { users, k } = rows
      if (k === 0) return
      inBlocks(device, users.length, k * user.dim, (first, last) => {
        const scores = device.readFloats(scoresOf(device, gatherBlock(device, ...pair, rows, first, last)))
        if (!scores.every(Number.isFinite)) throw blame(device, 'scoreLists', ...pair)
        out.set(scores, first * k)
      })
    },
    pullScores(user, item, rows, grad) {
      const pair = [user, item] as const
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
    backgroundLogSumExp: (...given) => backgroundLogSumExp(device, ...given),
    pullBackground: (...given) => pullBackground(device, ...given),
    gatherRows(table, ids, out) {
      const { dim } = table
      inBlocks(device, ids.length, dim, (first, last) => {
        const block = device.ints(Int32Array.from(ids.subarray(first, last)), [last - first])
        const rows = device.readFloats(gather(device, table.values, block))
        if (wrongRow(table, rows) >= 0) throw blame(device, 'gatherRows', table)
        out.set(rows, first * dim)
      })
    },
    pullRows(table, ids, grad) {
      const { dim } = table
      inBlocks(device, ids.length, dim, (first, last) => {
        const block = device.ints(Int32Array.from(ids.subarray(first, last)), [last - first])
        const rows = device.floats(grad.slice(first * dim, last * dim), [last - first, dim])
        scatterAdd(device, trainingOf(device, table).grad, block, rows)
      })
    },
    takeGradient: (table, out) => takeGradient(device, table, out),
    adam(trained, options) {
      for (const table of trained) if (table.rows > 0) stepAdam(device, table, options)
    },

    rank: (...given) => rank(device, ...given),
    positions: (...given) => positions(device, ...given),
    itemsAt(user, item, users, positions, exclude, out) {
      const k = positions.length / Math.max(users.length, 1)
      itemsAt(device, user, item, users, positions, k, exclude, out)
    },
    propagate: matrices.product,
    meanOfLayers: (...given) => meanOfLayers(engine, ...given), // its values are checked as a caller's are

    bpr(user, item, users, positives, negatives, n) {
      const pair = [user, item] as const
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
      const pair = [user, item] as const
      if (rows.k === 0) return 0
      return summed('softCrossEntropy', pair, rows.users.length, rows.k, (first, last) =>
        crossEntropy(pair, rows, first, last, teacher, column(weights, first, last), temperature, scale),
      )
    },
    binaryCrossEntropy(user, item, rows, weights, teacher, temperature, shift, scale) {
      const pair = [user, item] as const
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
      const [student, teacher] = [[user, item] as const, [teacherUser, teacherItem] as const]
      return catalogueCrossEntropy(device, student, teacher, users, weights, temperature, scale)
    },
    relaxedRanking(user, item, listed, background, weights, scoreCap, scale) {
      const pair = [user, item] as const
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
      const pair = [user, item] as const
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
      matrices.dispose()
    },
  }
  const engine = checkedEngine(driver)
  return engine
}
