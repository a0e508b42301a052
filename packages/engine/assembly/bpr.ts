import { Arg, Head } from '../src/wasm/layout'
import { sortEntries } from './entries'
import { arg, head, rowBytes } from './memory'
import { expNegative, log1pUnit, one } from './simd'
import { axpy, clear, dot } from './vectors'

/** Margins, loss and gradients of some rows of BPR. */
export function bprRows(chunk: u32, thread: u32): void {
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  const n = arg(Arg.k1)
  const user = <usize>arg(Arg.user)
  const item = <usize>arg(Arg.item)
  const bytes = rowBytes(user)
  const userValues = <usize>head(user, Head.values)
  const itemValues = <usize>head(item, Head.values)
  const users = <usize>arg(Arg.users)
  const positives = <usize>arg(Arg.items0)
  const negatives = <usize>arg(Arg.items1)
  const grad0 = <usize>arg(Arg.grad0)
  const grad1 = <usize>arg(Arg.grad1)
  const margins = <usize>arg(Arg.scratch) + <usize>thread * <usize>arg(Arg.scratchBytes)
  for (let row = from; row < to; row++) {
    const u = userValues + <usize>load<u32>(users + (<usize>row << 2)) * bytes
    const positive = dot(u, itemValues + <usize>load<u32>(positives + (<usize>row << 2)) * bytes, bytes)
    for (let j = row * n; j < (row + 1) * n; j++) {
      const negative = dot(u, itemValues + <usize>load<u32>(negatives + (<usize>j << 2)) * bytes, bytes)
      store<f32>(margins + (<usize>(j - from * n) << 2), negative - positive)
    }
  }
  // margins become slopes in place; losses follow behind them
  const count = (to - from) * n
  const losses = margins + (<usize>(count + 3) << 2)
  slopes(margins, losses, count)
  const mean: f32 = (<f32>1) / <f32>n
  for (let row = from; row < to; row++) {
    const sum = <usize>arg(Arg.userGrad) + <usize>row * bytes
    clear(sum, bytes)
    let loss: f32 = 0
    let pull: f32 = 0
    for (let j = row * n; j < (row + 1) * n; j++) {
      const at = <usize>(j - from * n) << 2
      const g = load<f32>(margins + at) * mean
      loss += load<f32>(losses + at)
      pull -= g
      store<f32>(grad1 + (<usize>j << 2), g)
      axpy(sum, itemValues + <usize>load<u32>(negatives + (<usize>j << 2)) * bytes, f32x4.splat(g), bytes)
    }
    store<f32>(grad0 + (<usize>row << 2), pull)
    store<f64>(<usize>arg(Arg.loss) + (<usize>row << 3), <f64>(loss * mean))
    axpy(sum, itemValues + <usize>load<u32>(positives + (<usize>row << 2)) * bytes, f32x4.splat(pull), bytes)
  }
  if (arg(Arg.parts) != 0) sortEntries(chunk, from, to, margins)
}

/** Margins become slopes of softplus; its values go to `losses`. Up to three places beyond are written. */
function slopes(margins: usize, losses: usize, count: u32): void {
  const zero = f32x4.splat(0)
  for (let o: usize = 0; o < <usize>count << 2; o += 16) {
    const margin = v128.load(margins + o)
    const odds = expNegative(f32x4.neg(f32x4.abs(margin)))
    v128.store(losses + o, f32x4.add(f32x4.pmax(margin, zero), log1pUnit(odds)))
    const above = f32x4.gt(margin, zero)
    v128.store(margins + o, f32x4.div(v128.bitselect(one(), odds, above), f32x4.add(one(), odds)))
  }
}
