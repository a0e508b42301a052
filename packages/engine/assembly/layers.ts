import { Arg, Head, Layers } from '../src/wasm/layout'
import { advance, advanceWith, chunkRows, joinLanes, report } from './adam'
import { arg, argF, head, rowBytes } from './memory'
import { fma } from './simd'
import { add, clear, copy } from './vectors'

/**
 * Means of layers over a graph. Columns never meet, so a block of 16 of them (64 bytes of a row), at the end blocks of 4, goes
 * through all layers while its rows stay in cache. Block by block, rows are nodes in the order of `places`; the block of the
 * columns from byte o starts at o x nodes. An edge is the place of the other end, times 64, and its value.
 */

/** Columns of a block: types that stand for 16 and for 4 of them, so that each has loops of its own. */
type Wide = u64
type Narrow = u32

/** Rows of a table that go into or come out of blocks at once. */
const AT_ONCE: u32 = Layers.rows

// @ts-ignore: decorator
@inline
function isWide<T>(): bool {
  return sizeof<T>() == sizeof<Wide>()
}

// @ts-ignore: decorator
@inline
function shiftOf<T>(): usize {
  return isWide<T>() ? 6 : 4
}

/** Where the row of an edge's other end begins. */
// @ts-ignore: decorator
@inline
function endOf<T>(edge: usize): usize {
  return isWide<T>() ? <usize>load<u32>(edge) : <usize>load<u32>(edge) >> 2
}

/** Brings rows of the base tables up to date, with the gradient that waits in the blocks, and copies them there. */
export function layersIn(chunk: u32, thread: u32): void {
  const first = chunk < arg(Arg.userChunks)
  const table = <usize>(first ? arg(Arg.user) : arg(Arg.item))
  const part = first ? chunk : chunk - arg(Arg.userChunks)
  const size = chunkRows(head(table, Head.stride))
  const to = min((part + 1) * size, head(table, Head.rows))
  const bytes = rowBytes(table)
  const values = <usize>head(table, Head.values)
  const places = placesOf(first)
  const trained = head(table, Head.last) != 0
  const pending = arg(Arg.pending) != 0
  const gradients = <usize>arg(Arg.rowsOfThread) + <usize>thread * AT_ONCE * bytes
  // one thing after the other for some rows: the processor reads scattered rows ahead only where it has nothing else to do
  for (let from = part * size; from < to; from += AT_ONCE) {
    const end = min(from + AT_ONCE, to)
    let gradient: usize = pending ? gradients : 0
    if (pending)
      for (let row = from; row < end; row++, gradient += bytes)
        fromBlocks(load<u32>(places + (<usize>row << 2)), gradient, bytes)
    gradient = pending ? gradients : 0
    if (trained)
      for (let row = from; row < end; row++) {
        if (pending) {
          advanceWith(table, row, gradient)
          gradient += bytes
        } else advance(table, row)
      }
    for (let row = from; row < end; row++)
      intoBlocks(load<u32>(places + (<usize>row << 2)), values + <usize>row * bytes, bytes)
  }
}

/** Adds the gradient that waits in the blocks to that of the base tables. */
export function layersDeliver(chunk: u32, thread: u32): void {
  const first = chunk < arg(Arg.userChunks)
  const table = <usize>(first ? arg(Arg.user) : arg(Arg.item))
  const part = first ? chunk : chunk - arg(Arg.userChunks)
  const size = chunkRows(head(table, Head.stride))
  const to = min((part + 1) * size, head(table, Head.rows))
  const bytes = rowBytes(table)
  const grad = <usize>head(table, Head.grad)
  const dirty = <usize>head(table, Head.dirty)
  const places = placesOf(first)
  const gradient = <usize>arg(Arg.rowsOfThread) + <usize>thread * AT_ONCE * bytes
  for (let row = part * size; row < to; row++) {
    fromBlocks(load<u32>(places + (<usize>row << 2)), gradient, bytes)
    add(grad + <usize>row * bytes, gradient, bytes)
    store<u8>(dirty + row, 1)
  }
}

// @ts-ignore: decorator
@inline
function intoBlocks(place: usize, from: usize, bytes: usize): void {
  const blocks = <usize>arg(Arg.blocks)
  const nodes = <usize>arg(Arg.rows)
  let o: usize = 0
  for (; o + 64 <= bytes; o += 64) copy(blocks + o * nodes + (place << 6), from + o, 64)
  for (; o < bytes; o += 16) v128.store(blocks + o * nodes + (place << 4), v128.load(from + o))
}

// @ts-ignore: decorator
@inline
function fromBlocks(place: usize, to: usize, bytes: usize): void {
  const blocks = <usize>arg(Arg.blocks)
  const nodes = <usize>arg(Arg.rows)
  let o: usize = 0
  for (; o + 64 <= bytes; o += 64) copy(to + o, blocks + o * nodes + (place << 6), 64)
  for (; o < bytes; o += 16) v128.store(to + o, v128.load(blocks + o * nodes + (place << 4)))
}

// @ts-ignore: decorator
@inline
function placesOf(first: bool): usize {
  return <usize>arg(Arg.places) + (first ? 0 : <usize>head(<usize>arg(Arg.user), Head.rows) << 2)
}

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

/** Copies the gradients of both tables into a block. @returns Whether few of the edges end at rows that have one. */
function gradientIn<T>(o: usize, out: usize): bool {
  const shift = shiftOf<T>()
  const starts = <usize>arg(Arg.offsetsOfRows)
  clear(out, <usize>arg(Arg.rows) << shift)
  let edges: u32 = 0
  for (let n = 0; n < 2; n++) {
    const table = <usize>arg(n == 0 ? Arg.outUser : Arg.outItem)
    const places = placesOf(n == 0)
    const bytes = rowBytes(table)
    const rows = head(table, Head.rows)
    for (let row = nextDirty(table, 0, rows); row < rows; row = nextDirty(table, row + 1, rows)) {
      const place = <usize>load<u32>(places + (<usize>row << 2))
      edges += load<u32>(starts + (place << 2), 4) - load<u32>(starts + (place << 2))
      copy(out + (place << shift), <usize>head(table, Head.grad) + <usize>row * bytes + o, (<usize>1) << shift)
    }
  }
  return edges * 2 <= load<u32>(starts + (<usize>arg(Arg.rows) << 2))
}

/** out = A x + x for an x that is zero but for the rows of gradients: the same terms in the same order, those that are not zero. */
function pushed<T>(x: usize, out: usize): void {
  const shift = shiftOf<T>()
  const starts = <usize>arg(Arg.offsetsOfRows)
  const edges = <usize>arg(Arg.edges)
  clear(out, <usize>arg(Arg.rows) << shift)
  for (let n = 0; n < 2; n++) {
    const table = <usize>arg(n == 0 ? Arg.outUser : Arg.outItem)
    const places = placesOf(n == 0)
    const rows = head(table, Head.rows)
    for (let row = nextDirty(table, 0, rows); row < rows; row = nextDirty(table, row + 1, rows)) {
      const place = <usize>load<u32>(places + (<usize>row << 2))
      const from = x + (place << shift)
      const x0 = v128.load(from)
      const x1 = v128.load(from + (isWide<T>() ? 16 : 0))
      const x2 = v128.load(from + (isWide<T>() ? 32 : 0))
      const x3 = v128.load(from + (isWide<T>() ? 48 : 0))
      const end = edges + (<usize>load<u32>(starts + (place << 2), 4) << 3)
      for (let e = edges + (<usize>load<u32>(starts + (place << 2)) << 3); e < end; e += 8) {
        const value = v128.load32_splat(e, 4)
        const to = out + endOf<T>(e)
        v128.store(to, fma(value, x0, v128.load(to)))
        if (isWide<T>()) {
          v128.store(to, fma(value, x1, v128.load(to, 16)), 16)
          v128.store(to, fma(value, x2, v128.load(to, 32)), 32)
          v128.store(to, fma(value, x3, v128.load(to, 48)), 48)
        }
      }
    }
  }
  // what a row gives itself comes last
  for (let n = 0; n < 2; n++) {
    const table = <usize>arg(n == 0 ? Arg.outUser : Arg.outItem)
    const places = placesOf(n == 0)
    const rows = head(table, Head.rows)
    for (let row = nextDirty(table, 0, rows); row < rows; row = nextDirty(table, row + 1, rows)) {
      const at = <usize>load<u32>(places + (<usize>row << 2)) << shift
      for (let b: usize = 0; b < (<usize>1) << shift; b += 16)
        v128.store(out + at + b, f32x4.add(v128.load(out + at + b), v128.load(x + at + b)))
    }
  }
}

/** First row from `row` on with a gradient in the first lane, or `rows`. */
function nextDirty(table: usize, row: u32, rows: u32): u32 {
  const dirty = <usize>head(table, Head.dirty)
  while (row < rows) {
    if ((row & 15) == 0 && !v128.any_true(v128.load(dirty + row))) row += 16
    else if (load<u8>(dirty + row) != 0) return row
    else row++
  }
  return rows
}

/** Adds the gradients of the other lanes of both tables to the first. */
export function layersJoin(chunk: u32): void {
  const first = chunk < arg(Arg.userChunks)
  const table = <usize>(first ? arg(Arg.outUser) : arg(Arg.outItem))
  const part = first ? chunk : chunk - arg(Arg.userChunks)
  const size = chunkRows(head(table, Head.stride))
  const to = min((part + 1) * size, head(table, Head.rows))
  const bytes = rowBytes(table)
  for (let row = part * size; row < to; row++) joinLanes(table, row, bytes)
}

/** The gradients that went back are zero. */
export function layersClear(chunk: u32): void {
  const first = chunk < arg(Arg.userChunks)
  const table = <usize>(first ? arg(Arg.outUser) : arg(Arg.outItem))
  const part = first ? chunk : chunk - arg(Arg.userChunks)
  const size = chunkRows(head(table, Head.stride))
  const to = min((part + 1) * size, head(table, Head.rows))
  const bytes = rowBytes(table)
  const grad = <usize>head(table, Head.grad)
  const dirty = <usize>head(table, Head.dirty)
  for (let row = nextDirty(table, part * size, to); row < to; row = nextDirty(table, row + 1, to)) {
    clear(grad + <usize>row * bytes, bytes)
    store<u8>(dirty + row, 0)
  }
}
