import {
  NO_ITEM,
  type ListSpec,
  type OrderedItems,
  type Rng,
  type Row,
  type ValueLaw,
  type ValueSpec,
} from '@recdistill/plugin'
import {
  clearMarks,
  correctionHorizon,
  correctionTable,
  correctionWeights,
  createMarks,
  rankWithin,
  sampleByCorrection,
} from '@recdistill/samplers'
import { candidatesOf, candidatesUpTo } from './candidates.ts'

/** What of DCD's parameters its draws read. */
export interface CorrectionOptions {
  readonly variant: 'original' | 'port'
  readonly K: number
  readonly maxK: number
  readonly T: number
  readonly refresh: number
}

const listed = createMarks()
let positions = new Uint32Array(0)
let placeOf = new Uint32Array(0)

/**
 * The lists of under- and over-estimated items, drawn from the candidates by the value `correction`.
 * `listed` holds the candidates for draws of a batch, which may ask no model.
 */
export function correctedLists({ variant, K, maxK }: CorrectionOptions): {
  readonly listed: ListSpec
  readonly under: ListSpec
  readonly over: ListSpec
} {
  const port = variant === 'port'
  const options = { floor: port ? 'always' : 'ifFew', keepDrawOrder: port } as const
  const from: OrderedItems = port ? candidatesUpTo(maxK) : { list: 'listed' }
  const drawn = (sign: 'under' | 'over'): ListSpec => ({
    size: K,
    refresh: port ? { epochs: 1 } : 'batch',
    draw(row: Row, out: Uint32Array, rng: Rng) {
      const candidates = port ? candidatesOf(row, maxK) : row.list('listed')
      sampleByCorrection(candidates, row.value('correction'), sign, out, rng, options)
    },
    law: { kind: 'byCorrection', from, correction: 'correction', sign, ...options },
  })
  return {
    listed: {
      size: port ? 0 : maxK,
      refresh: 'once',
      draw: (row, out) => void (port || out.set(candidatesOf(row, maxK))),
      law: port ? undefined : { kind: 'first', from: candidatesUpTo(maxK) },
    },
    under: drawn('under'),
    over: drawn('over'),
  }
}

/** The correction of every candidate: [maxK], 0 behind the last. */
export function correctionValue(
  { variant, maxK, T, refresh }: CorrectionOptions,
  numItems: number,
): ValueSpec {
  const horizon = Math.min(numItems, correctionHorizon(maxK, T))
  return {
    size: maxK,
    refresh: { epochs: variant === 'port' ? 1 : refresh },
    carried: variant === 'port', // for there the lists of the same epoch read it
    fill(row, out) {
      if (positions.length < maxK) positions = new Uint32Array(maxK)
      if (variant === 'port') correctionWeights(catalogueRanks(row, maxK, horizon), T, out)
      else correctionWeights(ranksWithin(row), T, out)
    },
    law: variant === 'port' ? catalogueLaw(maxK, T, horizon) : listedLaw(maxK, T),
  }
}

/** `correctionWeights` of `catalogueRanks` by name. */
function catalogueLaw(maxK: number, T: number, horizon: number): ValueLaw {
  return {
    kind: 'byPlace',
    from: candidatesUpTo(maxK),
    ranked: { of: 'student', k: horizon, seen: 'keep' },
    table: correctionTable(maxK, T, horizon),
  }
}

/** `correctionWeights` of `ranksWithin` by name. */
function listedLaw(maxK: number, T: number): ValueLaw {
  return {
    kind: 'byPlace',
    from: { list: 'listed' },
    ranked: { list: 'listed', of: 'student' },
    table: correctionTable(maxK, T, maxK),
  }
}

/** The student's positions of the candidates among themselves. */
function ranksWithin(row: Row): Uint32Array {
  const items = row.list('listed')
  const scores = row.student.scoresOf(items)
  let n = items.length
  while (n > 0 && items[n - 1] === NO_ITEM) n--
  const ranks = positions.subarray(0, n)
  rankWithin(scores, ranks, { items })
  return ranks
}

/**
 * The student's positions of the candidates in the catalogue, seen items included, up to the horizon from where on all
 * corrections are 1: the top of a ranking costs a tenth of the positions of five hundred items.
 */
function catalogueRanks(row: Row, maxK: number, horizon: number): Uint32Array {
  const candidates = candidatesOf(row, maxK)
  const top = row.student.top(horizon)
  if (placeOf.length < row.numItems) placeOf = new Uint32Array(row.numItems)
  const stamp = clearMarks(listed, row.numItems)
  for (let place = 0; place < top.length; place++) {
    listed.stamps[top[place]] = stamp
    placeOf[top[place]] = place
  }
  const ranks = positions.subarray(0, candidates.length)
  for (let t = 0; t < ranks.length; t++) {
    const item = candidates[t]
    ranks[t] = listed.stamps[item] === stamp ? placeOf[item] : horizon
  }
  return ranks
}
