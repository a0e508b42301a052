import { All, Arg, Control, Head, Mode } from '../src/wasm/layout'
import { binaryCrossEntropy, crossEntropy, relaxedRanking } from './losses'
import { arg, argF, head, NO_ITEM, rowBytes, word } from './memory'
import { fma, minusInfinity } from './simd'
import { sortEntries } from './entries'
import { BYTES20, dot4of20 } from './rows20'
import { axpy, axpy4, clear, dot, dot4 } from './vectors'

/**
 * Checks the ids of some rows against their tables and marks the rows that are about to be read. A wrong id is noted
 * and its mark left out; the caller finds and names it.
 */
export function checkIds(chunk: u32): void {
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  const padding = arg(Arg.mode) != Mode.bpr
  checkColumn(arg(Arg.user), <usize>arg(Arg.users), from, to, false, true)
  const item = <usize>arg(Arg.item)
  const marks = (arg(Arg.all) & All.items) == 0
  if (arg(Arg.k0) != 0) checkColumn(item, <usize>arg(Arg.items0), from * arg(Arg.k0), to * arg(Arg.k0), padding, marks)
  if (arg(Arg.k1) != 0) checkColumn(item, <usize>arg(Arg.items1), from * arg(Arg.k1), to * arg(Arg.k1), padding, marks)
}

function checkColumn(table: usize, ids: usize, from: u32, to: u32, padding: bool, mark: bool): void {
  const rows = head(table, Head.rows)
  const need = <usize>head(table, Head.need)
  const marks = mark && need != 0 && head(table, Head.step) != 0
  // where padding may stand, id + 1 is looked at, of which it is the smallest
  const shift: u32 = padding ? 1 : 0
  let highest: u32 = 0
  let n = ids + (<usize>from << 2)
  const end = ids + (<usize>to << 2)
  if (marks) {
    for (; n < end; n += 4) {
      const id = load<u32>(n)
      highest = max(highest, id + shift)
      if (id < rows) store<u8>(need + id, 1)
    }
  } else {
    let top = i32x4.splat(0)
    const shifts = i32x4.splat(shift)
    for (; n + 16 <= end; n += 16) top = i32x4.max_u(top, i32x4.add(v128.load(n), shifts))
    highest = max(
      max(<u32>i32x4.extract_lane(top, 0), <u32>i32x4.extract_lane(top, 1)),
      max(<u32>i32x4.extract_lane(top, 2), <u32>i32x4.extract_lane(top, 3)),
    )
    for (; n < end; n += 4) highest = max(highest, load<u32>(n) + shift)
  }
  if (to > from && highest >= rows + shift) atomic.store<u32>(word(Control.badId), 1)
}

/** Scores, loss, score gradients, user gradients and sorted item entries of some rows. */
export function listRows(chunk: u32, thread: u32): void {
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  const mode = arg(Arg.mode)
  const user = <usize>arg(Arg.user)
  const bytes = rowBytes(user)
  const userValues = <usize>head(user, Head.values)
  const users = <usize>arg(Arg.users)
  const k0 = arg(Arg.k0)
  const k1 = arg(Arg.k1)
  const pad0 = arg(Arg.pad0)
  const pad1 = arg(Arg.pad1)
  const scratch = <usize>arg(Arg.scratch) + <usize>thread * <usize>arg(Arg.scratchBytes)
  for (let row = from; row < to; row++) {
    const u = userValues + <usize>load<u32>(users + (<usize>row << 2)) * bytes
    const items0 = <usize>arg(Arg.items0) + (<usize>(row * k0) << 2)
    const items1 = <usize>arg(Arg.items1) + (<usize>(row * k1) << 2)
    const grad0 = <usize>arg(Arg.grad0) + (<usize>(row * pad0) << 2)
    const grad1 = <usize>arg(Arg.grad1) + (<usize>(row * pad1) << 2)
    if (mode == Mode.score) {
      scoreRow(u, items0, k0, grad0, false)
      continue
    }
    const length0 = lengthOf(items0, k0)
    const length1 = k1 != 0 ? lengthOf(items1, k1) : 0
    if (mode != Mode.pull) {
      scoreRow(u, items0, length0, grad0, true)
      if (k1 != 0) scoreRow(u, items1, length1, grad1, true)
    }
    if (mode != Mode.pull) store<f64>(<usize>arg(Arg.loss) + (<usize>row << 3), lossRow(mode, row, grad0, (length0 + 3) & ~3, grad1, (length1 + 3) & ~3, scratch))
    const sum = <usize>arg(Arg.userGrad) + <usize>row * bytes
    clear(sum, bytes)
    pullRow(sum, items0, length0, grad0)
    if (k1 != 0) pullRow(sum, items1, length1, grad1)
  }
  if (mode != Mode.score && arg(Arg.parts) != 0) sortEntries(chunk, from, to, scratch)
}

/** Loss of one row; its scores become gradients. */
// @ts-ignore: decorator
@inline
export function lossRow(mode: u32, row: u32, grad0: usize, pad0: u32, grad1: usize, pad1: u32, scratch: usize): f64 {
  const weight = load<f32>(<usize>arg(Arg.weights) + (<usize>row << 2))
  const scale = argF(Arg.scale)
  if (mode == Mode.relaxedRanking)
    return <f64>weight * relaxedRanking(grad0, pad0, grad1, pad1, argF(Arg.cap), weight * scale, scratch)
  const teacher0 = <usize>arg(Arg.teacher0) + (<usize>(row * arg(Arg.k0)) << 2)
  const inverse = argF(Arg.inverseTemperature)
  if (mode == Mode.softCrossEntropy)
    return <f64>weight * crossEntropy(grad0, teacher0, pad0, inverse, weight * scale, scratch)
  if (mode == Mode.binaryCrossEntropy)
    return <f64>weight * binaryCrossEntropy(grad0, teacher0, pad0, inverse, argF(Arg.teacherShift), weight * scale)
  const gamma = load<f32>(<usize>arg(Arg.gamma) + (<usize>row << 2))
  const teacher1 = <usize>arg(Arg.teacher1) + (<usize>(row * arg(Arg.k1)) << 2)
  const weight0 = weight * (1 - gamma)
  const weight1 = weight * gamma
  return (
    <f64>weight0 * crossEntropy(grad0, teacher0, pad0, inverse, weight0 * scale, scratch) +
    <f64>weight1 * crossEntropy(grad1, teacher1, pad1, inverse, weight1 * scale, scratch)
  )
}

// @ts-ignore: decorator
@inline
function rowOf(values: usize, bytes: usize, id: u32, zeros: usize): usize {
  return select<usize>(zeros, values + <usize>id * bytes, id == NO_ITEM)
}

/** Places of a list up to its last item: padding at the end costs nothing. */
// @ts-ignore: decorator
@inline
export function lengthOf(items: usize, k: u32): u32 {
  while (k != 0 && load<u32>(items + (<usize>(k - 1) << 2)) == NO_ITEM) k--
  return k
}

/** Scores of one list. Padding, and the places up to a multiple of 4, score minus infinity where `hide`, else 0. */
// @ts-ignore: decorator
@inline
function scoreRow(u: usize, items: usize, k: u32, out: usize, hide: bool): void {
  const item = <usize>arg(Arg.item)
  const bytes = rowBytes(item)
  const values = <usize>head(item, Head.values)
  const zeros = <usize>arg(Arg.zeros)
  const hidden = minusInfinity()
  const none = i32x4.splat(NO_ITEM)
  let j: u32 = 0
  if (bytes == BYTES20) {
    const u0 = v128.load(u)
    const u1 = v128.load(u, 16)
    const u2 = v128.load(u, 32)
    const u3 = v128.load(u, 48)
    const u4 = v128.load(u, 64)
    for (; j + 4 <= k; j += 4) {
      const at = <usize>j << 2
      const ids = v128.load(items + at)
      const scores = dot4of20(
        u0,
        u1,
        u2,
        u3,
        u4,
        rowOf(values, BYTES20, i32x4.extract_lane(ids, 0), zeros),
        rowOf(values, BYTES20, i32x4.extract_lane(ids, 1), zeros),
        rowOf(values, BYTES20, i32x4.extract_lane(ids, 2), zeros),
        rowOf(values, BYTES20, i32x4.extract_lane(ids, 3), zeros),
      )
      v128.store(out + at, hide ? v128.bitselect(hidden, scores, i32x4.eq(ids, none)) : scores)
    }
  }
  for (; j + 4 <= k; j += 4) {
    const at = <usize>j << 2
    const ids = v128.load(items + at)
    const scores = dot4(
      u,
      rowOf(values, bytes, i32x4.extract_lane(ids, 0), zeros),
      rowOf(values, bytes, i32x4.extract_lane(ids, 1), zeros),
      rowOf(values, bytes, i32x4.extract_lane(ids, 2), zeros),
      rowOf(values, bytes, i32x4.extract_lane(ids, 3), zeros),
      bytes,
    )
    v128.store(out + at, hide ? v128.bitselect(hidden, scores, i32x4.eq(ids, none)) : scores)
  }
  for (; j < k; j++) {
    const id = load<u32>(items + (<usize>j << 2))
    const score = dot(u, rowOf(values, bytes, id, zeros), bytes)
    store<f32>(out + (<usize>j << 2), hide && id == NO_ITEM ? -Infinity : score)
  }
  if (hide) for (; (j & 3) != 0; j++) store<f32>(out + (<usize>j << 2), -Infinity)
}

/** sum += grad[j] x item row of place j, in order. */
// @ts-ignore: decorator
@inline
function pullRow(sum: usize, items: usize, k: u32, grad: usize): void {
  const item = <usize>arg(Arg.item)
  const bytes = rowBytes(item)
  const values = <usize>head(item, Head.values)
  const zeros = <usize>arg(Arg.zeros)
  let j: u32 = 0
  if (bytes == BYTES20) {
    let s0 = v128.load(sum)
    let s1 = v128.load(sum, 16)
    let s2 = v128.load(sum, 32)
    let s3 = v128.load(sum, 48)
    let s4 = v128.load(sum, 64)
    for (; j < k; j++) {
      const at = <usize>j << 2
      const row = rowOf(values, BYTES20, load<u32>(items + at), zeros)
      const g = v128.load32_splat(grad + at)
      s0 = fma(g, v128.load(row), s0)
      s1 = fma(g, v128.load(row, 16), s1)
      s2 = fma(g, v128.load(row, 32), s2)
      s3 = fma(g, v128.load(row, 48), s3)
      s4 = fma(g, v128.load(row, 64), s4)
    }
    v128.store(sum, s0)
    v128.store(sum, s1, 16)
    v128.store(sum, s2, 32)
    v128.store(sum, s3, 48)
    v128.store(sum, s4, 64)
    return
  }
  for (; j + 4 <= k; j += 4) {
    const at = items + (<usize>j << 2)
    axpy4(
      sum,
      rowOf(values, bytes, load<u32>(at), zeros),
      rowOf(values, bytes, load<u32>(at, 4), zeros),
      rowOf(values, bytes, load<u32>(at, 8), zeros),
      rowOf(values, bytes, load<u32>(at, 12), zeros),
      grad + (<usize>j << 2),
      bytes,
    )
  }
  for (; j < k; j++)
    axpy(
      sum,
      rowOf(values, bytes, load<u32>(items + (<usize>j << 2)), zeros),
      v128.load32_splat(grad + (<usize>j << 2)),
      bytes,
    )
}
