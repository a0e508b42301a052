import { NO_ITEM, type Csr } from '@recdistill/core'
import type { ListRows } from '../engine.ts'
import { expectSum } from '../plain/background.ts'
import { doubleBlockSize, inGroups, pullCatalogue } from './catalogue.ts'
import { DOUBLE, FLOAT, type Device, type Handle } from './device.ts'
import { arithmetic, cast } from './losses.ts'
import type { DeviceTable } from './table.ts'

/** Stands for an item that is no background: finite, and nothing beside any score. */
const left = Math.fround(-1e30)

/** Log-sum-exp of the scores of all items that a row neither excludes nor lists; see `Engine`. */
export function backgroundLogSumExp(
  device: Device,
  user: DeviceTable,
  item: DeviceTable,
  rows: ListRows,
  exclude: Csr | null,
  clamp: number | null,
  out: Float32Array,
): void {
  out.fill(-Infinity)
  inGroups(
    device,
    user,
    item,
    rows.users,
    (first, ids, catalogue) => {
      const { logSumExp } = arithmetic(device)
      const scores = masked(device, clamped(device, catalogue, clamp), { first, ids, rows, exclude })
      const sums = device.readFloats(cast(device, logSumExp(scores), FLOAT))
      ids.forEach((id, row) => {
        expectSum(user, id, first + row, sums[row])
        if (sums[row] > left / 2) out[first + row] = sums[row]
      })
    },
    doubleBlockSize,
  )
}

/** Each background item within the clamp gains grad[b] e^(score - background[b]), pulled to both tables. */
export function pullBackground(
  device: Device,
  user: DeviceTable,
  item: DeviceTable,
  rows: ListRows,
  exclude: Csr | null,
  clamp: number | null,
  grad: Float32Array,
  background: Float32Array,
): void {
  inGroups(
    device,
    user,
    item,
    rows.users,
    (first, ids, catalogue) => {
      const { mul, sub, exp, constant } = arithmetic(device)
      const column = (values: Float32Array) =>
        cast(device, device.floats(values.slice(first, first + ids.length), [ids.length, 1]), DOUBLE)
      // An empty background has no items, so what stands for its -infinity matters not.
      const sums = column(background.map((sum) => (sum === -Infinity ? 0 : sum)))
      const scores = cast(device, catalogue, DOUBLE)
      const places = masked(device, catalogue, { first, ids, rows, exclude })
      const inside =
        clamp === null
          ? places
          : device.run('SelectV2', [
              device.run('LessEqual', [device.run('Abs', [scores]), constant(clamp)]),
              places,
              constant(left),
            ])
      const pulled = cast(device, mul(column(grad), exp(sub(inside, sums))), FLOAT)
      const users = device.ints(Int32Array.from(ids), [ids.length])
      pullCatalogue(device, user, item, users, pulled)
    },
    doubleBlockSize,
  )
}

function clamped(device: Device, scores: Handle, clamp: number | null): Handle {
  if (clamp === null) return scores
  const low = device.run('Maximum', [scores, device.float(-clamp)])
  return device.run('Minimum', [low, device.float(clamp)])
}

/** Scores in double precision; those of listed and excluded items, and of minus infinity, at nothing. */
function masked(
  device: Device,
  scores: Handle,
  {
    first,
    ids,
    rows: { items, k },
    exclude,
  }: { first: number; ids: Uint32Array; rows: ListRows; exclude: Csr | null },
): Handle {
  const places: number[] = []
  ids.forEach((user, row) => {
    for (let n = (first + row) * k; n < (first + row + 1) * k; n++)
      if (items[n] !== NO_ITEM) places.push(row, items[n])
    if (exclude !== null)
      for (let n = exclude.offsets[user]; n < exclude.offsets[user + 1]; n++)
        places.push(row, exclude.items[n])
  })
  const count = places.length / 2
  const lifted = (values: Handle) => {
    const { constant } = arithmetic(device)
    return device.run('Maximum', [cast(device, values, DOUBLE), constant(left)])
  }
  if (count === 0) return lifted(scores)
  const low = device.floats(new Float32Array(count).fill(left), [count])
  const at = device.ints(Int32Array.from(places), [count, 2])
  return lifted(device.run('TensorScatterUpdate', [scores, at, low]))
}
