import { availableParallelism } from 'node:os'
import type { NativeBinding } from '@recdistill/tensor/node-backend'
import { checkedEngine } from '../checked-engine.ts'
import type { Engine } from '../engine.ts'
import { meanOfLayers } from '../plain/mean-of-layers.ts'
import { plainNumbers } from '../plain/numbers.ts'
import { pairPerceptron } from '../plain/pair-perceptron.ts'
import { backgroundLogSumExp, pullBackground } from './background.ts'
import { catalogueCrossEntropy } from './catalogue-loss.ts'
import { itemsAt, positions, rank } from './catalogue.ts'
import { attribute, createDevice } from './device.ts'
import { createListLosses } from './list-losses.ts'
import { gatherBlock, inBlocks, pullBlock, scoresOf } from './lists.ts'
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
    product(left, right, { rows, inner, columns, transposed = false }, out) {
      if (inner === 0) out.fill(0)
      if (inner === 0 || out.length === 0) return
      device.scope(() => {
        const of = [
          device.floats(left, transposed ? [inner, rows] : [rows, inner]),
          device.floats(right, [inner, columns]),
        ]
        const product = device.run('MatMul', of, [attribute.bool('transpose_a', transposed)])
        out.set(device.readFloats(product))
      })
    },
    propagate: matrices.product,
    meanOfLayers: (...given) => meanOfLayers(engine, ...given), // its values are checked as a caller's are
    pairPerceptron: (tables) => pairPerceptron(engine, tables),

    ...createListLosses(device),
    catalogueCrossEntropy(user, item, teacherUser, teacherItem, users, weights, temperature, scale) {
      const [student, teacher] = [[user, item] as const, [teacherUser, teacherItem] as const]
      return catalogueCrossEntropy(device, student, teacher, users, weights, temperature, scale)
    },

    dispose() {
      matrices.dispose()
    },
  }
  const engine = checkedEngine(driver)
  return engine
}
