import { NO_ITEM, type Ranked, type Rng, type Row } from '@recdistill/plugin'
import {
  clearMarks,
  createMarks,
  favouredWeights,
  overRankedWeights,
  rankWithin,
  sampleWithReplacement,
} from '@recdistill/samplers'

/** What of BD's parameters its draws read. */
export interface DiscrepancyOptions {
  readonly form: 'pairs' | 'users'
  readonly epsE: number
  readonly epsT: number
  readonly p: number
  readonly perPair: number
  readonly maskMode: 'last' | 'zeroScore'
}

/** Whose ranks are at hand for the other learner, who comes next. */
let ranked: { readonly student: Ranked; readonly user: number; readonly epoch: number } | null = null
const drawn = createMarks()
let catalogue = new Uint32Array(0)
let scores = new Float32Array(0)
let teacherRanks = new Uint32Array(0)
let studentRanks = new Uint32Array(0)
let weights = new Float64Array(0)

/**
 * Items from whom one model learns of the other, for all pairs of a user and all epochs up to the next refresh:
 * [epochs, pairs, perPair], with replacement by the discrepancy of both full rankings. A student that over-ranks nothing
 * gets items uniform over those unseen. In the form `users` an item that comes twice for the user in an epoch is padding
 * from then on.
 */
export function drawDiscrepant(
  learner: 'teacher' | 'student',
  { form, epsE, epsT, p, perPair, maskMode }: DiscrepancyOptions,
  row: Row,
  out: Uint32Array,
  rng: Rng,
): void {
  if (out.length === 0) return
  const { numItems } = row
  if (catalogue.length !== numItems) makeRoom(numItems)
  const { student, teacher, user, epoch, seen } = row
  const again = ranked?.student === student && ranked.user === user && ranked.epoch === epoch
  ranked = null
  if (!again) {
    rankAll(teacher, seen, maskMode, teacherRanks)
    rankAll(student, seen, maskMode, studentRanks)
    ranked = { student, user, epoch }
  }
  if (learner === 'teacher') favouredWeights(teacherRanks, studentRanks, epsE, weights)
  else overRankedWeights(studentRanks, teacherRanks, epsT, weights)
  if (sampleWithReplacement(catalogue, weights, out, rng) === 0) {
    weights.fill(1)
    for (let n = 0; n < seen.length; n++) weights[seen[n]] = 0
    sampleWithReplacement(catalogue, weights, out, rng)
  }
  if (form === 'users') {
    const perEpoch = out.length / p
    for (let first = 0; first < out.length; first += perEpoch)
      dropRepeats(out.subarray(first, first + perEpoch), perPair, numItems)
  }
}

/** Position of every item in a model's ranking. Linear: asked for the top of all items, a model would sort them by comparison. */
function rankAll(model: Ranked, seen: Uint32Array, maskMode: 'last' | 'zeroScore', ranks: Uint32Array): void {
  scores.set(model.scoresOf(catalogue))
  const masked = maskMode === 'last' ? -Infinity : 0
  for (let n = 0; n < seen.length; n++) scores[seen[n]] = masked
  rankWithin(scores, ranks)
}

/** Keeps the first of equal items of one user and epoch; in the places of each pair padding comes last. */
function dropRepeats(items: Uint32Array, perPair: number, numItems: number): void {
  const stamp = clearMarks(drawn, numItems)
  const { stamps } = drawn
  for (let pair = 0; pair < items.length; pair += perPair) {
    let place = pair
    for (let n = pair; n < pair + perPair; n++) {
      const item = items[n]
      if (item === NO_ITEM || stamps[item] === stamp) continue
      stamps[item] = stamp
      items[place++] = item
    }
    while (place < pair + perPair) items[place++] = NO_ITEM
  }
}

function makeRoom(numItems: number): void {
  catalogue = Uint32Array.from({ length: numItems }, (_, item) => item)
  scores = new Float32Array(numItems)
  teacherRanks = new Uint32Array(numItems)
  studentRanks = new Uint32Array(numItems)
  weights = new Float64Array(numItems)
}
