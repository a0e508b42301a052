import { Arg, Head, Selection, Tile } from '../src/wasm/layout'
import { needOf } from './collected-keys'
import { arg, head } from './memory'
import { fma } from './simd'
import { reachedBy } from './top-k'

/** Writes what the users of a block look for: a score that, by tiles from everywhere, enough items reach. */
export function sampled(first: u32, to: u32, packed: usize, wanted: usize, bytes: usize, scratch: usize): void {
  const tileCount = arg(Arg.k1)
  const known = tileCount >= 2 * Selection.tiles
  const n: u32 = Selection.tiles * Tile.items
  const perUser = <usize>n << 2
  const tileBytes = bytes * Tile.items
  if (known)
    for (let sample: u32 = 0; sample < <u32>Selection.tiles; sample++) {
      // the middle of each share of the tiles, which fall by norm; the last one, with its padding, is never it
      const tile = ((2 * sample + 1) * tileCount) / (2 * Selection.tiles)
      const t = <usize>arg(Arg.tiles) + <usize>tile * tileBytes
      for (let r: usize = 0; r < <usize>Tile.users; r++) {
        let low = f32x4.splat(0)
        let high = f32x4.splat(0)
        let u = packed + (r << 2)
        for (let o: usize = 0; o < tileBytes; o += 32) {
          const x = v128.load32_splat(u)
          low = fma(x, v128.load(t + o), low)
          high = fma(x, v128.load(t + o, 16), high)
          u += 4 * Tile.users
        }
        const out = scratch + r * perUser + (<usize>sample << 5)
        v128.store(out, low)
        v128.store(out, high, 16)
      }
    }
  const items = head(<usize>arg(Arg.item), Head.rows)
  // from the last one on: what finds the score works in the place behind a user's sample
  for (let r: i32 = Tile.users - 1; r >= 0; r--) {
    if (first + r >= to) continue
    const expected = (<f32>needOf(first + r) * <f32>n) / <f32>items
    const k = <u32>(expected + 3 * Mathf.sqrt(expected)) + 2
    let bound: f32 = -Infinity
    if (known && k < n) {
      const mine = scratch + <usize>r * perUser
      let lowest = f32x4.splat(Infinity)
      let highest = f32x4.splat(-Infinity)
      for (let o: usize = 0; o < perUser; o += 16) {
        lowest = f32x4.min(lowest, v128.load(mine + o))
        highest = f32x4.max(highest, v128.load(mine + o))
      }
      bound = reachedBy(k, mine, n, lowest, highest)
    }
    store<f32>(wanted + (<usize>r << 2), bound)
  }
}
