import { InputError, nearest, type Csr, type Rng } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import type { AnyMethod, Lists, ListSpec, Model, Values, World } from '@recdistill/plugin'
import { declarationOf } from './declaration.ts'
import { newArray, savedArray } from './named-arrays.ts'
import { idsFrom, usersPerRound } from './ranked-blocks.ts'

/** Lists of users, or of pairs, that are drawn and kept. */
type Drawn = Extract<ListSpec, { draw: unknown }>

export interface StoredList {
  readonly spec: Drawn
  readonly size: number
  /** Per user [users, size]; per pair, user by user, [epochs, pairs of the user, size]. */
  readonly items: Uint32Array
  /** Teacher scores of `items`, made when first asked for after a draw. [users, size] */
  teacher: Float32Array | null
  /** Where they stand, whether or not they are of the last draw. */
  scores: Float32Array | null
}

export interface ListModels {
  readonly teacher: Model
  readonly student: Model
  readonly train: Csr
  /** Snapshots of every teacher. */
  readonly trajectories: readonly (readonly Model[])[]
  /** True when the teacher is trained too: what was ranked or scored with it grows old. */
  readonly teacherMoves: boolean
  readonly rng: Rng
  /** Lists are kept in its memory, where every step finds them. */
  readonly engine: Engine
}

/** A method's lists and values of every user, as they were drawn last; see `list-draws.ts` for when and how they are. */
export class UserLists {
  readonly lists: Lists
  readonly values: Values
  readonly world: World
  readonly made: unknown
  readonly #stored = new Map<string, StoredList>()
  readonly #numbers = new Map<string, Float32Array>() // [users, size]
  /** Its name, which speaks in errors. */
  readonly method: string
  readonly #models: ListModels

  constructor(method: AnyMethod, params: Readonly<Record<string, unknown>>, models: ListModels) {
    const { world, made, lists, values } = declarationOf(method, params, models)
    this.world = world
    this.made = made
    this.lists = lists
    this.values = values
    this.method = method.name
    this.#models = models
    const { numUsers } = world
    for (const [name, spec] of Object.entries(this.lists))
      if ('draw' in spec) this.#stored.set(name, this.#makeList(name, spec))
    for (const [name, { size }] of Object.entries(this.values))
      this.#numbers.set(
        name,
        newArray(method.name, `value "${name}"`, numUsers * size, (length) =>
          models.engine.makeFloats(length),
        ),
      )
  }

  /** Lists that are drawn, in the order of their declaration. */
  get drawn(): readonly (readonly [string, StoredList])[] {
    return [...this.#stored]
  }

  list(name: string): StoredList {
    const stored = this.#stored.get(name)
    if (stored === undefined) throw notThere('list', name, [...this.#stored.keys()])
    return stored
  }

  /** Whether the list is the same in all rows of a user. */
  isByUser(name: string): boolean {
    const spec = this.lists[name]
    return 'draw' in spec ? spec.per !== 'pair' : !('pair' in spec)
  }

  /** [users, size] */
  value(name: string): Float32Array {
    const data = this.#numbers.get(name)
    if (data === undefined) throw notThere('value', name, [...this.#numbers.keys()])
    return data
  }

  /** Where the items of a training pair stand in a list of pairs. */
  pairStart(name: string, user: number, pair: number, epoch: number): number {
    const { spec, size } = this.list(name)
    const { offsets } = this.#models.train
    const start = offsets[user]
    const epochs = epochsOf(spec)
    return (start * epochs + (epoch % epochs) * (offsets[user + 1] - start) + (pair - start)) * size
  }

  /** Whether the teacher's scores of a list hold for all users until its next draw. */
  keepsTeacherScores(name: string): boolean {
    const { spec } = this.list(name)
    return spec.per !== 'pair' && spec.refresh !== 'batch' && !this.#models.teacherMoves
  }

  /** The teacher's scores of a list for every user, made once a draw. [users, size] */
  teacherScores(name: string): Float32Array {
    const stored = this.list(name)
    if (stored.teacher) return stored.teacher
    const { numUsers } = this.world
    const scores = stored.scores ?? this.#models.engine.makeFloats(numUsers * stored.size)
    for (let first = 0; first < numUsers; first += usersPerRound) {
      const last = Math.min(first + usersPerRound, numUsers)
      const users = idsFrom(first, last - first)
      const items = stored.items.subarray(first * stored.size, last * stored.size)
      scores.set(this.#models.teacher.scoresOf(users, items, stored.size), first * stored.size)
    }
    stored.scores = scores
    stored.teacher = scores
    return scores
  }

  /** The list of users that these items are a user's part of; null when they are of none. */
  wholeList({ buffer, byteOffset }: Uint32Array): StoredList | null {
    for (const list of this.#stored.values()) {
      const { items, spec } = list
      const inside = byteOffset >= items.byteOffset && byteOffset < items.byteOffset + items.byteLength
      if (items.buffer === buffer && inside && spec.per !== 'pair') return list
    }
    return null
  }

  rowOfList(name: string, user: number): Uint32Array {
    const { items, size, spec } = this.list(name)
    if (spec.per === 'pair') throw new InputError(`list "${name}" is drawn per pair, no row can read it`)
    return items.subarray(user * size, (user + 1) * size)
  }

  rowOfValue(name: string, user: number): Float32Array {
    const { size } = this.values[name] ?? { size: 0 }
    return this.value(name).subarray(user * size, (user + 1) * size)
  }

  /** What a checkpoint must hold: lists drawn from a student that has moved on since. */
  state(): Record<string, Uint32Array | Float32Array> {
    const arrays: Record<string, Uint32Array | Float32Array> = {}
    for (const [name, { items }] of this.#stored) arrays[`list.${name}`] = items
    for (const [name, data] of this.#numbers) arrays[`value.${name}`] = data
    return arrays
  }

  /** @throws InputError when the arrays are not those of this method's lists and values. */
  restore(arrays: Readonly<Record<string, ArrayLike<number>>>): void {
    for (const [name, array] of Object.entries(this.state()))
      array.set(savedArray(this.method, arrays, name, array.length))
    for (const stored of this.#stored.values()) stored.teacher = null
  }

  /** Gives the memory of all lists back. */
  dispose(): void {
    const { engine } = this.#models
    for (const { items, scores } of this.#stored.values()) {
      engine.release(items)
      if (scores) engine.release(scores)
    }
    for (const numbers of this.#numbers.values()) engine.release(numbers)
  }

  #makeList(name: string, spec: Drawn): StoredList {
    const { numUsers, train } = this.world
    const ofPairs = spec.per === 'pair'
    const rows = ofPairs ? train.items.length * epochsOf(spec) : numUsers
    const items = newArray(this.method, `list "${name}"`, rows * spec.size, (length) =>
      ofPairs ? new Uint32Array(length) : this.#models.engine.makeIds(length),
    )
    return { spec, size: spec.size, items, teacher: null, scores: null }
  }
}

/** Epochs that a list is drawn for at once. */
export function epochsOf({ per, refresh }: Drawn): number {
  return per === 'pair' ? refresh.epochs : 1
}

/** A program reads by name what it was not compiled against. */
function notThere(kind: 'list' | 'value', name: string, names: readonly string[]): InputError {
  const near = nearest(name, names)
  const [verb, hint] = [kind === 'list' ? 'drawn' : 'filled', near ? ` did you mean "${near}"?` : '']
  return new InputError(`no ${kind} "${name}" is ${verb};${hint} there are ${names.join(', ') || 'none'}`)
}
