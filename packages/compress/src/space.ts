import { createRng, InputError, type Rng } from '@recdistill/core'

/** A setting of training or of a method; null is what it is without the setting. */
export type Value = number | string | boolean | null

/** What a setting may be: one of some values, or a number of a range, drawn evenly or evenly by its logarithm. */
export type Range =
  | { readonly choice: readonly Value[] }
  | { readonly low: number; readonly high: number; readonly scale: 'log' | 'linear' }

/** A way to train a student: a backbone, a method, and the ranges of their settings. */
export interface Arm {
  readonly kind: string
  readonly method: string
  readonly ranges: Readonly<Record<string, Range>>
  /** Tried once as they are, before anything is drawn. */
  readonly defaults: Readonly<Record<string, Value>>
}

export interface SearchSpace {
  readonly arms: readonly Arm[]
  /** Lengths of an embedding. */
  readonly dims: readonly number[]
}

/** A student to be trained, as plain data. */
export interface Trial {
  /** Names its folder, and breaks ties. */
  readonly id: string
  readonly kind: string
  readonly dim: number
  readonly method: string
  readonly values: Readonly<Record<string, Value>>
}

/**
 * `count` students of a space: arms in turn, sizes in turn, and each range in as many even strata as an arm has students, one
 * drawn from each (latin hypercube). The first student of an arm has its default settings, at the largest size.
 *
 * The same seed gives the same students, and more of them begin with fewer arms untried: equal counts are equal sets.
 * @throws InputError when there is nothing to choose from.
 * @see McKay, Beckman and Conover, Technometrics 1979
 */
export function drawTrials({ arms, dims }: SearchSpace, count: number, seed: number): readonly Trial[] {
  if (arms.length === 0 || dims.length === 0)
    throw new InputError('drawTrials: the space has no arm or no size; widen it')
  if (!Number.isInteger(count) || count < 1)
    throw new InputError(`drawTrials.count: expected an integer >= 1, got ${count}`)
  const rng = createRng(seed).fork('trials')
  const sizes = [...dims].sort((a, b) => b - a)
  return arms
    .flatMap((arm, a) => {
      const own = Math.floor(count / arms.length) + (a < count % arms.length ? 1 : 0)
      const strata = new Map(
        Object.keys(arm.ranges).map((name) => [name, permutation(own, rng.fork(a).fork(name))]),
      )
      return Array.from({ length: own }, (_, n): Omit<Trial, 'id'> & { readonly turn: number } => {
        const drawn = Object.entries(arm.ranges).map(([name, range]) => {
          const at =
            (strata.get(name)![n] +
              rng
                .fork(a)
                .fork(name)
                .at(n + 1)
                .float()) /
            own
          return [name, valueAt(range, at)] as const
        })
        const values = n === 0 ? arm.defaults : { ...arm.defaults, ...Object.fromEntries(drawn) }
        const { kind, method } = arm
        return { kind, method, dim: sizes[(n + a) % sizes.length], values, turn: n * arms.length + a }
      })
    })
    .sort((x, y) => x.turn - y.turn)
    .map(({ turn, ...trial }) => ({ id: trialId(turn + 1, trial), ...trial }))
}

/** `07-rrd-mf-16`: the order of drawing, then what it is. */
export function trialId(number: number, { method, kind, dim }: Omit<Trial, 'id' | 'values'>): string {
  return `${String(number).padStart(2, '0')}-${method}-${kind}-${dim}`.replace(/[^\w.-]+/g, '_')
}

/** The value at a place of [0, 1) of a range. */
function valueAt(range: Range, at: number): Value {
  if ('choice' in range) return range.choice[Math.floor(at * range.choice.length)]
  const { low, high, scale } = range
  const value = scale === 'log' ? low * (high / low) ** at : low + (high - low) * at
  // Four digits are enough, and people read them.
  return Number(value.toPrecision(4))
}

function permutation(size: number, rng: Rng): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, n) => n)
  rng.at(0).shuffle(order)
  return order
}
