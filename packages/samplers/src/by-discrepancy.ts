import { InputError } from '@recdistill/core'

/** f(eps * d) for whole d of 0 up, per function and eps: differences of ranks are few, exponentials are not cheap. */
interface Table {
  readonly f: (x: number) => number
  readonly eps: number
  values: Float64Array
}
const tables: Table[] = []

/**
 * Weights of items, the larger the better model A ranks them than model B does:
 *
 *     out[i] = exp(eps (rankB[i] - rankA[i])), divided by the largest of them
 *
 * Every weight is above 0 while eps times the spread of the differences stays below 700.
 *
 * @param rankA Ranks of every item, counted from anywhere. [items]
 * @see Kweon et al., Bidirectional Distillation for Top-K Recommender System, WWW 2021: A the teacher and B the student, of
 *   which the teacher learns. There nothing is divided, and a large eps overflows.
 */
export function favouredWeights(
  rankA: Uint32Array,
  rankB: Uint32Array,
  eps: number,
  out: Float64Array,
): void {
  expectSound('favouredWeights', { rankA, rankB, eps, out })
  const n = rankA.length
  let most = -Infinity
  let least = Infinity
  for (let i = 0; i < n; i++) {
    const difference = rankB[i] - rankA[i]
    if (difference > most) most = difference
    if (difference < least) least = difference
  }
  const table = tableOf(exponential, eps, most - least + 1)
  for (let i = 0; i < n; i++) out[i] = table[most - rankB[i] + rankA[i]]
}

/**
 * Weights of items that model A ranks better than model B, and of no others:
 *
 *     out[i] = tanh(max(0, eps (rankB[i] - rankA[i])))
 *
 * @param rankA Ranks of every item, counted from anywhere. [items]
 * @see Kweon et al., Bidirectional Distillation for Top-K Recommender System, WWW 2021: A the student, B the teacher, what
 *   the student learns of the teacher.
 */
export function overRankedWeights(
  rankA: Uint32Array,
  rankB: Uint32Array,
  eps: number,
  out: Float64Array,
): void {
  expectSound('overRankedWeights', { rankA, rankB, eps, out })
  const n = rankA.length
  let most = 0
  for (let i = 0; i < n; i++) most = Math.max(most, rankB[i] - rankA[i])
  const table = tableOf(Math.tanh, eps, most + 1)
  for (let i = 0; i < n; i++) {
    const difference = rankB[i] - rankA[i]
    out[i] = difference > 0 ? table[difference] : 0
  }
}

function exponential(x: number): number {
  return Math.exp(-x)
}

function tableOf(f: Table['f'], eps: number, size: number): Float64Array {
  let table = tables.find((known) => known.f === f && known.eps === eps)
  if (table === undefined) {
    if (tables.length === 16) tables.shift()
    tables.push((table = { f, eps, values: new Float64Array(0) }))
  }
  if (table.values.length < size)
    table.values = Float64Array.from({ length: 2 * size }, (_, difference) => f(eps * difference))
  return table.values
}

function expectSound(
  who: string,
  { rankA, rankB, eps, out }: { rankA: Uint32Array; rankB: Uint32Array; eps: number; out: Float64Array },
): void {
  if (!(eps > 0 && eps < Infinity)) throw new InputError(`${who}: expected eps above 0, got ${eps}`)
  if (rankB.length !== rankA.length || out.length < rankA.length)
    throw new InputError(
      `${who}: expected ranks of the same items and a place in out for each, got ${rankA.length}, ${rankB.length} and ${out.length}`,
    )
}
