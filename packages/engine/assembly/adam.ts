import { All, Arg, Control, Head } from '../src/wasm/layout'
import { arg, head, headF, rowBytes, word } from './memory'
import { endRowOf, firstRowOf, isOfUsers } from './pieces'
import { fma, fnma, tiny } from './simd'
import { add } from './vectors'

/**
 * Brings rows that are about to be read (or all) to the present step. The first step a row missed may have a data
 * gradient, which becomes zero; the steps after it have none, or the row would have been read before. Where steps are
 * sparse those are no steps for the row.
 */
export function catchUp(chunk: u32): void {
  const first = isOfUsers(chunk)
  const table = <usize>arg(first ? Arg.user : Arg.item)
  const from = firstRowOf(table, chunk)
  const to = endRowOf(table, from)
  if ((arg(Arg.all) & (first ? All.users : All.items)) != 0) {
    for (let row = from; row < to; row++) advance(table, row)
    return
  }
  const need = <usize>head(table, Head.need)
  for (let block = from; block < to; block += 16) {
    if (!v128.any_true(v128.load(need + block))) continue
    for (let row = block; row < block + 16; row++) if (load<u8>(need + row) != 0) advance(table, row)
    v128.store(need + block, i32x4.splat(0))
  }
}

/** Does the steps that one row missed, one after the other, while it is in cache. */
export function advance(table: usize, row: u32): void {
  advanceBy<u32>(table, row, 0)
}

/** `advance` of a row that missed a step, with gradient at `more` beside what the row has collected. */
export function advanceWith(table: usize, row: u32, more: usize): void {
  if (head(table, Head.sparse) == 0) {
    advanceBy<u64>(table, row, more)
    return
  }
  const bytes = rowBytes(table)
  add(<usize>head(table, Head.grad) + <usize>row * bytes, more, bytes)
  store<u8>(<usize>head(table, Head.dirty) + row, 1)
  advanceBy<u32>(table, row, 0)
}

/** Loops of their own with gradient elsewhere (u64) and without it (u32): the type stands for nothing else. */
// @ts-ignore: decorator
@inline
function advanceBy<T>(table: usize, row: u32, more: usize): void {
  const last = <usize>head(table, Head.last) + (<usize>row << 2)
  const dirty = <usize>head(table, Head.dirty) + row
  const from = load<u32>(last)
  const to = head(table, Head.step)
  if (from >= to) return
  const bytes = rowBytes(table)
  joinLanes(table, row, bytes)
  const sparse = head(table, Head.sparse) != 0
  if (sizeof<T>() == 4 && sparse && load<u8>(dirty) == 0) {
    store<u32>(last, to)
    return
  }
  const offset = <usize>row * bytes
  const theta = <usize>head(table, Head.values) + offset
  const m = <usize>head(table, Head.m) + offset
  const v = <usize>head(table, Head.v) + offset
  const weightDecay = f32x4.splat(headF(table, Head.weightDecay))
  const beta1 = f32x4.splat(headF(table, Head.beta1))
  const rest1 = f32x4.splat(headF(table, Head.rest1))
  const beta2 = f32x4.splat(headF(table, Head.beta2))
  const rest2 = f32x4.splat(headF(table, Head.rest2))
  const eps = f32x4.splat(headF(table, Head.eps))
  const least = tiny()
  const zero = f32x4.splat(0)
  const grad = <usize>head(table, Head.grad) + offset
  const constants = <usize>head(table, Head.constants)
  let at = constants + (<usize>(from - head(table, Head.first)) << 3)
  const end = constants + (<usize>(to - head(table, Head.first)) << 3)
  if (sizeof<T>() == 8) {
    const collected = load<u8>(dirty) != 0
    const stepSize = v128.load32_splat(at)
    const rootScale = v128.load32_splat(at, 4)
    for (let o: usize = 0; o < bytes; o += 16) {
      let g = v128.load(more + o)
      if (collected) {
        g = f32x4.add(v128.load(grad + o), g)
        v128.store(grad + o, zero)
      }
      update(theta + o, m + o, v + o, g, weightDecay, beta1, rest1, beta2, rest2, eps, least, stepSize, rootScale)
    }
    store<u8>(dirty, 0)
    at += 8
  } else if (load<u8>(dirty) != 0) {
    const stepSize = v128.load32_splat(at)
    const rootScale = v128.load32_splat(at, 4)
    if (!sparse || isAnyNonZero(grad, bytes))
      for (let o: usize = 0; o < bytes; o += 16) {
        const g = v128.load(grad + o)
        v128.store(grad + o, zero)
        update(theta + o, m + o, v + o, g, weightDecay, beta1, rest1, beta2, rest2, eps, least, stepSize, rootScale)
      }
    store<u8>(dirty, 0)
    at += 8
  }
  // steps without gradient are none for a table of sparse steps
  if (!sparse) for (; at < end; at += 8) {
    const stepSize = v128.load32_splat(at)
    const rootScale = v128.load32_splat(at, 4)
    for (let o: usize = 0; o < bytes; o += 16)
      update(theta + o, m + o, v + o, zero, weightDecay, beta1, rest1, beta2, rest2, eps, least, stepSize, rootScale)
  }
  store<u32>(last, to)
  let difference = zero
  for (let o: usize = 0; o < bytes; o += 16) {
    const x = v128.load(theta + o)
    difference = f32x4.add(difference, f32x4.sub(x, x))
  }
  if (v128.any_true(f32x4.ne(difference, zero))) report(table, row)
}

// @ts-ignore: decorator
@inline
function isAnyNonZero(values: usize, bytes: usize): bool {
  const zero = f32x4.splat(0)
  let found = zero
  for (let o: usize = 0; o < bytes; o += 16) found = v128.or(found, f32x4.ne(v128.load(values + o), zero))
  return v128.any_true(found)
}

/** Adds the gradients of the other lanes to the first, in order. */
// @ts-ignore: decorator
@inline
export function joinLanes(table: usize, row: u32, bytes: usize): void {
  const lanes = head(table, Head.lanes)
  const laneBytes = <usize>head(table, Head.laneBytes)
  const laneMarks = <usize>head(table, Head.laneMarks)
  const sum = <usize>head(table, Head.grad) + <usize>row * bytes
  const dirty = <usize>head(table, Head.dirty) + row
  const zero = f32x4.splat(0)
  for (let lane: u32 = 1; lane < lanes; lane++) {
    const mark = dirty + <usize>lane * laneMarks
    if (load<u8>(mark) == 0) continue
    store<u8>(mark, 0)
    store<u8>(dirty, 1)
    const grad = sum + <usize>lane * laneBytes
    for (let o: usize = 0; o < bytes; o += 16) {
      v128.store(sum + o, f32x4.add(v128.load(sum + o), v128.load(grad + o)))
      v128.store(grad + o, zero)
    }
  }
}

// @ts-ignore: decorator
@inline
function update(
  theta: usize,
  m: usize,
  v: usize,
  grad: v128,
  weightDecay: v128,
  beta1: v128,
  rest1: v128,
  beta2: v128,
  rest2: v128,
  eps: v128,
  least: v128,
  stepSize: v128,
  rootScale: v128,
): void {
  const before = v128.load(theta)
  const g = fma(weightDecay, before, grad)
  let first = fma(beta1, v128.load(m), f32x4.mul(rest1, g))
  // numbers below `least` become 0, as in the plain twin, but NaN must stay to be seen
  first = v128.andnot(first, f32x4.lt(f32x4.abs(first), least))
  let second = fma(f32x4.mul(rest2, g), g, f32x4.mul(beta2, v128.load(v)))
  second = v128.andnot(second, f32x4.lt(second, least))
  const denominator = fma(f32x4.sqrt(second), rootScale, eps)
  let after = fnma(stepSize, f32x4.div(first, denominator), before)
  after = v128.andnot(after, f32x4.lt(f32x4.abs(after), least))
  v128.store(m, first)
  v128.store(v, second)
  v128.store(theta, after)
}

/** Notes a row that is not finite. The smallest of them stays, whoever comes first. */
export function report(table: usize, row: u32): void {
  while (true) {
    const old = atomic.load<u64>(word(Control.bad))
    const mine = (<u64>table << 32) | <u64>row
    if (mine >= old) return
    if (atomic.cmpxchg<u64>(word(Control.bad), old, mine) == old) return
  }
}
