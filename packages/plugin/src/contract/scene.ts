import { createRng, groupByUser, NO_ITEM, sortRows } from '@recdistill/core'
import type { Row } from '@recdistill/samplers'
import type { ListSpec, World } from '../declarations.ts'
import type { AnyMethod } from '../method.ts'
import { rankedBy, standIn, type StandIn } from './stand-in.ts'

export type Params = Readonly<Record<string, unknown>>

/** A tiny world to run a method in: two stand-in models, and users who have seen nothing, little, nearly all and all. */
export interface Scene {
  readonly world: World
  readonly seen: readonly Uint32Array[]
  readonly teacher: StandIn
  readonly student: StandIn
}

/** Lists and values of every user. */
export interface Drawn {
  readonly lists: Readonly<Record<string, { readonly size: number; readonly items: Uint32Array }>> // [users, size]
  readonly values: Readonly<Record<string, { readonly size: number; readonly data: Float32Array }>> // [users, size]
}

const numUsers = 6

export function makeScene(numItems: number, { spread = 1, equal = false } = {}): Scene {
  const rng = createRng(numItems)
  const all = Uint32Array.from({ length: numItems }, (_, item) => item)
  const shuffled = all.slice()
  rng.shuffle(shuffled)
  const some = (count: number) => shuffled.slice(0, Math.max(0, Math.min(count, numItems))).sort()
  const teacher = standIn(numUsers, numItems, rng, { spread })
  const student = standIn(numUsers, numItems, rng, { spread })
  if (equal) for (const { users } of [teacher, student]) users.fill(0)
  const seen = [
    some(0),
    some(1),
    some(Math.ceil(numItems / 10)),
    some(numItems >> 1),
    some(numItems - 2),
    all,
  ]
  const users = seen.flatMap((row, user) => Array.from(row, () => user))
  const train = sortRows(
    groupByUser(numUsers, Uint32Array.from(users), Uint32Array.from(seen.flatMap((row) => [...row]))),
  )
  return {
    world: { numUsers, numItems, train, dims: { student: student.dim, teacher: teacher.dim } },
    seen,
    teacher,
    student,
  }
}

/** Draws every list and value as a trainer does at an epoch, for the users in the order given. */
export function drawAll(
  method: AnyMethod,
  params: Params,
  scene: Scene,
  { seed = 1, order = scene.seen.map((_, user) => user) }: { seed?: number; order?: readonly number[] } = {},
): Drawn {
  const rng = createRng(seed)
  const made = method.make?.(params, scene.world)
  const specs = Object.entries(method.lists(params, scene.world, made))
  const lists: Record<string, { size: number; items: Uint32Array }> = {}
  for (const [name, spec] of specs) {
    const size = isDrawn(spec) ? spec.size : 'catalogue'
    const width = size === 'catalogue' ? scene.world.numItems : size
    lists[name] = {
      size: width,
      items: new Uint32Array(numUsers * width)
        .fill(NO_ITEM)
        .map((item, n) => (size === 'catalogue' ? n % width : item)),
    }
  }
  const valueSpecs = Object.entries(method.values?.(params, scene.world, made) ?? {})
  const values = Object.fromEntries(
    valueSpecs.map(([name, { size }]) => [name, { size, data: new Float32Array(numUsers * size) }]),
  )
  const place = <A extends Uint32Array | Float32Array>(array: A, size: number, user: number) =>
    array.subarray(user * size, (user + 1) * size) as A
  for (const user of order) {
    const done = new Set<string>()
    const row: Row = {
      user,
      epoch: 0,
      numItems: scene.world.numItems,
      seen: scene.seen[user],
      teacher: rankedBy(scene.teacher, user, scene.seen[user]),
      student: rankedBy(scene.student, user, scene.seen[user]),
      list(name) {
        if (!done.has(name))
          throw new Error(`list "${name}" is not drawn yet: declare it before the list that reads it`)
        return place(lists[name].items, lists[name].size, user)
      },
      value: (name) => place(values[name].data, values[name].size, user),
      trajectories: [],
    }
    for (const [name, spec] of specs) {
      if (isDrawn(spec))
        spec.draw(row, place(lists[name].items, lists[name].size, user), rng.fork('list').fork(name).at(user))
      done.add(name)
    }
    for (const [name, spec] of valueSpecs)
      spec.fill(row, place(values[name].data, values[name].size, user), rng.fork('value').fork(name).at(user))
  }
  return { lists, values }
}

export function isDrawn(spec: ListSpec): spec is Extract<ListSpec, { readonly draw: unknown }> {
  return 'draw' in spec
}

export function isCatalogue(spec: ListSpec): boolean {
  return 'size' in spec && spec.size === 'catalogue'
}

/** The smallest catalogue a method's `check` lets through; three items for a method that has none. */
export function smallestCatalogue(method: AnyMethod, params: Params): number {
  const fits = (numItems: number) => (method.check?.(params, { numUsers, numItems }) ?? []).length === 0
  let high = 3
  while (!fits(high)) {
    high *= 2
    if (high > 2 ** 22)
      throw new Error(`${method.name}: check accepts no catalogue of up to ${2 ** 22} items`)
  }
  let low = Math.max(3, high >> 1)
  while (low < high) {
    const middle = (low + high) >> 1
    if (fits(middle)) high = middle
    else low = middle + 1
  }
  return high
}
