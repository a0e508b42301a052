import { NO_ITEM, type AnyMethod, type Ranked, type Row, type Rng, type World } from '@recdistill/plugin'

/** A user of whom all scores are written down, for methods whose draws read values or belong to pairs. */
export interface RankedUser {
  readonly teacher: readonly number[]
  readonly student: readonly number[]
  readonly seen?: readonly number[]
}

/** What a trainer holds of one user after the draws before an epoch and for its first batch. */
export interface UserDraws {
  readonly lists: Readonly<Record<string, Uint32Array>>
  readonly values: Readonly<Record<string, Float32Array>>
}

/** Draws everything of one user: carried values, lists, other values, and then what is drawn for a batch. */
export function drawUser(
  { lists, values }: Pick<AnyMethod, 'lists' | 'values'>,
  params: Readonly<Record<string, unknown>>,
  user: RankedUser,
  rng: Rng,
): UserDraws {
  const seen = Uint32Array.from(user.seen ?? [])
  const numItems = user.teacher.length
  const world: World = {
    numUsers: 1,
    numItems,
    train: { offsets: Uint32Array.of(0, seen.length), items: seen },
    dims: { student: 0, teacher: 0 },
  }
  const drawn: Record<string, Uint32Array> = {}
  const filled: Record<string, Float32Array> = {}
  const row: Row = {
    user: 0,
    epoch: 0,
    numItems,
    seen,
    teacher: ranked(user.teacher, seen),
    student: ranked(user.student, seen),
    list: (name) => drawn[name],
    value: (name) => filled[name],
    trajectories: [],
  }
  const listSpecs = Object.entries(lists(params, world, undefined))
  const valueSpecs = Object.entries(values?.(params, world, undefined) ?? {})
  const fill = (carried: boolean) => {
    for (const [name, spec] of valueSpecs)
      if ((spec.carried ?? false) === carried) {
        filled[name] = new Float32Array(spec.size)
        spec.fill(row, filled[name], rng.fork('value').fork(name))
      }
  }
  const draw = (inBatch: boolean) => {
    for (const [name, spec] of listSpecs)
      if ('draw' in spec && (spec.refresh === 'batch') === inBatch) {
        const length = spec.per === 'pair' ? spec.refresh.epochs * seen.length * spec.size : spec.size
        drawn[name] = new Uint32Array(length).fill(NO_ITEM)
        spec.draw(row, drawn[name], rng.fork('list').fork(name))
      }
  }
  fill(true)
  draw(false)
  fill(false)
  draw(true)
  return { lists: drawn, values: filled }
}

function ranked(scores: readonly number[], seen: Uint32Array): Ranked {
  const keep = Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b)
  const skip = keep.filter((item) => !seen.includes(item))
  const of = (options?: { seen?: 'skip' | 'keep' }) => (options?.seen === 'skip' ? skip : keep)
  return {
    top: (k, options) => of(options).subarray(0, k),
    positionOf: (items, options) => items.map((item) => of(options).indexOf(item)),
    at: (positions, options) => positions.map((at) => of(options)[at] ?? NO_ITEM),
    scoresOf: (items) => Float32Array.from(items, (item) => (item === NO_ITEM ? 0 : scores[item])),
  }
}
