import { NO_ITEM, type AnyMethod, type Ranked, type Rng, type Row, type World } from '@recdistill/plugin'
import { tf, valueAndGradients } from '@recdistill/tensor'

/** A user of whom all teacher and student scores are written down. */
export interface ScoredUser {
  readonly teacher: readonly number[]
  readonly student: readonly number[]
  readonly seen?: readonly number[]
}

type Params = Readonly<Record<string, unknown>>
export type DrawnUser = Readonly<Record<string, Uint32Array>>

const none = new Float32Array(0)

/** Draws every list of one user, after the values that are carried, as before the first epoch. */
export function drawLists(method: AnyMethod, params: Params, user: ScoredUser, rng: Rng): DrawnUser {
  const drawn: Record<string, Uint32Array> = {}
  const world = worldOf(user)
  const filled: Record<string, Float32Array> = {}
  for (const [name, spec] of Object.entries(
    method.values?.(params, world, method.make?.(params, world)) ?? {},
  ))
    if (spec.carried) {
      filled[name] = new Float32Array(spec.size)
      spec.fill(rowOf(user, drawn, filled), filled[name], rng)
    }
  for (const [name, spec] of Object.entries(method.lists(params, world, method.make?.(params, world)))) {
    if ('pair' in spec) throw new Error(`${name} is of a training pair, not of a user`)
    if (spec.size === 'catalogue') drawn[name] = Uint32Array.from(user.teacher.keys())
    else {
      drawn[name] = new Uint32Array(spec.size).fill(NO_ITEM)
      spec.draw(rowOf(user, drawn, filled), drawn[name], rng)
    }
  }
  return drawn
}

export function fillValues(method: AnyMethod, params: Params, user: ScoredUser, drawn: DrawnUser, rng: Rng) {
  const world = worldOf(user)
  const specs = Object.entries(method.values?.(params, world, method.make?.(params, world)) ?? {})
  return Object.fromEntries(
    specs.map(([name, spec]) => {
      const out = new Float32Array(spec.size)
      spec.fill(rowOf(user, drawn), out, rng)
      return [name, out]
    }),
  )
}

/** A method's loss over users with the lists given, and its gradient with respect to every student score. [users][items] */
export function lossOf(
  method: AnyMethod,
  params: Params,
  users: readonly ScoredUser[],
  drawn: readonly DrawnUser[],
  rng: Rng,
): { value: number; gradient: number[][] } {
  const names = Object.keys(drawn[0]).filter((name) => drawn[0][name].length > 0)
  const perList = (number: (user: ScoredUser, item: number) => number) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        tf.tensor2d(
          users.map((user, u) =>
            [...drawn[u][name]].map((item) => (item === NO_ITEM ? 0 : number(user, item))),
          ),
        ),
      ]),
    )
  const filled = users.map((user, u) => fillValues(method, params, user, drawn[u], rng))
  const values = Object.fromEntries(
    Object.keys(filled[0]).map((name) => [name, tf.tensor2d(filled.map((of) => [...of[name]]))]),
  )
  const teacher = { scores: perList((user, item) => user.teacher[item]) }
  const mask = perList(() => 1)
  const leaves = perList((user, item) => user.student[item])
  const { value, gradients } = valueAndGradients(leaves, (scores) =>
    method.loss({ student: { scores }, teacher, mask, values, params, progress: 0 } as never),
  )
  const gradient = users.map(({ teacher }) => teacher.map(() => 0))
  for (const name of names)
    users.forEach((_, u) =>
      drawn[u][name].forEach((item, place) => {
        if (item !== NO_ITEM) gradient[u][item] += gradients[name][u * drawn[u][name].length + place]
      }),
    )
  return { value, gradient }
}

function rowOf(user: ScoredUser, drawn: DrawnUser, filled: Readonly<Record<string, Float32Array>> = {}): Row {
  const { seen, teacher, student } = rankingsOf(user)
  return {
    user: 0,
    epoch: 0,
    numItems: user.teacher.length,
    seen,
    teacher,
    student,
    list: (name) => drawn[name],
    value: (name) => filled[name] ?? none,
    trajectories: [],
  }
}

/** A world of this user alone. */
function worldOf({ teacher, seen = [] }: ScoredUser): World {
  return {
    numUsers: 1,
    numItems: teacher.length,
    train: { offsets: Uint32Array.of(0, seen.length), items: Uint32Array.from(seen) },
    dims: { student: 0, teacher: 0 },
  }
}

const known = new WeakMap<ScoredUser, ReturnType<typeof rank>>()

/** Sorted once a user: laws are tested over hundreds of thousands of draws. */
function rankingsOf(user: ScoredUser): ReturnType<typeof rank> {
  const found = known.get(user) ?? rank(user)
  known.set(user, found)
  return found
}

function rank(user: ScoredUser) {
  const seen = Uint32Array.from(user.seen ?? [])
  const ranked = (scores: readonly number[]): Ranked => {
    const keep = Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b)
    const skip = keep.filter((item) => !seen.includes(item))
    return {
      top: (k, options) => (options?.seen === 'skip' ? skip : keep).subarray(0, k),
      positionOf: (items) => items.map((item) => keep.indexOf(item)),
      at: (positions, options) =>
        positions.map((at) => (options?.seen === 'skip' ? skip : keep)[at] ?? NO_ITEM),
      scoresOf: (items) => Float32Array.from(items, (item) => scores[item]),
    }
  }
  return { seen, teacher: ranked(user.teacher), student: ranked(user.student) }
}
