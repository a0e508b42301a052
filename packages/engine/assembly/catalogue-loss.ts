import { Arg, Background, Head } from '../src/wasm/layout'
import { exponential } from './exponential'
import { arg, head, rowBytes } from './memory'
import { pullItems, pullUsers } from './pull-side-by-side'
import { BATCH, scoreGroup, SIDE } from './side-by-side'
import { clear } from './vectors'

/**
 * Cross-entropy of teacher and student over the whole catalogue: for some items by all users both scores, the loss of each
 * user's part of it, and both gradients of tables, as in `backgroundPull`. Log-sums of both models are known beforehand.
 */
export function catalogueLoss(chunk: u32, thread: u32): void {
  const item = <usize>arg(Arg.item)
  const teacher = <usize>arg(Arg.teacher1)
  const bytes = rowBytes(item)
  const teacherBytes = rowBytes(teacher)
  const rows = arg(Arg.rows)
  const from = chunk * arg(Arg.tileItems)
  const to = min(from + arg(Arg.tileItems), head(item, Head.rows))
  const blocks = (rows + Background.users - 1) / Background.users
  const trainsItem = head(item, Head.grad) != 0
  const trainsUser = arg(Arg.userGrad) != 0
  const part = <usize>arg(Arg.records) + <usize>chunk * <usize>blocks * bytes * Background.users
  const losses = <usize>arg(Arg.loss) + <usize>(chunk * blocks) * SIDE * 2
  const shares = <usize>arg(Arg.scratch) + <usize>thread * <usize>arg(Arg.scratchBytes)
  const blockBytes = <usize>(Background.items + 5) * SIDE
  const ofTeacher = shares + <usize>BATCH * blockBytes
  const none = f32x4.splat(0)
  if (trainsUser) clear(part, <usize>blocks * bytes * Background.users)
  clear(losses, <usize>blocks * SIDE * 2)
  for (let first = from; first < to; first += Background.items) {
    const count = min<u32>(Background.items, to - first)
    if (trainsItem) for (let j = first; j < first + count; j++) store<u8>(<usize>head(item, Head.dirty) + j, 1)
    for (let start: u32 = 0; start < blocks; start += BATCH) {
      const stop = min<u32>(start + BATCH, blocks)
      for (let block = start; block < stop; block++) {
        const row = <usize>(block * Background.users)
        const mine = shares + <usize>(block - start) * blockBytes
        scoreGroup(<usize>arg(Arg.tiles) + row * bytes, item, first, count, mine, bytes, false, none)
        scoreGroup(<usize>arg(Arg.teacher0) + row * teacherBytes, teacher, first, count, ofTeacher, teacherBytes, false, none)
        compareGroup(mine, ofTeacher, count, row << 2, losses + <usize>block * SIDE * 2)
        if (trainsUser) pullUsers(mine, count, <usize>head(item, Head.values) + <usize>first * bytes, part + row * bytes, bytes)
      }
      if (trainsItem)
        pullItems(shares, count, stop - start, blockBytes, <usize>arg(Arg.values) + <usize>(start * Background.users) * bytes, <usize>head(item, Head.grad) + <usize>first * bytes, bytes)
    }
  }
}

/** Scores become weight x (q - p); the loss of a group, p x -log q, is added in double precision. */
// @ts-ignore: decorator
@inline
function compareGroup(scores: usize, teacher: usize, count: u32, place: usize, losses: usize): void {
  compareLanes(scores, teacher, count, place, losses)
  compareLanes(scores + 16, teacher + 16, count, place + 16, losses + 32)
}

// @ts-ignore: decorator
@inline
function compareLanes(scores: usize, teacher: usize, count: u32, place: usize, losses: usize): void {
  const sum = v128.load(<usize>arg(Arg.grad1) + place)
  const teacherSum = v128.load(<usize>arg(Arg.gamma) + place)
  const weight = v128.load(<usize>arg(Arg.grad0) + place)
  const end = scores + <usize>count * SIDE
  let loss = f32x4.splat(0)
  for (; scores < end; scores += SIDE) {
    const logQ = f32x4.sub(v128.load(scores), sum)
    const p = exponential(f32x4.sub(v128.load(teacher), teacherSum))
    loss = f32x4.sub(loss, f32x4.mul(p, logQ))
    v128.store(scores, f32x4.mul(f32x4.sub(exponential(logQ), p), weight))
    teacher += SIDE
  }
  v128.store(losses, f64x2.add(v128.load(losses), f64x2.promote_low_f32x4(loss)))
  const upper = v128.shuffle<f32>(loss, loss, 2, 3, 0, 1)
  v128.store(losses, f64x2.add(v128.load(losses, 16), f64x2.promote_low_f32x4(upper)), 16)
}
