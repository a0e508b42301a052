import { hasItem, NO_ITEM, type Csr, type Ranking } from '@recdistill/core'
import type { ListRows } from '../engine.ts'
import { attribute, type Device, type Handle } from './device.ts'
import { blame, expectFinite, trainingOf, type DeviceTable } from './table.ts'
import { gather, scatterAdd, valueOf } from './variable.ts'

/** Scores of a block of users at once; fewer where they are computed with in double precision. */
const blockSize = 2 ** 24
export const doubleBlockSize = 2 ** 22

/** Users are scored in groups of so many, so that a score has the same bits however many are asked for. */
const group = 64

/** The k best items of each user by dot product: larger score first, then smaller item. */
export function rank(
  device: Device,
  user: DeviceTable,
  item: DeviceTable,
  users: Uint32Array,
  k: number,
  exclude: Csr | null,
): Ranking {
  const items = new Uint32Array(users.length * k).fill(NO_ITEM)
  const scores = new Float32Array(users.length * k).fill(-Infinity)
  const width = Math.min(k, item.rows)
  inGroups(device, user, item, users, (first, ids, catalogue) => {
    const left = exclude === null ? catalogue : without(device, catalogue, ids, exclude)
    const [values, places] = device.runMany('TopKV2', [left, device.int(width)], 2)
    const [score, place] = [device.readFloats(values), device.readInts(places)]
    for (let n = 0; n < ids.length * width; n++) {
      if (score[n] === -Infinity) continue
      if (!(score[n] < Infinity)) throw blame(device, 'rank', user, item)
      const at = (first + Math.floor(n / width)) * k + (n % width)
      items[at] = place[n]
      scores[at] = score[n]
    }
  })
  return { users: users.slice(), k, items, scores }
}

/** The items at positions[b, j], picked from a ranking as long as the farthest of them asks for. */
export function itemsAt(
  device: Device,
  user: DeviceTable,
  item: DeviceTable,
  users: Uint32Array,
  positions: Uint32Array,
  k: number,
  exclude: Csr | null,
  out: Uint32Array,
): void {
  const depth = positions.reduce((most, at) => (at < item.rows ? Math.max(most, at + 1) : most), 0)
  if (depth === 0) {
    out.fill(NO_ITEM)
    return
  }
  const { items } = rank(device, user, item, users, depth, exclude)
  positions.forEach((at, n) => {
    out[n] = at < depth ? items[Math.floor(n / k) * depth + at] : NO_ITEM
  })
}

/**
 * Position of items[b, j] among all items outside `exclude`. Every score of the catalogue is looked up among the k given ones,
 * sorted: a histogram of the places counts those that score more. Equal scores, which are rare, are decided by id here.
 */
export function positions(
  device: Device,
  user: DeviceTable,
  item: DeviceTable,
  { users, items, k }: ListRows,
  exclude: Csr | null,
  out: Uint32Array,
): void {
  if (k === 0) return
  inGroups(device, user, item, users, (first, ids, catalogue) => {
    const rows = ids.length
    const given = items.subarray(first * k, (first + rows) * k)
    const places = device.ints(
      Int32Array.from(given, (id) => (id === NO_ITEM ? 0 : id)),
      [rows, k],
    )
    const asked = device.run('GatherV2', [catalogue, places, device.int(1)], [attribute.int('batch_dims', 1)])
    const negated = device.runMany('TopKV2', [device.run('Neg', [asked]), device.int(k)], 2)
    const ascending = device.run('Neg', [negated[0]])
    const left = exclude === null ? catalogue : without(device, catalogue, ids, exclude)
    const histogram = (bound: 'LowerBound' | 'UpperBound') => {
      const found = device.run(bound, [ascending, left])
      const none = device.floats(new Float32Array(0), [0])
      return device.readFloats(device.run('DenseBincount', [found, device.int(k + 1), none]))
    }
    const [below, upTo] = [histogram('LowerBound'), histogram('UpperBound')]
    const [askedScores, order] = [device.readFloats(asked), device.readInts(negated[1])]
    for (let row = 0; row < rows; row++) {
      let more = 0
      let atLeast = 0
      let scores: Float32Array | null = null
      // From the largest given score down: order holds them ascending.
      for (let place = k - 1; place >= 0; place--) {
        more += below[row * (k + 1) + place + 1]
        atLeast += upTo[row * (k + 1) + place + 1]
        const at = row * k + order[row * k + place]
        if (given[at] === NO_ITEM) {
          out[first * k + at] = NO_ITEM
          continue
        }
        out[first * k + at] = more
        if (atLeast - more > (isLeftOut(exclude, ids[row], given[at]) ? 0 : 1)) {
          scores ??= rowOf(device, left, row, item.rows)
          for (let other = 0; other < given[at]; other++)
            if (scores[other] === askedScores[at]) out[first * k + at]++
        }
      }
    }
  })
}

function isLeftOut(exclude: Csr | null, user: number, item: number): boolean {
  return exclude !== null && hasItem(exclude, user, item)
}

/** Calls `work` with the scores of blocks of users for all items. [ids, items] At most about `size` scores at once. */
export function inGroups(
  device: Device,
  user: DeviceTable,
  item: DeviceTable,
  users: Uint32Array,
  work: (first: number, ids: Uint32Array, scores: Handle) => void,
  size = blockSize,
): void {
  if (users.length === 0 || item.rows === 0) return
  expectFinite(device, user, item)
  const step = Math.max(1, Math.floor(size / item.rows / group)) * group
  for (let first = 0; first < users.length; first += step) {
    const ids = users.subarray(first, Math.min(users.length, first + step))
    device.scope(() => {
      const padded = new Int32Array(Math.ceil(ids.length / group) * group)
      padded.set(ids)
      const vectors = gather(device, user.values, device.ints(padded, [padded.length]))
      const scores = products(device, vectors, item)
      const exact =
        padded.length === ids.length
          ? scores
          : device.run('Slice', [scores, device.list(0, 0), device.list(ids.length, item.rows)])
      work(first, ids, exact)
    })
  }
}

/** Dot products of vectors with every item. */
export function products(device: Device, vectors: Handle, item: DeviceTable): Handle {
  const transposed = [attribute.bool('transpose_b', true)]
  return device.run('MatMul', [vectors, valueOf(device, item.values)], transposed)
}

/** Adds the pullback of scores for the whole catalogue to the gradients of both tables. `grad` [users, items] */
export function pullCatalogue(
  device: Device,
  user: DeviceTable,
  item: DeviceTable,
  users: Handle,
  grad: Handle,
): void {
  if (user.trainable)
    device.scope(() => {
      const rows = device.run('MatMul', [grad, valueOf(device, item.values)])
      scatterAdd(device, trainingOf(device, user).grad, users, rows)
    })
  if (item.trainable)
    device.scope(() => {
      const transposed = [attribute.bool('transpose_a', true)]
      const all = device.run('MatMul', [grad, gather(device, user.values, users)], transposed)
      device.call('AssignAddVariableOp', [trainingOf(device, item).grad, all])
    })
}

/** Scores with those of each user's excluded items at -infinity. */
function without(device: Device, scores: Handle, ids: Uint32Array, { offsets, items }: Csr): Handle {
  let count = 0
  for (const user of ids) count += offsets[user + 1] - offsets[user]
  if (count === 0) return scores
  const places = new Int32Array(count * 2)
  let at = 0
  ids.forEach((user, row) => {
    for (let n = offsets[user]; n < offsets[user + 1]; n++) {
      places[at++] = row
      places[at++] = items[n]
    }
  })
  const low = device.floats(new Float32Array(count).fill(-Infinity), [count])
  return device.run('TensorScatterUpdate', [scores, device.ints(places, [count, 2]), low])
}

function rowOf(device: Device, scores: Handle, row: number, items: number): Float32Array {
  return device.scope(() =>
    device.readFloats(device.run('Slice', [scores, device.list(row, 0), device.list(1, items)])),
  )
}
