import { InputError, NO_ITEM, type Csr, type Rng } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import {
  checkParams,
  type AnyMethod,
  type Lists,
  type ListSpec,
  type Model,
  type Values,
  type ValueSpec,
  type World,
} from '@recdistill/plugin'
import { isDue, type Row } from '@recdistill/samplers'
import { drawByLaw, fillByLaw, type LawSources } from './draw-by-law.ts'
import { MovingRow } from './moving-row.ts'
import { usersPerRound } from './ranked-model.ts'

/** Lists of users, or of pairs, that are drawn and kept. */
type Drawn = Extract<ListSpec, { draw: unknown }>

interface StoredList {
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

/** A method's lists and values for every user, and when they are drawn. The one place where the student's ranking feeds its own lists. */
export class UserLists {
  readonly lists: Lists
  readonly values: Values
  readonly world: World
  readonly made: unknown
  readonly #stored = new Map<string, StoredList>()
  readonly #numbers = new Map<string, Float32Array>() // [users, size]
  readonly #models: ListModels
  readonly #row: MovingRow
  readonly #method: string
  /** Null where the engine knows no laws. */
  readonly #lawSources: LawSources | null
  /** The list that is being drawn: what it holds of users whose turn is yet to come is of the last draw. */
  #unfinished: Uint32Array | null = null

  constructor(method: AnyMethod, params: Readonly<Record<string, unknown>>, models: ListModels) {
    const { teacher, student, train } = models
    const { numUsers, numItems } = student
    if (teacher.numUsers !== numUsers || teacher.numItems !== numItems)
      throw new InputError(
        `${method.name}: the teacher knows ${teacher.numUsers} users and ${teacher.numItems} items, the split has ${numUsers} and ${numItems}; both must come from the same split`,
      )
    const dims = { student: student.dim, teacher: teacher.dim }
    this.world = { numUsers, numItems, train, dims, teachers: Math.max(1, models.trajectories.length) }
    checkParams(method, params, this.world)
    this.made = method.make?.(params, this.world)
    this.lists = method.lists(params, this.world, this.made)
    this.values = method.values?.(params, this.world, this.made) ?? {}
    this.#method = method.name
    this.#models = models
    for (const [name, spec] of Object.entries(this.lists))
      if ('draw' in spec) this.#stored.set(name, this.#makeList(name, spec, method))
    for (const [name, { size }] of Object.entries(this.values))
      this.#numbers.set(name, models.engine.makeFloats(numUsers * size))
    this.#row = new MovingRow(models, {
      list: (name, user) => this.#rowOfList(name, user),
      value: (name, user) => this.#rowOfValue(name, user),
      wholeList: (items) => this.#wholeList(items),
    })
    const { draws } = models.engine
    this.#lawSources = draws
      ? {
          draws,
          train,
          numItems,
          teacher: this.#row.teacher,
          student: this.#row.student,
          list: (name) => this.list(name),
          value: (name) => this.value(name),
        }
      : null
  }

  /** Draws what is due before `epoch`: carried values, then each list in the order of its declaration, then the other values. */
  refresh(epoch: number): void {
    const stored = [...this.#stored].filter(([, { spec }]) => isDue(spec.refresh, epoch))
    const values = Object.entries(this.values).filter(([, spec]) => isDue(spec.refresh, epoch))
    if (stored.length + values.length === 0) return
    this.#row.beginRound(epoch)
    const jobs = [
      ...values.filter(([, spec]) => spec.carried).map(([name, spec]) => this.#filling(name, spec, epoch)),
      ...stored.map(([name, list]) => this.#drawing(name, list, epoch)),
      ...values.filter(([, spec]) => !spec.carried).map(([name, spec]) => this.#filling(name, spec, epoch)),
    ]
    const { numUsers } = this.world
    for (let first = 0; first < numUsers; first += usersPerRound)
      for (const { forUser, byLaw, items } of jobs) {
        this.#row.beginJob()
        this.#unfinished = items
        const count = Math.min(usersPerRound, numUsers - first)
        const left = byLaw?.(first, count) ?? null
        for (let n = 0; n < (left?.length ?? count); n++) {
          const user = left ? left[n] : first + n
          this.#row.moveTo(user)
          forUser(user)
        }
      }
    this.#unfinished = null
    for (const [, list] of stored) list.teacher = null
    this.#row.endRound()
  }

  /** Draws, for the users of one batch, the lists and values that are drawn anew for every batch. */
  drawBatch(users: Uint32Array, epoch: number, step: number): void {
    const stored = [...this.#stored].filter(([, { spec }]) => spec.refresh === 'batch')
    const values = Object.entries(this.values).filter(([, spec]) => spec.refresh === 'batch')
    if (stored.length + values.length === 0) return
    const jobs = [
      ...stored.map(([name, list]) => this.#drawing(name, list, epoch, step)),
      ...values.map(([name, spec]) => this.#filling(name, spec, epoch, step)),
    ]
    const row = this.#row.forBatch(epoch)
    for (const user of users) {
      this.#row.moveTo(user)
      for (const { forUser } of jobs) forUser(user, row)
    }
  }

  list(name: string): StoredList {
    const stored = this.#stored.get(name)
    if (stored === undefined) throw new Error(`no stored list "${name}"`)
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
    if (data === undefined) throw new Error(`no value "${name}"`)
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
      const users = Uint32Array.from({ length: last - first }, (_, n) => first + n)
      const items = stored.items.subarray(first * stored.size, last * stored.size)
      scores.set(this.#models.teacher.scoresOf(users, items, stored.size), first * stored.size)
    }
    stored.scores = scores
    stored.teacher = scores
    return scores
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
    for (const [name, array] of Object.entries(this.state())) {
      const saved = arrays[name]
      if (saved?.length !== array.length)
        throw new InputError(
          `${this.#method}: the checkpoint has ${saved ? `${saved.length} numbers` : 'nothing'} for ${name}, the method needs ${array.length}; it has changed since, so use another folder or delete the file`,
        )
      array.set(saved)
    }
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

  #makeList(name: string, spec: Drawn, { name: method, over }: AnyMethod): StoredList {
    const { numUsers, train } = this.world
    const { engine } = this.#models
    if (spec.per !== 'pair')
      return {
        spec,
        size: spec.size,
        items: engine.makeIds(numUsers * spec.size),
        teacher: null,
        scores: null,
      }
    if (over !== 'pairs')
      throw new InputError(`${method}: list "${name}" is drawn per pair, so the loss must run over pairs`)
    const items = new Uint32Array(train.items.length * spec.size * epochsOf(spec))
    return { spec, size: spec.size, items, teacher: null, scores: null }
  }

  #drawing(name: string, { spec, items, size }: StoredList, epoch: number, step: number | null = null) {
    const rng = forkFor(this.#models.rng.fork('list').fork(name).fork(epoch), step)
    const { offsets } = this.#models.train
    const width = size * epochsOf(spec)
    const rowOf = (user: number) =>
      spec.per === 'pair'
        ? items.subarray(offsets[user] * width, offsets[user + 1] * width)
        : items.subarray(user * size, (user + 1) * size)
    const forUser = (user: number, row: Row = this.#row) =>
      spec.draw(row, rowOf(user).fill(NO_ITEM), rng.at(user))
    const law = spec.per === 'pair' ? undefined : spec.law
    const sources = this.#lawSources
    const byLaw =
      law &&
      sources &&
      ((first: number, count: number) =>
        drawByLaw(law, { data: items, size }, { first, count, key: rng.key }, sources))
    return { forUser, byLaw, items }
  }

  #filling(name: string, spec: ValueSpec, epoch: number, step: number | null = null) {
    const rng = forkFor(this.#models.rng.fork('value').fork(name).fork(epoch), step)
    const forUser = (user: number, row: Row = this.#row) => {
      const out = this.#rowOfValue(name, user)
      if (!spec.carried) out.fill(0)
      spec.fill(row, out, rng.at(user))
    }
    const { law, size, carried } = spec
    const sources = this.#lawSources
    const byLaw =
      law &&
      sources &&
      ((first: number, count: number) => {
        const data = this.value(name)
        if (!carried) data.fill(0, first * size, (first + count) * size)
        return fillByLaw(law, { data, size }, { first, count, key: rng.key }, sources)
      })
    return { forUser, byLaw, items: null }
  }

  #wholeList({ buffer, byteOffset }: Uint32Array): StoredList | null {
    for (const list of this.#stored.values()) {
      const { items, spec } = list
      const inside = byteOffset >= items.byteOffset && byteOffset < items.byteOffset + items.byteLength
      const known = spec.per !== 'pair' && items !== this.#unfinished
      if (items.buffer === buffer && inside && known) return list
    }
    return null
  }

  #rowOfList(name: string, user: number): Uint32Array {
    const { items, size, spec } = this.list(name)
    if (spec.per === 'pair') throw new Error(`list "${name}" is drawn per pair, no row can read it`)
    return items.subarray(user * size, (user + 1) * size)
  }

  #rowOfValue(name: string, user: number): Float32Array {
    const { size } = this.values[name] ?? { size: 0 }
    return this.value(name).subarray(user * size, (user + 1) * size)
  }
}

function epochsOf({ per, refresh }: Drawn): number {
  return per === 'pair' ? refresh.epochs : 1
}

function forkFor(rng: Rng, step: number | null): Rng {
  return step === null ? rng : rng.fork('step').fork(step)
}
