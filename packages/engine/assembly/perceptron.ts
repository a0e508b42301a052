import { Arg, Network, Pairs, Upper } from '../src/wasm/layout'
import { arg, NO_ITEM } from './memory'
import { multiply } from './product'
import { clear } from './vectors'

// @ts-ignore: decorator
@inline
export function network(index: i32): u32 {
  return load<u32>(<usize>arg(Arg.network) + (<usize>index << 2))
}

/** The words of a layer above the first. */
// @ts-ignore: decorator
@inline
export function upper(layer: u32): usize {
  return <usize>arg(Arg.network) + ((Network.words + <usize>layer * Upper.words) << 2)
}

// @ts-ignore: decorator
@inline
export function word(layer: usize, index: i32): usize {
  return <usize>load<u32>(layer + (<usize>index << 2))
}

/** x where it is above 0, else 0; NaN stays. */
// @ts-ignore: decorator
@inline
export function relu(x: v128): v128 {
  return f32x4.pmax(x, f32x4.splat(0))
}

/**
 * The layers of a block of pairs, one after the other from `at`, rows as long as their layer's. The first is the sum of what the
 * user and the item give. Rows of padding are zero there.
 * @returns Where the last layer begins.
 */
export function forward(from: u32, to: u32, at: usize): usize {
  const k = arg(Arg.k0)
  const bytes = <usize>network(Network.bytes)
  let out = at
  for (let pair = from; pair < to; pair++) {
    const slot = load<u32>(<usize>arg(Arg.slots) + (<usize>pair << 2))
    if (slot == NO_ITEM) clear(out, bytes)
    else {
      const ofUser = <usize>arg(Arg.ofUsers) + <usize>(pair / k) * bytes
      const ofItem = <usize>arg(Arg.ofItems) + <usize>slot * bytes
      for (let o: usize = 0; o < bytes; o += 16)
        v128.store(out + o, relu(f32x4.add(v128.load(ofUser + o), v128.load(ofItem + o))))
    }
    out += bytes
  }
  let below = at
  const layers = network(Network.upper)
  for (let n: u32 = 0; n < layers; n++) {
    const layer = upper(n)
    const next = at + word(layer, Upper.below) + Pairs.block * word(layer, Upper.innerBytes)
    through(layer, below, to - from, next)
    below = next
  }
  return below
}

/** One layer above the first. */
function through(layer: usize, below: usize, rows: u32, out: usize): void {
  const bytes = word(layer, Upper.bytes)
  const bias = word(layer, Upper.bias)
  const inner = <u32>word(layer, Upper.inner)
  multiply(below, word(layer, Upper.innerBytes), 4, rows, inner, word(layer, Upper.weights), bytes, out, false)
  for (let row: u32 = 0; row < rows; row++) {
    for (let o: usize = 0; o < bytes; o += 16)
      v128.store(out + o, relu(f32x4.add(v128.load(out + o), v128.load(bias + o))))
    out += bytes
  }
}
