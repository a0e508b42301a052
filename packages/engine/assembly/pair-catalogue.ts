import { Arg, Network, Upper } from '../src/wasm/layout'
import { arg } from './memory'
import { network, relu, upper, word } from './perceptron'
import { multiply } from './product'
import { fma } from './simd'

/** Bytes from number to number of a block of 4 users and of a tile of 8 items, whose rows stand side by side. */
const USERS: usize = 16
const ITEMS: usize = 32

/**
 * Scores of all users with some tiles of the catalogue. A block or tile holds the vectors of the product, the user's weighted, and
 * then what each gives to the first layer.
 */
export function pairCatalogue(chunk: u32, thread: u32): void {
  const first = chunk * arg(Arg.groupTiles)
  const end = min(first + arg(Arg.groupTiles), arg(Arg.k1))
  const users = arg(Arg.rows)
  const dim = <usize>arg(Arg.dim)
  const width = <usize>network(Network.width)
  const rowBytes = <usize>arg(Arg.numItems) << 2
  const scratch = <usize>arg(Arg.scratch) + <usize>thread * <usize>arg(Arg.scratchBytes)
  for (let row: u32 = 0; row < users; row += 4) {
    const u = <usize>arg(Arg.ofUsers) + <usize>(row >> 2) * (dim + width) * USERS
    for (let tile = first; tile < end; tile++) {
      const t = <usize>arg(Arg.tiles) + <usize>tile * (dim + width) * ITEMS
      const out = <usize>arg(Arg.out) + <usize>row * rowBytes + <usize>tile * ITEMS
      const isShallow = network(Network.upper) == 0
      block(u, t, dim, isShallow ? width : 0, out, rowBytes)
      if (isShallow) continue
      for (let r: usize = 0; r < 4; r++)
        deep(u + dim * USERS + (r << 2), t + dim * ITEMS, width, out + r * rowBytes, scratch)
    }
  }
}

/** 4 users x 8 items: the product, and a single layer of `width`, or none, above it. */
// @ts-ignore: decorator
@inline
function block(u: usize, t: usize, dim: usize, width: usize, out: usize, rowBytes: usize): void {
  const bias = f32x4.splat(reinterpret<f32>(network(Network.bias)))
  let a0 = bias
  let a1 = bias
  let b0 = bias
  let b1 = bias
  let c0 = bias
  let c1 = bias
  let d0 = bias
  let d1 = bias
  for (const stop = t + dim * ITEMS; t < stop; t += ITEMS, u += USERS) {
    const i0 = v128.load(t)
    const i1 = v128.load(t, 16)
    let x = v128.load32_splat(u)
    a0 = fma(x, i0, a0)
    a1 = fma(x, i1, a1)
    x = v128.load32_splat(u, 4)
    b0 = fma(x, i0, b0)
    b1 = fma(x, i1, b1)
    x = v128.load32_splat(u, 8)
    c0 = fma(x, i0, c0)
    c1 = fma(x, i1, c1)
    x = v128.load32_splat(u, 12)
    d0 = fma(x, i0, d0)
    d1 = fma(x, i1, d1)
  }
  let w = <usize>network(Network.top)
  for (const stop = t + width * ITEMS; t < stop; t += ITEMS, u += USERS, w += 4) {
    const weight = v128.load32_splat(w)
    const i0 = v128.load(t)
    const i1 = v128.load(t, 16)
    let x = v128.load32_splat(u)
    a0 = fma(relu(f32x4.add(x, i0)), weight, a0)
    a1 = fma(relu(f32x4.add(x, i1)), weight, a1)
    x = v128.load32_splat(u, 4)
    b0 = fma(relu(f32x4.add(x, i0)), weight, b0)
    b1 = fma(relu(f32x4.add(x, i1)), weight, b1)
    x = v128.load32_splat(u, 8)
    c0 = fma(relu(f32x4.add(x, i0)), weight, c0)
    c1 = fma(relu(f32x4.add(x, i1)), weight, c1)
    x = v128.load32_splat(u, 12)
    d0 = fma(relu(f32x4.add(x, i0)), weight, d0)
    d1 = fma(relu(f32x4.add(x, i1)), weight, d1)
  }
  v128.store(out, a0)
  v128.store(out, a1, 16)
  v128.store(out + rowBytes, b0)
  v128.store(out + rowBytes, b1, 16)
  v128.store(out + 2 * rowBytes, c0)
  v128.store(out + 2 * rowBytes, c1, 16)
  v128.store(out + 3 * rowBytes, d0)
  v128.store(out + 3 * rowBytes, d1, 16)
}

/** One user x 8 items through all layers, items side by side; adds to the scores at `out`. */
function deep(u: usize, t: usize, width: usize, out: usize, at: usize): void {
  for (let n: usize = 0; n < width; n++) {
    const x = v128.load32_splat(u + n * USERS)
    v128.store(at + n * ITEMS, relu(f32x4.add(x, v128.load(t + n * ITEMS))))
    v128.store(at + n * ITEMS, relu(f32x4.add(x, v128.load(t + n * ITEMS, 16))), 16)
  }
  const layers = network(Network.upper)
  let last = width
  for (let n: u32 = 0; n < layers; n++) {
    const layer = upper(n)
    const next = at + last * ITEMS
    last = word(layer, Upper.width)
    multiply(word(layer, Upper.weights), 4, word(layer, Upper.bytes), <u32>last, <u32>word(layer, Upper.inner), at, ITEMS, next, false)
    const bias = word(layer, Upper.bias)
    for (let d: usize = 0; d < last; d++) {
      const b = v128.load32_splat(bias + (d << 2))
      v128.store(next + d * ITEMS, relu(f32x4.add(b, v128.load(next + d * ITEMS))))
      v128.store(next + d * ITEMS, relu(f32x4.add(b, v128.load(next + d * ITEMS, 16))), 16)
    }
    at = next
  }
  const weights = <usize>network(Network.top)
  let s0 = v128.load(out)
  let s1 = v128.load(out, 16)
  for (let d: usize = 0; d < last; d++) {
    const w = v128.load32_splat(weights + (d << 2))
    s0 = fma(w, v128.load(at + d * ITEMS), s0)
    s1 = fma(w, v128.load(at + d * ITEMS, 16), s1)
  }
  v128.store(out, s0)
  v128.store(out, s1, 16)
}
