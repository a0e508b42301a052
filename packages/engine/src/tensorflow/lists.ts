import { NO_ITEM } from '@recdistill/core'
import type { ListRows } from '../engine.ts'
import { attribute, type Device, type Handle } from './device.ts'
import { trainingOf, type DeviceTable } from './table.ts'
import { gather, scatterAdd } from './variable.ts'

/** Floats of gathered item rows at once: what a block of lists may take on the device. */
const blockSize = 2 ** 24

/** Some rows of lists on the device, with the vectors they name. */
export interface Block {
  readonly rows: number
  readonly k: number
  readonly users: Handle // [rows]
  readonly items: Handle // [rows k]; padding is item 0
  /** True where an item is; null when there is no padding. [rows, k] */
  readonly real: Handle | null
  readonly userRows: Handle // [rows, 1, dim]
  readonly itemRows: Handle // [rows, k, dim]
}

/** Calls `work` with row ranges whose lists fit, each in a scope of its own. */
export function inBlocks(
  device: Device,
  rows: number,
  widest: number,
  work: (first: number, last: number) => void,
): void {
  const step = Math.max(1, Math.floor(blockSize / Math.max(1, widest)))
  for (let first = 0; first < rows; first += step)
    device.scope(() => work(first, Math.min(rows, first + step)))
}

/** Rows `first` to `last` of lists, gathered. `k` is at least 1. */
export function gatherBlock(
  device: Device,
  user: DeviceTable,
  item: DeviceTable,
  { users, items, k }: ListRows,
  first: number,
  last: number,
): Block {
  const rows = last - first
  const ids = Int32Array.from(users.subarray(first, last))
  const list = new Int32Array(rows * k)
  let padded = false
  for (let n = 0; n < list.length; n++) {
    const id = items[first * k + n]
    if (id === NO_ITEM) padded = true
    else list[n] = id
  }
  const real = padded
    ? device.bools(
        Uint8Array.from(items.subarray(first * k, last * k), (id) => Number(id !== NO_ITEM)),
        [rows, k],
      )
    : null
  const usersHandle = device.ints(ids, [rows])
  const itemsHandle = device.ints(list, [rows * k])
  return {
    rows,
    k,
    users: usersHandle,
    items: itemsHandle,
    real,
    userRows: reshape(device, gather(device, user.values, usersHandle), rows, 1, user.dim),
    itemRows: reshape(device, gather(device, item.values, itemsHandle), rows, k, item.dim),
  }
}

/** Dot products of each row's user with its items; 0 for padding. [rows, k] */
export function scoresOf(device: Device, block: Block): Handle {
  const { rows, k, userRows, itemRows, real } = block
  const transposed = [attribute.bool('adj_y', true)]
  const scores = reshape(device, device.run('BatchMatMulV2', [itemRows, userRows], transposed), rows, k)
  return real === null ? scores : device.run('SelectV2', [real, scores, device.float(0)])
}

/** Adds the pullback of `scoresOf` to the gradients of both tables; `grad` is 0 at padding. [rows, k] */
export function pullBlock(
  device: Device,
  user: DeviceTable,
  item: DeviceTable,
  { rows, k, users, items, userRows, itemRows }: Block,
  grad: Handle,
): void {
  if (user.trainable)
    device.scope(() => {
      const pulled = device.run('BatchMatMulV2', [reshape(device, grad, rows, 1, k), itemRows])
      const rowsOfUsers = reshape(device, pulled, rows, user.dim)
      scatterAdd(device, trainingOf(device, user).grad, users, rowsOfUsers)
    })
  if (item.trainable)
    device.scope(() => {
      const pulled = device.run('Mul', [reshape(device, grad, rows, k, 1), userRows])
      const rowsOfItems = reshape(device, pulled, rows * k, item.dim)
      scatterAdd(device, trainingOf(device, item).grad, items, rowsOfItems)
    })
}

function reshape(device: Device, tensor: Handle, ...shape: readonly number[]): Handle {
  return device.run('Reshape', [tensor, device.list(...shape)])
}
