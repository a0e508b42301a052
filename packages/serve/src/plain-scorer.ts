import { TILE } from './bundle.ts'
import { fromHalf } from './float16.ts'
import { BLOCK, type ScanInput, type Scorer, type ScorerInput } from './scorer.ts'

const { fround, imul } = Math

/** The plain twin of the kernels, for where there is no SIMD. */
export function createPlainScorer({ dim, precision, itemVectors }: ScorerInput): Scorer {
  const places = new Uint32Array(BLOCK * TILE)
  const scores = new Float32Array(BLOCK * TILE)
  const sums = new Float32Array(TILE)
  const whole = new Int32Array(TILE)
  const halves = precision === 'f16' ? new Float32Array(65536).map((_, half) => fromHalf(half)) : null
  const tile = {
    f32: (query: ArrayLike<number>, at: number) => sumTile(itemVectors as Float32Array, query, at, dim, sums),
    f16: (query: ArrayLike<number>, at: number) =>
      sumHalves(itemVectors as Uint16Array, halves!, query, at, dim, sums),
    int8: (query: ArrayLike<number>, at: number) => {
      sumWhole(itemVectors as Int8Array, query, at, dim, whole)
      sums.set(whole)
    },
  }[precision]
  const tileLength = TILE * (precision === 'int8' ? dim + (dim % 2) : dim)

  const scan = ({ query, scales, factor }: ScanInput, from: number, to: number, threshold: number) => {
    let found = 0
    for (let t = from; t < to; t++) {
      tile(query, t * tileLength)
      for (let lane = 0; lane < TILE; lane++) {
        const place = t * TILE + lane
        const sum = sums[lane]
        const score = scales === null ? sum : fround(fround(sum * scales[place]) * factor)
        if (!(score >= threshold)) continue
        places[found] = place
        scores[found++] = score
      }
    }
    return found
  }
  const makeScales = () => new Float32Array(Math.ceil(itemVectors.length / tileLength) * TILE)
  return { simd: 'none', places, scores, scan, makeScales }
}

/** sums[l] = <query, item l of a tile>. */
function sumTile(items: Float32Array, query: ArrayLike<number>, at: number, dim: number, sums: Float32Array) {
  sums.fill(0)
  for (let d = 0; d < dim; d++) {
    const x = fround(query[d])
    for (let lane = 0; lane < TILE; lane++) sums[lane] = fround(sums[lane] + fround(x * items[at++]))
  }
}

function sumHalves(
  items: Uint16Array,
  halves: Float32Array,
  query: ArrayLike<number>,
  at: number,
  dim: number,
  sums: Float32Array,
) {
  sums.fill(0)
  for (let d = 0; d < dim; d++) {
    const x = fround(query[d])
    for (let lane = 0; lane < TILE; lane++) sums[lane] = fround(sums[lane] + fround(x * halves[items[at++]]))
  }
}

function sumWhole(items: Int8Array, query: ArrayLike<number>, at: number, dim: number, sums: Int32Array) {
  sums.fill(0)
  for (let d = 0; d < dim; d += 2) {
    const x = query[d]
    const y = d + 1 < dim ? query[d + 1] : 0
    for (let lane = 0; lane < TILE; lane++, at += 2) sums[lane] += imul(x, items[at]) + imul(y, items[at + 1])
  }
}
