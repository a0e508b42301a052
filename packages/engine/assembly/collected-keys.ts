import { Arg } from '../src/wasm/layout'
import { arg } from './memory'

/* What a ranking by positions keeps of each user. */

/** Keys of a user in any order, and behind them the least key that is collected. */
// @ts-ignore: decorator
@inline
export function keysOf(slot: u32, keys: usize): usize {
  return keys + <usize>slot * <usize>arg(Arg.slotBytes)
}

// @ts-ignore: decorator
@inline
export function floorOf(mine: usize): usize {
  return mine + (<usize>arg(Arg.capacity) << 3)
}

// @ts-ignore: decorator
@inline
export function needOf(row: u32): u32 {
  return load<u32>(<usize>arg(Arg.needs) + (<usize>row << 2))
}
