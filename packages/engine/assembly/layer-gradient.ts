import { Arg, Head } from '../src/wasm/layout'
import { endOf, isWide, placesOf, shiftOf } from './column-blocks'
import { arg, head, rowBytes } from './memory'
import { fma } from './simd'
import { clear, copy } from './vectors'

/* The gradient of a mean of layers, where it begins: few rows have one. */

/** Copies the gradients of both tables into a block. @returns Whether few of the edges end at rows that have one. */
export function gradientIn<T>(o: usize, out: usize): bool {
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
export function pushed<T>(x: usize, out: usize): void {
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
export function nextDirty(table: usize, row: u32, rows: u32): u32 {
  const dirty = <usize>head(table, Head.dirty)
  while (row < rows) {
    if ((row & 15) == 0 && !v128.any_true(v128.load(dirty + row))) row += 16
    else if (load<u8>(dirty + row) != 0) return row
    else row++
  }
  return rows
}
