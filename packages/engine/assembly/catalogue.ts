import { Arg, Head, Tile } from '../src/wasm/layout'
import { report } from './adam-row'
import { arg, head, NO_ITEM, rowBytes } from './memory'

/** Euclidean norm of each row, by which the catalogue is ordered; a row that is not finite is noted. */
export function norms(chunk: u32): void {
  const table = <usize>arg(Arg.item)
  const bytes = rowBytes(table)
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), head(table, Head.rows))
  for (let row = from; row < to; row++)
    store<f32>(<usize>arg(Arg.norms) + (<usize>row << 2), normOf(table, row, bytes))
}

export function normOf(table: usize, row: u32, bytes: usize): f32 {
  const at = <usize>head(table, Head.values) + <usize>row * bytes
  let sum = f64x2.splat(0)
  for (let o: usize = 0; o < bytes; o += 8) {
    const x = f64x2.promote_low_f32x4(v128.load64_zero(at + o))
    sum = f64x2.add(sum, f64x2.mul(x, x))
  }
  const norm = <f32>Math.sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1))
  if (!(norm < Infinity)) report(table, row)
  return norm
}

/** Items in the order of the tiles, 8 side by side: tiles[t, d, lane]. */
export function pack(chunk: u32): void {
  const table = <usize>arg(Arg.item)
  const bytes = rowBytes(table)
  const values = <usize>head(table, Head.values)
  const zeros = <usize>arg(Arg.zeros)
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  for (let tile = from; tile < to; tile++)
    for (let half: u32 = 0; half < 2; half++) {
      const ids = <usize>arg(Arg.tileItems) + (<usize>(tile * Tile.items + half * 4) << 2)
      const a = packed(values, bytes, load<u32>(ids), zeros)
      const b = packed(values, bytes, load<u32>(ids, 4), zeros)
      const c = packed(values, bytes, load<u32>(ids, 8), zeros)
      const d = packed(values, bytes, load<u32>(ids, 12), zeros)
      let out = <usize>arg(Arg.tiles) + <usize>tile * bytes * Tile.items + (<usize>half << 4)
      for (let o: usize = 0; o < bytes; o += 16) {
        const a4 = v128.load(a + o)
        const b4 = v128.load(b + o)
        const c4 = v128.load(c + o)
        const d4 = v128.load(d + o)
        const ab0 = v128.shuffle<f32>(a4, b4, 0, 4, 1, 5)
        const ab2 = v128.shuffle<f32>(a4, b4, 2, 6, 3, 7)
        const cd0 = v128.shuffle<f32>(c4, d4, 0, 4, 1, 5)
        const cd2 = v128.shuffle<f32>(c4, d4, 2, 6, 3, 7)
        v128.store(out, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5))
        v128.store(out, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7), 32)
        v128.store(out, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5), 64)
        v128.store(out, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7), 96)
        out += 128
      }
    }
}

// @ts-ignore: decorator
@inline
function packed(values: usize, bytes: usize, id: u32, zeros: usize): usize {
  return id == NO_ITEM ? zeros : values + <usize>id * bytes
}
