import { Arg, Background, Head } from '../src/wasm/layout'
import { exponential } from './exponential'
import { hide, startCursors } from './hidden-items'
import { arg, argF, head, rowBytes } from './memory'
import { pullItems, pullUsers } from './pull-side-by-side'
import { BATCH, scoreGroup, SIDE } from './side-by-side'
import { add, clear } from './vectors'

/**
 * Gradients of the scores of some items by all users, and both gradients of tables: of these items in place, of the users
 * as the part of this piece, [blocks, d, 8].
 */
export function backgroundPull(chunk: u32, thread: u32): void {
  const item = <usize>arg(Arg.item)
  const bytes = rowBytes(item)
  const rows = arg(Arg.rows)
  const from = chunk * arg(Arg.tileItems)
  const to = min(from + arg(Arg.tileItems), head(item, Head.rows))
  const blocks = (rows + Background.users - 1) / Background.users
  const trainsItem = head(item, Head.grad) != 0
  const trainsUser = arg(Arg.userGrad) != 0
  const part = <usize>arg(Arg.records) + <usize>chunk * <usize>blocks * bytes * Background.users
  const sides = <usize>arg(Arg.tiles)
  const lines = <usize>arg(Arg.values)
  const shares = <usize>arg(Arg.scratch) + <usize>thread * <usize>arg(Arg.scratchBytes)
  const blockBytes = <usize>(Background.items + 5) * SIDE
  const cursors = shares + <usize>BATCH * blockBytes
  const limit = f32x4.splat(argF(Arg.cap))
  if (trainsUser) clear(part, <usize>blocks * bytes * Background.users)
  startCursors(cursors, 0, rows, from)
  for (let first = from; first < to; first += Background.items) {
    const count = min<u32>(Background.items, to - first)
    if (trainsItem) for (let j = first; j < first + count; j++) store<u8>(<usize>head(item, Head.dirty) + j, 1)
    for (let start: u32 = 0; start < blocks; start += BATCH) {
      const stop = min<u32>(start + BATCH, blocks)
      for (let block = start; block < stop; block++) {
        const row = block * Background.users
        const mine = shares + <usize>(block - start) * blockBytes
        scoreGroup(sides + <usize>row * bytes, item, first, count, mine, bytes, false, limit)
        hide(cursors + (<usize>row << 3), row, min(row + Background.users, rows), first, count, mine)
        const place = <usize>row << 2
        sharesOf(mine, count, <usize>arg(Arg.grad1) + place, <usize>arg(Arg.grad0) + place, limit)
        if (trainsUser) pullUsers(mine, count, <usize>head(item, Head.values) + <usize>first * bytes, part + <usize>row * bytes, bytes)
      }
      if (trainsItem)
        pullItems(shares, count, stop - start, blockBytes, lines + <usize>(start * Background.users) * bytes, <usize>head(item, Head.grad) + <usize>first * bytes, bytes)
    }
  }
}

/** Scores become grad x e^(score - background), 0 beyond the limit. */
// @ts-ignore: decorator
@inline
function sharesOf(scores: usize, count: u32, sums: usize, grads: usize, limit: v128): void {
  const sum0 = v128.load(sums)
  const sum1 = v128.load(sums, 16)
  const grad0 = v128.load(grads)
  const grad1 = v128.load(grads, 16)
  const end = scores + <usize>count * SIDE
  for (; scores < end; scores += SIDE) {
    v128.store(scores, shareOf(v128.load(scores), sum0, grad0, limit))
    v128.store(scores, shareOf(v128.load(scores, 16), sum1, grad1, limit), 16)
  }
}

// @ts-ignore: decorator
@inline
function shareOf(score: v128, sum: v128, grad: v128, limit: v128): v128 {
  const inside = f32x4.le(f32x4.abs(score), limit)
  return v128.and(f32x4.mul(exponential(f32x4.sub(score, sum)), grad), inside)
}

/** The parts of the gradient of 8 users, added in order, as rows. */
export function backgroundJoin(block: u32): void {
  const bytes = rowBytes(<usize>arg(Arg.user))
  const blocks = (arg(Arg.rows) + Background.users - 1) / Background.users
  const size = bytes * Background.users
  const sum = <usize>arg(Arg.records) + <usize>block * size
  for (let part: u32 = 1; part < arg(Arg.parts); part++) add(sum, sum + <usize>part * <usize>blocks * size, size)
  for (let n: u32 = 0; n < <u32>Background.users; n++) {
    const row = block * Background.users + n
    if (row >= arg(Arg.rows)) return
    const out = <usize>arg(Arg.userGrad) + <usize>row * bytes
    for (let o: usize = 0; o < bytes; o += 4) store<f32>(out + o, load<f32>(sum + o * Background.users + (<usize>n << 2)))
  }
}
