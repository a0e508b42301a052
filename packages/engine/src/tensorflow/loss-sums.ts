import type { ListRows } from '../engine.ts'
import { attribute, DOUBLE, FLOAT, type Device, type Handle } from './device.ts'
import { gatherBlock, inBlocks, pullBlock, scoresOf, type Block } from './lists.ts'
import { arithmetic, cast, crossEntropyBlock } from './losses.ts'
import { blame, type DeviceTable } from './table.ts'

/** What the losses of lists share: blocks of rows, scores in double precision, sums that tell whether all was finite. */
export function lossSums(device: Device) {
  /**
   * Sums what `work` returns over blocks of rows. The score matrices it saw go into the sum times 0, so that one number says
   * whether all was finite.
   */
  const summed = (
    what: string,
    pair: readonly [DeviceTable, DeviceTable],
    rows: number,
    widest: number,
    work: (first: number, last: number) => { loss: Handle; scores: readonly Handle[] },
  ): number => {
    const sums: Handle[] = []
    try {
      inBlocks(device, rows, widest * pair[0].dim, (first, last) => {
        const { loss, scores } = work(first, last)
        sums.push(
          device.own(() => {
            const { mul, constant, total } = arithmetic(device)
            const zero = constant(0)
            const poisons = scores.map((matrix) => total(mul(matrix, zero)))
            const checkedLoss = poisons.reduce((sum, poison) => device.run('AddV2', [sum, poison]), loss)
            // Two halves: a loss summed over a batch keeps more than 32 bits.
            const high = cast(device, checkedLoss, FLOAT)
            const low = cast(device, device.run('Sub', [checkedLoss, cast(device, high, DOUBLE)]), FLOAT)
            return device.run('Pack', [high, low], [attribute.int('N', 2), attribute.type('T', FLOAT)])
          }),
        )
      })
      let sum = 0
      for (const handle of sums) {
        const [high, low] = device.readFloats(handle)
        sum += high + low
      }
      if (Number.isFinite(sum)) return sum
    } finally {
      for (const handle of sums) device.free(handle)
    }
    throw blame(device, what, ...pair)
  }

  /** A block of one list with its scores in double precision, and how to send their gradient back. */
  const scored = (pair: readonly [DeviceTable, DeviceTable], block: Block) => ({
    scores: cast(device, scoresOf(device, block), DOUBLE),
    real: block.real,
    k: block.k,
    pull: (grad: Handle) => pullBlock(device, ...pair, block, cast(device, grad, FLOAT)),
  })
  const column = (values: ArrayLike<number>, first: number, last: number) =>
    cast(device, device.floats(Float32Array.from(values).slice(first, last), [last - first, 1]), DOUBLE)

  const crossEntropy = (
    pair: readonly [DeviceTable, DeviceTable],
    rows: ListRows,
    first: number,
    last: number,
    teacher: Float32Array,
    weights: Handle,
    temperature: number,
    scale: number,
  ) => {
    const { k } = rows
    const list = scored(pair, gatherBlock(device, ...pair, rows, first, last))
    const { loss, grad } = crossEntropyBlock(device, list.scores, list.real, {
      teacher: cast(device, device.floats(teacher.slice(first * k, last * k), [last - first, k]), DOUBLE),
      weights,
      temperature,
      scale,
    })
    list.pull(grad)
    return { loss, scores: [list.scores] }
  }

  return { summed, scored, column, crossEntropy }
}
