import { Arg, Head, Network, Pairs } from '../src/wasm/layout'
import { arg, head, NO_ITEM, rowBytes } from './memory'
import { forward, network } from './perceptron'
import { dot } from './vectors'

/** Scores of pairs: the weighted product of their vectors, and what the layers give. */
export function pairScores(chunk: u32, thread: u32): void {
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  const k = arg(Arg.k0)
  const user = <usize>arg(Arg.user)
  const bytes = rowBytes(user)
  const values = <usize>head(user, Head.values)
  const items = <usize>head(<usize>arg(Arg.item), Head.values)
  const product = <usize>network(Network.product)
  const top = <usize>network(Network.top)
  const topBytes = <usize>network(Network.topBytes)
  const bias = reinterpret<f32>(network(Network.bias))
  // scratch: the user's weighted row, then the layers
  const weighted = <usize>arg(Arg.scratch) + <usize>thread * <usize>arg(Arg.scratchBytes)
  const layers = weighted + bytes
  let row: u32 = NO_ITEM
  for (let first = from; first < to; first += Pairs.block) {
    const end = min(first + Pairs.block, to)
    let h = forward(first, end, layers)
    for (let pair = first; pair < end; pair++, h += topBytes) {
      const item = load<u32>(<usize>arg(Arg.items0) + (<usize>pair << 2))
      const out = <usize>arg(Arg.out) + (<usize>pair << 2)
      if (item == NO_ITEM) {
        store<f32>(out, 0)
        continue
      }
      if (pair / k != row) {
        row = pair / k
        const u = values + <usize>load<u32>(<usize>arg(Arg.users) + (<usize>row << 2)) * bytes
        for (let o: usize = 0; o < bytes; o += 16)
          v128.store(weighted + o, f32x4.mul(v128.load(product + o), v128.load(u + o)))
      }
      store<f32>(out, dot(weighted, items + <usize>item * bytes, bytes) + dot(top, h, topBytes) + bias)
    }
  }
}
