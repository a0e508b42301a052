import type { Engine } from '../engine.ts'
import type { Context } from './context.ts'
import { Mode } from './layout.ts'
import { runLists } from './list-kernels.ts'
import type { WasmTable } from './table.ts'

/** Losses of lists whose values and gradients come out of one pass over the rows. */
export function createListLosses(
  context: Context,
): Pick<Engine<WasmTable>, 'bpr' | 'softCrossEntropy' | 'binaryCrossEntropy' | 'relaxedRanking' | 'rceKd'> {
  return {
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
  }
}
