import { doubleBlockSize, inGroups, products, pullCatalogue } from './catalogue.ts'
import { DOUBLE, FLOAT, type Device } from './device.ts'
import { cast, crossEntropyBlock } from './losses.ts'
import { expectFinite, type DeviceTable } from './table.ts'
import { gather } from './variable.ts'

/** Soft cross-entropy between two models over all items, a block of users at a time; see `Engine`. */
export function catalogueCrossEntropy(
  device: Device,
  student: readonly [DeviceTable, DeviceTable],
  teacher: readonly [DeviceTable, DeviceTable],
  users: Uint32Array,
  weights: Float32Array,
  temperature: number,
  scale: number,
): number {
  expectFinite(device, ...teacher)
  let sum = 0
  inGroups(
    device,
    ...student,
    users,
    (first, ids, catalogue) => {
      const rows = ids.length
      const places = device.ints(Int32Array.from(ids), [rows])
      const ofTeacher = products(device, gather(device, teacher[0].values, places), teacher[1])
      const weightOf = device.floats(weights.slice(first, first + rows), [rows, 1])
      const { loss, grad } = crossEntropyBlock(device, cast(device, catalogue, DOUBLE), null, {
        teacher: cast(device, ofTeacher, DOUBLE),
        weights: cast(device, weightOf, DOUBLE),
        temperature,
        scale,
      })
      pullCatalogue(device, ...student, places, cast(device, grad, FLOAT))
      sum += device.readFloats(cast(device, loss, FLOAT))[0]
    },
    doubleBlockSize,
  )
  return sum
}
