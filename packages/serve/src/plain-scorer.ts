import { rowLength, TILE } from './bundle.ts'
import { fromHalf } from './float16.ts'
import { BLOCK, type ScanInput, type Scorer, type ScorerInput } from './scorer.ts'

const { fround, imul } = Math

/** The plain twin of the kernels, for where there is no SIMD. */
export function createPlainScorer({ dim, precision, itemVectors }: ScorerInput): Scorer {
  const places = new Uint32Array(BLOCK * TILE)
  const scores = new Float32Array(BLOCK * TILE)
  const sums = new Float32Array(TILE)
  const length = TILE * rowLength(dim, precision)
  const sumTile = tileSummer({ dim, precision, itemVectors }, length, sums)

  const scan = ({ query, scales, factor }: ScanInput, from: number, to: number, threshold: number) => {
    const times = fround(factor)
    let found = 0
    for (let tile = from; tile < to; tile++) {
      sumTile(query, tile * length)
      for (let lane = 0, place = tile * TILE; lane < TILE; lane++, place++) {
        const score = scales === null ? sums[lane] : fround(fround(sums[lane] * scales[place]) * times)
        if (!(score >= threshold)) continue
        places[found] = place
        scores[found++] = score
      }
    }
    return found
  }
  return {
    simd: 'none',
    places,
    scores,
    scan,
    makeScales: () => new Float32Array((itemVectors.length / length) * TILE),
  }
}

/** Writes <query, item> of the tile that begins at a number. */
function tileSummer({ dim, precision, itemVectors }: ScorerInput, length: number, sums: Float32Array) {
  switch (precision) {
    case 'f32':
      return (query: ArrayLike<number>, at: number) =>
        sumFloats(itemVectors as Float32Array, at, query as Float32Array, sums)
    case 'f16': {
      const halves = new Float32Array(65536)
      for (let half = 0; half < halves.length; half++) halves[half] = fromHalf(half)
      const tile = new Float32Array(length)
      return (query: ArrayLike<number>, at: number) => {
        for (let n = 0; n < length; n++) tile[n] = halves[itemVectors[at + n]]
        sumFloats(tile, 0, query as Float32Array, sums)
      }
    }
    case 'int8': {
      const whole = new Int32Array(TILE)
      const pairs = new Int16Array(rowLength(dim, precision))
      return (query: ArrayLike<number>, at: number) => {
        pairs.set(query)
        sumPairs(itemVectors as Int8Array, at, pairs, whole)
        sums.set(whole)
      }
    }
  }
}

/** Eight items at a time, which the compiler keeps in registers; two roundings for each product, as in SIMD that is not relaxed. */
function sumFloats(items: Float32Array, from: number, query: Float32Array, sums: Float32Array): void {
  const dim = query.length
  for (let lane = 0; lane < TILE; lane += 8) {
    let a = fround(0)
    let b = a
    let c = a
    let d = a
    let e = a
    let f = a
    let g = a
    let h = a
    for (let n = 0, at = from + lane; n < dim; n++, at += TILE) {
      const x = query[n]
      a = fround(a + fround(x * items[at]))
      b = fround(b + fround(x * items[at + 1]))
      c = fround(c + fround(x * items[at + 2]))
      d = fround(d + fround(x * items[at + 3]))
      e = fround(e + fround(x * items[at + 4]))
      f = fround(f + fround(x * items[at + 5]))
      g = fround(g + fround(x * items[at + 6]))
      h = fround(h + fround(x * items[at + 7]))
    }
    sums[lane] = a
    sums[lane + 1] = b
    sums[lane + 2] = c
    sums[lane + 3] = d
    sums[lane + 4] = e
    sums[lane + 5] = f
    sums[lane + 6] = g
    sums[lane + 7] = h
  }
}

/** Whole numbers, two of an item side by side; exact. */
function sumPairs(items: Int8Array, from: number, query: Int16Array, sums: Int32Array): void {
  for (let lane = 0; lane < TILE; lane += 4) {
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    for (let n = 0, at = from + 2 * lane; n < query.length; n += 2, at += 2 * TILE) {
      const x = query[n]
      const y = query[n + 1]
      a = (a + imul(x, items[at]) + imul(y, items[at + 1])) | 0
      b = (b + imul(x, items[at + 2]) + imul(y, items[at + 3])) | 0
      c = (c + imul(x, items[at + 4]) + imul(y, items[at + 5])) | 0
      d = (d + imul(x, items[at + 6]) + imul(y, items[at + 7])) | 0
    }
    sums[lane] = a
    sums[lane + 1] = b
    sums[lane + 2] = c
    sums[lane + 3] = d
  }
}
