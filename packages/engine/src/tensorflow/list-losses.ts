import type { Engine } from '../engine.ts'
import { DOUBLE, type Device, type Handle } from './device.ts'
import { gatherBlock } from './lists.ts'
import { lossSums } from './loss-sums.ts'
import { arithmetic, binaryCrossEntropyBlock, bprBlock, cast, relaxedRankingBlock } from './losses.ts'
import type { DeviceTable } from './table.ts'

/** Losses of lists, block by block, whose gradients go into both tables. */
export function createListLosses(
  device: Device,
): Pick<Engine<DeviceTable>, 'bpr' | 'softCrossEntropy' | 'binaryCrossEntropy' | 'relaxedRanking' | 'rceKd'> {
  const { summed, scored, column, crossEntropy } = lossSums(device)

  return {
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
  }
}
