import { Arg, Head, Network, Pairs, Upper } from '../src/wasm/layout'
import { arg, head, NO_ITEM, rowBytes } from './memory'
import { forward, network, upper, word } from './perceptron'
import { multiply } from './product'
import { fma } from './simd'
import { add, axpy, clear } from './vectors'

/**
 * The pullback of a part of the pairs through the layers: the gradient before the relu of the first one, pair by pair, at
 * `grad1`, and sums over the pairs of the part for the weights above. Parts do not depend on threads, so neither do the sums.
 */
export function pairPull(chunk: u32, thread: u32): void {
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  const sums = <usize>arg(Arg.records) + <usize>chunk * <usize>arg(Arg.partBytes)
  clear(sums, <usize>arg(Arg.partBytes))
  const at = <usize>arg(Arg.scratch) + <usize>thread * <usize>arg(Arg.scratchBytes)
  const bytes = <usize>network(Network.bytes)
  const layers = network(Network.upper)
  // two blocks of gradients follow the activations, one for each layer in turn
  const one = at + <usize>network(Network.activations)
  const two = one + Pairs.block * <usize>network(Network.widest)
  for (let first = from; first < to; first += Pairs.block) {
    const rows = min<u32>(Pairs.block, to - first)
    const out = <usize>arg(Arg.grad1) + <usize>first * bytes
    const h = forward(first, first + rows, at)
    let above = layers == 0 ? out : one
    ofTop(first, rows, h, above, sums)
    for (let n = layers; n > 0; n--) {
      const layer = upper(n - 1)
      const below = at + word(layer, Upper.below)
      const next = n == 1 ? out : above == one ? two : one
      pull(layer, rows, below, above, next, sums)
      above = next
    }
  }
}

/** Of the last layer's activations `h`: their gradient before the relu, and what its weights gain. */
function ofTop(first: u32, rows: u32, h: usize, out: usize, sums: usize): void {
  const weights = <usize>network(Network.top)
  const bytes = <usize>network(Network.topBytes)
  const zero = f32x4.splat(0)
  for (let row: u32 = 0; row < rows; row++) {
    const place = <usize>(first + row) << 2
    const isItem = load<u32>(<usize>arg(Arg.slots) + place) != NO_ITEM
    const g = isItem ? v128.load32_splat(<usize>arg(Arg.grad0) + place) : zero
    for (let o: usize = 0; o < bytes; o += 16) {
      const x = v128.load(h + o)
      v128.store(sums + o, fma(g, x, v128.load(sums + o)))
      v128.store(out + o, v128.and(f32x4.mul(g, v128.load(weights + o)), f32x4.gt(x, zero)))
    }
    h += bytes
    out += bytes
  }
}

/** One layer: what its weights and bias gain, and the gradient before the relu below. */
function pull(layer: usize, rows: u32, below: usize, above: usize, out: usize, sums: usize): void {
  const bytes = word(layer, Upper.bytes)
  const innerBytes = word(layer, Upper.innerBytes)
  const toWeights = sums + word(layer, Upper.toWeights)
  const toBias = sums + word(layer, Upper.toBias)
  multiply(below, 4, innerBytes, <u32>word(layer, Upper.inner), rows, above, bytes, toWeights, true)
  for (let row: u32 = 0; row < rows; row++) add(toBias, above + <usize>row * bytes, bytes)
  const width = <u32>word(layer, Upper.width)
  multiply(above, bytes, 4, rows, width, word(layer, Upper.transposed), innerBytes, out, false)
  const zero = f32x4.splat(0)
  const end = <usize>rows * innerBytes
  for (let o: usize = 0; o < end; o += 16)
    v128.store(out + o, v128.and(v128.load(out + o), f32x4.gt(v128.load(below + o), zero)))
}

/**
 * Sums over the pairs of each owner, a row of the batch or an item, in order: `ofUsers` gains the other's rows by the gradients of
 * the scores, weighted as the product of vectors is, and `ofItems` the gradients of the first layer. Where entries are not listed
 * the owners are rows; then the product's weights gain too, by pieces, at `records`.
 */
export function pairSums(chunk: u32): void {
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  const k = arg(Arg.k0)
  const entries = <usize>arg(Arg.indices)
  const byRow = entries == 0
  const own = <usize>arg(byRow ? Arg.user : Arg.item)
  const others = <usize>head(<usize>arg(byRow ? Arg.item : Arg.user), Head.values)
  const values = <usize>head(own, Head.values)
  const bytes = rowBytes(own)
  const width = <usize>network(Network.bytes)
  const weights = <usize>network(Network.product)
  const gained = <usize>arg(Arg.records) + <usize>chunk * bytes
  if (byRow) clear(gained, bytes)
  for (let owner = from; owner < to; owner++) {
    const place = <usize>owner << 2
    const toRow = <usize>arg(Arg.outUser) + <usize>owner * bytes
    const toLayer = <usize>arg(Arg.outItem) + <usize>owner * width
    clear(toRow, bytes)
    clear(toLayer, width)
    const start = byRow ? owner * k : load<u32>(<usize>arg(Arg.offsets) + place)
    const end = byRow ? start + k : load<u32>(<usize>arg(Arg.offsets) + place, 4)
    for (let e = start; e < end; e++) {
      const pair = byRow ? e : load<u32>(entries + (<usize>e << 2))
      const at = <usize>pair << 2
      const other = byRow
        ? load<u32>(<usize>arg(Arg.items0) + at)
        : load<u32>(<usize>arg(Arg.users) + (<usize>(pair / k) << 2))
      if (other == NO_ITEM) continue
      axpy(toRow, others + <usize>other * bytes, v128.load32_splat(<usize>arg(Arg.grad0) + at), bytes)
      add(toLayer, <usize>arg(Arg.grad1) + <usize>pair * width, width)
    }
    const mine = values + <usize>load<u32>(<usize>arg(Arg.ids) + place) * bytes
    for (let o: usize = 0; o < bytes; o += 16) {
      const sum = v128.load(toRow + o)
      if (byRow) v128.store(gained + o, fma(v128.load(mine + o), sum, v128.load(gained + o)))
      v128.store(toRow + o, f32x4.mul(v128.load(weights + o), sum))
    }
  }
}
