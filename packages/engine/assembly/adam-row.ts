import { Control, Head } from '../src/wasm/layout'
import { head, headF, rowBytes, word } from './memory'
import { fma, fnma, tiny } from './simd'

/* Steps of Adam for one row of a table, or two. */

/** Where the constants of a step stand: its size, and what scales the root of the second moment. */
// @ts-ignore: decorator
@inline
export function constantsOf(table: usize, step: u32): usize {
  return <usize>head(table, Head.constants) + (<usize>(step - head(table, Head.first)) << 3)
}

/**
 * Does the step with gradient, if the first one that a row missed has any. Returns the constants of the step that is
 * next, 0 for a row that missed none. Loops of their own with gradient elsewhere, at `more` (u64), and without it (u32):
 * the type stands for nothing else.
 */
// @ts-ignore: decorator
@inline
export function begin<T>(table: usize, row: u32, more: usize): usize {
  const last = <usize>head(table, Head.last) + (<usize>row << 2)
  const dirty = <usize>head(table, Head.dirty) + row
  const from = load<u32>(last)
  const to = head(table, Head.step)
  if (from >= to) return 0
  const bytes = rowBytes(table)
  joinLanes(table, row, bytes)
  const sparse = head(table, Head.sparse) != 0
  const collected = load<u8>(dirty) != 0
  if (sizeof<T>() == 4 && !collected) {
    if (!sparse) return constantsOf(table, from)
    store<u32>(last, to)
    return 0
  }
  const grad = <usize>head(table, Head.grad) + <usize>row * bytes
  if (sizeof<T>() == 8 || !sparse || isAnyNonZero(grad, bytes)) {
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
    const at = constantsOf(table, from)
    const stepSize = v128.load32_splat(at)
    const rootScale = v128.load32_splat(at, 4)
    for (let o: usize = 0; o < bytes; o += 16) {
      let g = sizeof<T>() == 8 ? v128.load(more + o) : v128.load(grad + o)
      if (sizeof<T>() == 8 && collected) g = f32x4.add(v128.load(grad + o), g)
      if (collected) v128.store(grad + o, zero)
      update(theta + o, m + o, v + o, g, weightDecay, beta1, rest1, beta2, rest2, eps, least, stepSize, rootScale)
    }
  }
  store<u8>(dirty, 0)
  // steps without gradient are none for a table of sparse steps
  return constantsOf(table, sparse ? to : from + 1)
}

/** Steps without gradient, for `size` bytes of constants from `at` on, of one row (u32) or of two at once (u64). */
// @ts-ignore: decorator
@inline
export function walk<T>(table: usize, row: u32, at: usize, size: usize, other: u32, otherAt: usize): void {
  const bytes = rowBytes(table)
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
  const apart = (<isize>other - <isize>row) * <isize>bytes
  for (let c: usize = 0; c < size; c += 8) {
    const stepSize = v128.load32_splat(at + c)
    const rootScale = v128.load32_splat(at + c, 4)
    for (let o: usize = 0; o < bytes; o += 16)
      update(theta + o, m + o, v + o, zero, weightDecay, beta1, rest1, beta2, rest2, eps, least, stepSize, rootScale)
    if (sizeof<T>() == 8) {
      const stepSize = v128.load32_splat(otherAt + c)
      const rootScale = v128.load32_splat(otherAt + c, 4)
      for (let o: usize = apart; o != apart + bytes; o += 16)
        update(theta + o, m + o, v + o, zero, weightDecay, beta1, rest1, beta2, rest2, eps, least, stepSize, rootScale)
    }
  }
}

/** Notes that a row has done all steps, and that it is not finite if so. */
// @ts-ignore: decorator
@inline
export function finish(table: usize, row: u32): void {
  store<u32>(<usize>head(table, Head.last) + (<usize>row << 2), head(table, Head.step))
  const bytes = rowBytes(table)
  const theta = <usize>head(table, Head.values) + <usize>row * bytes
  const zero = f32x4.splat(0)
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
