import { Arg, Head, Mode } from '../src/wasm/layout'
import { sortEntries } from './entries'
import { lossRow } from './loss-row'
import { arg, head, NO_ITEM, rowBytes } from './memory'
import { lengthOf } from './padding'
import { BYTES20, dot4of20 } from './rows20'
import { fma, minusInfinity } from './simd'
import { axpy, axpy4, clear, dot, dot4 } from './vectors'

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

// @ts-ignore: decorator
@inline
function rowOf(values: usize, bytes: usize, id: u32, zeros: usize): usize {
  return select<usize>(zeros, values + <usize>id * bytes, id == NO_ITEM)
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
