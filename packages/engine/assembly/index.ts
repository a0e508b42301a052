import { expNegative, log1pUnit, logPositive } from './simd'
import { control } from './memory'

export { chunksOf } from './pieces'
export { fork, serve } from './pool'

/** Where the heap starts; the control block comes first. */
export function controlAddress(): usize {
  return control()
}

/** The functions of the losses on 4 numbers in place, to be tested by themselves: 0 exp, 1 log, 2 log1p. */
export function evaluate(which: u32, at: usize): void {
  const x = v128.load(at)
  v128.store(at, which == 0 ? expNegative(x) : which == 1 ? logPositive(x) : log1pUnit(x))
}
