import { Arg, Head, Mode } from '../src/wasm/layout'
import { lossRow } from './loss-row'
import { arg, head, rowBytes } from './memory'
import { lengthOf } from './padding'
import { BYTES20 } from './rows20'
import { fma, minusInfinity, sumLanesOf4 } from './simd'
import { add, axpy, clear } from './vectors'

/**
 * Rows of lists of one lane, one after the other: scores, loss, gradients of the scores, and both gradients of tables
 * added where this lane keeps them. A lane is a fixed share of the batch, so nothing depends on who does it.
 */
export function laneRows(lane: u32, thread: u32): void {
  const from = lane * arg(Arg.laneRows)
  const to = min(from + arg(Arg.laneRows), arg(Arg.rows))
  const mode = arg(Arg.mode)
  const user = <usize>arg(Arg.user)
  const item = <usize>arg(Arg.item)
  const bytes = rowBytes(user)
  const userValues = <usize>head(user, Head.values)
  const itemValues = <usize>head(item, Head.values)
  const k0 = arg(Arg.k0)
  const k1 = arg(Arg.k1)
  const trainsUser = head(user, Head.grad) != 0
  const userGrad = <usize>head(user, Head.grad) + <usize>lane * <usize>head(user, Head.laneBytes)
  const userDirty = <usize>head(user, Head.dirty) + <usize>lane * <usize>head(user, Head.laneMarks)
  const sum = <usize>arg(Arg.scratch) + <usize>thread * <usize>arg(Arg.scratchBytes)
  const places0 = sum + bytes
  const places1 = places0 + (<usize>((k0 + 3) & ~3) << 2)
  const partial = places1 + (<usize>((k1 + 3) & ~3) << 2)
  const scratch = partial + (<usize>((max(k0, k1) + 3) & ~3) << 4)
  for (let row = from; row < to; row++) {
    const id = load<u32>(<usize>arg(Arg.users) + (<usize>row << 2))
    const u = userValues + <usize>id * bytes
    const items0 = <usize>arg(Arg.items0) + (<usize>(row * k0) << 2)
    const items1 = <usize>arg(Arg.items1) + (<usize>(row * k1) << 2)
    const grad0 = <usize>arg(Arg.grad0) + (<usize>(row * arg(Arg.pad0)) << 2)
    const grad1 = <usize>arg(Arg.grad1) + (<usize>(row * arg(Arg.pad1)) << 2)
    const length0 = lengthOf(items0, k0)
    const length1 = k1 != 0 ? lengthOf(items1, k1) : 0
    placesOf(items0, length0, item, places0)
    if (k1 != 0) placesOf(items1, length1, item, places1)
    if (mode != Mode.pull) {
      scorePlaces(u, itemValues, places0, items0, length0, grad0, partial, bytes)
      if (k1 != 0) scorePlaces(u, itemValues, places1, items1, length1, grad1, partial, bytes)
      const loss = lossRow(mode, row, grad0, (length0 + 3) & ~3, grad1, (length1 + 3) & ~3, scratch)
      store<f64>(<usize>arg(Arg.loss) + (<usize>row << 3), loss)
    }
    clear(sum, bytes)
    pullPlaces(lane, u, sum, item, places0, items0, length0, grad0, bytes)
    if (k1 != 0) pullPlaces(lane, u, sum, item, places1, items1, length1, grad1, bytes)
    if (!trainsUser) continue
    add(userGrad + <usize>id * bytes, sum, bytes)
    store<u8>(userDirty + id, 1)
  }
}

/** Byte offsets of the rows of a list; padding, and what fills the last four, becomes the row of zeros after the table. */
// @ts-ignore: decorator
@inline
function placesOf(items: usize, k: u32, item: usize, places: usize): void {
  const rows = i32x4.splat(head(item, Head.rows))
  const bytes = i32x4.splat(<i32>rowBytes(item))
  for (let o: usize = 0; o < <usize>k << 2; o += 16)
    v128.store(places + o, i32x4.mul(i32x4.min_u(v128.load(items + o), rows), bytes))
  for (; (k & 3) != 0; k++) store<u32>(places + (<usize>k << 2), head(item, Head.rows) * <u32>rowBytes(item))
}

/** Scores of one list, minus infinity at padding and up to a multiple of 4. First the lanes of each sum, then the sums. */
// @ts-ignore: decorator
@inline
function scorePlaces(
  u: usize,
  values: usize,
  places: usize,
  items: usize,
  k: u32,
  out: usize,
  partial: usize,
  bytes: usize,
): void {
  const end = places + (<usize>((k + 3) & ~3) << 2)
  let to = partial
  if (bytes == BYTES20) {
    const u0 = v128.load(u)
    const u1 = v128.load(u, 16)
    const u2 = v128.load(u, 32)
    const u3 = v128.load(u, 48)
    const u4 = v128.load(u, 64)
    for (let at = places; at < end; at += 4) {
      const x = values + load<u32>(at)
      let sum = f32x4.mul(u0, v128.load(x))
      sum = fma(u1, v128.load(x, 16), sum)
      sum = fma(u2, v128.load(x, 32), sum)
      sum = fma(u3, v128.load(x, 48), sum)
      v128.store(to, fma(u4, v128.load(x, 64), sum))
      to += 16
    }
  } else {
    for (let at = places; at < end; at += 8) {
      const x = values + load<u32>(at)
      const y = values + load<u32>(at, 4)
      let sumX = f32x4.splat(0)
      let sumY = f32x4.splat(0)
      for (let o: usize = 0; o < bytes; o += 16) {
        const value = v128.load(u + o)
        sumX = fma(value, v128.load(x + o), sumX)
        sumY = fma(value, v128.load(y + o), sumY)
      }
      v128.store(to, sumX)
      v128.store(to, sumY, 16)
      to += 32
    }
  }
  const none = i32x4.splat(-1)
  const hidden = minusInfinity()
  for (let from = partial; from < to; from += 64) {
    const scores = sumLanesOf4(v128.load(from), v128.load(from, 16), v128.load(from, 32), v128.load(from, 48))
    v128.store(out, v128.bitselect(hidden, scores, i32x4.eq(v128.load(items), none)))
    items += 16
    out += 16
  }
  // beyond the list stands the next one
  for (; (k & 3) != 0; k++) store<f32>(out - 16 + (<usize>(k & 3) << 2), -Infinity)
}

/** sum += grad[j] x item row, and the item's gradient += grad[j] x user row, place by place. */
// @ts-ignore: decorator
@inline
function pullPlaces(
  lane: u32,
  u: usize,
  sum: usize,
  item: usize,
  places: usize,
  items: usize,
  k: u32,
  grad: usize,
  bytes: usize,
): void {
  const values = <usize>head(item, Head.values)
  const end = places + (<usize>k << 2)
  if (head(item, Head.grad) == 0) {
    for (; places < end; places += 4) {
      axpy(sum, values + load<u32>(places), v128.load32_splat(grad), bytes)
      grad += 4
    }
    return
  }
  const grads = <usize>head(item, Head.grad) + <usize>lane * <usize>head(item, Head.laneBytes)
  const dirty = <usize>head(item, Head.dirty) + <usize>lane * <usize>head(item, Head.laneMarks)
  const rows = head(item, Head.rows)
  if (bytes == BYTES20) {
    const u0 = v128.load(u)
    const u1 = v128.load(u, 16)
    const u2 = v128.load(u, 32)
    const u3 = v128.load(u, 48)
    const u4 = v128.load(u, 64)
    let s0 = v128.load(sum)
    let s1 = v128.load(sum, 16)
    let s2 = v128.load(sum, 32)
    let s3 = v128.load(sum, 48)
    let s4 = v128.load(sum, 64)
    for (; places < end; places += 4) {
      const place = load<u32>(places)
      const x = values + place
      const y = grads + place
      const g = v128.load32_splat(grad)
      store<u8>(dirty + min(load<u32>(items), rows), 1)
      s0 = fma(g, v128.load(x), s0)
      v128.store(y, fma(g, u0, v128.load(y)))
      s1 = fma(g, v128.load(x, 16), s1)
      v128.store(y, fma(g, u1, v128.load(y, 16)), 16)
      s2 = fma(g, v128.load(x, 32), s2)
      v128.store(y, fma(g, u2, v128.load(y, 32)), 32)
      s3 = fma(g, v128.load(x, 48), s3)
      v128.store(y, fma(g, u3, v128.load(y, 48)), 48)
      s4 = fma(g, v128.load(x, 64), s4)
      v128.store(y, fma(g, u4, v128.load(y, 64)), 64)
      items += 4
      grad += 4
    }
    v128.store(sum, s0)
    v128.store(sum, s1, 16)
    v128.store(sum, s2, 32)
    v128.store(sum, s3, 48)
    v128.store(sum, s4, 64)
    return
  }
  for (; places < end; places += 4) {
    const place = load<u32>(places)
    const x = values + place
    const y = grads + place
    const g = v128.load32_splat(grad)
    store<u8>(dirty + min(load<u32>(items), rows), 1)
    for (let o: usize = 0; o < bytes; o += 16) {
      v128.store(sum + o, fma(g, v128.load(x + o), v128.load(sum + o)))
      v128.store(y + o, fma(g, v128.load(u + o), v128.load(y + o)))
    }
    items += 4
    grad += 4
  }
}
