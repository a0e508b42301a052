import { roundUp, rowLength, TILE } from './bundle.ts'
import type { Kernels } from './kernels.ts'
import { BLOCK, type ScanInput, type Scorer, type ScorerInput } from './scorer.ts'

/** What `scan` finds stands here, behind the sums of a tile; the bundle follows. */
const PLACES = 256
const SCORES = PLACES + 4 * TILE * BLOCK
export const BUNDLE_AT = roundUp(SCORES + 4 * TILE * BLOCK)

/** Query and scales stand behind the bundle. Memory that nobody wrote to takes no room: that of scales is there when asked for. */
export function tailBytes({ dim, items }: { dim: number; items: number }): number {
  return 64 + roundUp(4 * dim) + 4 * roundUp(items, TILE)
}

/** SIMD on the bundle where it stands in the kernels' memory. `tail` is where the bundle ends. */
export function createWasmScorer(
  kernels: Kernels,
  { dim, precision, itemVectors }: ScorerInput,
  tail: number,
): Scorer {
  const { buffer } = kernels.memory
  const length = rowLength(dim, precision)
  const query =
    precision === 'int8'
      ? new Int16Array(buffer, roundUp(tail), length)
      : new Float32Array(buffer, roundUp(tail), length)
  const kernel = kernels.scan[precision]
  const scan = (
    { query: numbers, scales, factor }: ScanInput,
    from: number,
    to: number,
    threshold: number,
  ) => {
    query.set(numbers)
    const at = scales?.byteOffset ?? 0
    return kernel(
      query.byteOffset,
      length,
      itemVectors.byteOffset,
      at,
      factor,
      from,
      to,
      threshold,
      PLACES,
      SCORES,
    )
  }
  return {
    simd: kernels.simd,
    places: new Uint32Array(buffer, PLACES, TILE * BLOCK),
    scores: new Float32Array(buffer, SCORES, TILE * BLOCK),
    scan,
    makeScales: () => new Float32Array(buffer, roundUp(tail) + roundUp(4 * dim), itemVectors.length / length),
  }
}
