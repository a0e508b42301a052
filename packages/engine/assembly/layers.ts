import { Arg, Head } from '../src/wasm/layout'
import { report } from './adam-row'
import { endOf, isWide, shiftOf, Narrow, Wide } from './column-blocks'
import { gradientIn, pushed } from './layer-gradient'
import { arg, argF, head, rowBytes } from './memory'
import { fma } from './simd'

/* Means of layers over a graph, in blocks of columns. */

/** Some layers of a piece of the rows of one block, forth or back. */
export function layers(chunk: u32, thread: u32): void {
  const pieces = arg(Arg.pieces)
  const block = chunk / pieces
  const bounds = <usize>arg(Arg.bounds) + (<usize>(chunk % pieces) << 2)
  const from = load<u32>(bounds)
  const to = load<u32>(bounds, 4)
  const scratch =
    <usize>arg(Arg.scratch) + <usize>(arg(Arg.byBlock) != 0 ? block : thread) * <usize>arg(Arg.scratchBytes)
  const wide = <u32>(rowBytes(<usize>arg(Arg.user)) >> 6)
  if (block < wide) layersOf<Wide>(<usize>block << 6, scratch, from, to)
  else layersOf<Narrow>((<usize>wide << 6) + (<usize>(block - wide) << 4), scratch, from, to)
}

function layersOf<T>(o: usize, scratch: usize, from: u32, to: u32): void {
  const nodes = <usize>arg(Arg.rows)
  const size = nodes << shiftOf<T>()
  const back = arg(Arg.back) != 0
  const layers = arg(Arg.layers)
  const block = <usize>arg(Arg.blocks) + o * nodes
  const kept = <usize>arg(Arg.kept) + o * nodes
  const input = back ? scratch + 2 * size : block
  for (let layer = arg(Arg.firstLayer); layer <= arg(Arg.lastLayer); layer++) {
    const isLast = layer == layers
    let x = layer == 1 ? input : scratch + <usize>(layer & 1) * size
    let out = scratch + <usize>(~layer & 1) * size
    if (back) {
      if (layer == 1 && gradientIn<T>(o, input) && !isLast) pushed<T>(input, out)
      else between<T>(from, to, x, input, isLast ? block : out, isLast ? argF(Arg.scale) : 1)
      continue
    }
    if (layer + 1 == layers) out = kept
    if (isLast && layer != 1) x = kept
    if (!isLast) between<T>(from, to, x, input, out, 1)
    else {
      const users = head(<usize>arg(Arg.user), Head.rows)
      last<T>(o, from, min(to, users), x, input, <usize>arg(Arg.outUser), 0)
      last<T>(o, max(from, users), to, x, input, <usize>arg(Arg.outItem), users)
    }
  }
}

/** out = scale (A x + input). */
function between<T>(from: u32, to: u32, x: usize, input: usize, out: usize, scale: f32): void {
  const shift = shiftOf<T>()
  const starts = <usize>arg(Arg.offsetsOfRows)
  const edges = <usize>arg(Arg.edges)
  const scales = f32x4.splat(scale)
  let e = edges + (<usize>load<u32>(starts + (<usize>from << 2)) << 3)
  for (let place = <usize>from; place < <usize>to; place++) {
    const end = edges + (<usize>load<u32>(starts + (place << 2), 4) << 3)
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    let s2 = f32x4.splat(0)
    let s3 = f32x4.splat(0)
    for (; e < end; e += 8) {
      const value = v128.load32_splat(e, 4)
      const row = x + endOf<T>(e)
      s0 = fma(value, v128.load(row), s0)
      if (isWide<T>()) {
        s1 = fma(value, v128.load(row, 16), s1)
        s2 = fma(value, v128.load(row, 32), s2)
        s3 = fma(value, v128.load(row, 48), s3)
      }
    }
    const at = place << shift
    v128.store(out + at, f32x4.mul(scales, f32x4.add(s0, v128.load(input + at))))
    if (isWide<T>()) {
      v128.store(out + at, f32x4.mul(scales, f32x4.add(s1, v128.load(input + at, 16))), 16)
      v128.store(out + at, f32x4.mul(scales, f32x4.add(s2, v128.load(input + at, 32))), 32)
      v128.store(out + at, f32x4.mul(scales, f32x4.add(s3, v128.load(input + at, 48))), 48)
    }
  }
}

/** (A x + input) / (layers + 1) becomes the values of those rows of a table that are needed: all, where none is marked for a reason. */
function last<T>(o: usize, from: u32, to: u32, x: usize, input: usize, table: usize, first: u32): void {
  if (from >= to) return
  const starts = <usize>arg(Arg.offsetsOfRows)
  const edges = <usize>arg(Arg.edges)
  const order = <usize>arg(Arg.order)
  const bytes = rowBytes(table)
  const values = <usize>head(table, Head.values) + o
  const need = <usize>head(table, Head.need)
  const scale = f32x4.splat(argF(Arg.scale))
  for (let place = <usize>from; place < <usize>to; place++) {
    const row = load<u32>(order + (place << 2)) - first
    if (need != 0 && load<u8>(need + row) == 0) continue
    const end = edges + (<usize>load<u32>(starts + (place << 2), 4) << 3)
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    let s2 = f32x4.splat(0)
    let s3 = f32x4.splat(0)
    for (let e = edges + (<usize>load<u32>(starts + (place << 2)) << 3); e < end; e += 8) {
      const value = v128.load32_splat(e, 4)
      const row = x + endOf<T>(e)
      s0 = fma(value, v128.load(row), s0)
      if (isWide<T>()) {
        s1 = fma(value, v128.load(row, 16), s1)
        s2 = fma(value, v128.load(row, 32), s2)
        s3 = fma(value, v128.load(row, 48), s3)
      }
    }
    const at = input + (place << shiftOf<T>())
    const out = values + <usize>row * bytes
    s0 = f32x4.mul(scale, f32x4.add(s0, v128.load(at)))
    v128.store(out, s0)
    let difference = f32x4.sub(s0, s0)
    if (isWide<T>()) {
      s1 = f32x4.mul(scale, f32x4.add(s1, v128.load(at, 16)))
      s2 = f32x4.mul(scale, f32x4.add(s2, v128.load(at, 32)))
      s3 = f32x4.mul(scale, f32x4.add(s3, v128.load(at, 48)))
      v128.store(out, s1, 16)
      v128.store(out, s2, 32)
      v128.store(out, s3, 48)
      difference = f32x4.add(difference, f32x4.sub(s1, s1))
      difference = f32x4.add(difference, f32x4.sub(s2, s2))
      difference = f32x4.add(difference, f32x4.sub(s3, s3))
    }
    if (v128.any_true(f32x4.ne(difference, f32x4.splat(0)))) report(table, row)
  }
}
