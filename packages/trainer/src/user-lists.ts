import { InputError, NO_ITEM, type Csr, type Rng } from '@recdistill/core'
import { checkParams, type AnyMethod, type Lists, type Model, type Values } from '@recdistill/plugin'
import { isDue } from '@recdistill/samplers'
import { MovingRow, RankedModel, usersPerBlock } from './ranked-rows.ts'

interface StoredList {
  readonly size: number
  readonly items: Uint32Array // [users, size]
  /** Teacher scores of `items`, made when first asked for after a draw. [users, size] */
  teacher: Float32Array | null
}

/** A method's lists and values for every user, and when they are drawn. The one place where the student's ranking feeds its own lists. */
export class UserLists {
  readonly lists: Lists
  readonly values: Values
  readonly #stored = new Map<string, StoredList>()
  readonly #numbers = new Map<string, Float32Array>() // [users, size]
  readonly #teacher: Model
  readonly #student: RankedModel
  readonly #row: MovingRow
  readonly #rng: Rng
  readonly #numUsers: number
  readonly #method: string

  constructor(
    method: AnyMethod,
    params: Readonly<Record<string, unknown>>,
    { teacher, student, train, rng }: { teacher: Model; student: Model; train: Csr; rng: Rng },
  ) {
    const world = { numUsers: student.numUsers, numItems: student.numItems }
    if (teacher.numUsers !== world.numUsers || teacher.numItems !== world.numItems)
      throw new InputError(
        `${method.name}: the teacher knows ${teacher.numUsers} users and ${teacher.numItems} items, the split has ${world.numUsers} and ${world.numItems}; both must come from the same split`,
      )
    checkParams(method, params, world)
    this.lists = method.lists(params, world)
    this.values = method.values?.(params, world) ?? {}
    this.#numUsers = world.numUsers
    this.#method = method.name
    this.#teacher = teacher
    this.#rng = rng
    for (const [name, { size }] of Object.entries(this.lists))
      if (size !== 'catalogue')
        this.#stored.set(name, { size, items: new Uint32Array(world.numUsers * size), teacher: null })
    for (const [name, { size }] of Object.entries(this.values))
      this.#numbers.set(name, new Float32Array(world.numUsers * size))
    this.#student = new RankedModel(student, train, { frozen: false })
    this.#row = new MovingRow(
      train,
      new RankedModel(teacher, train, { frozen: true }),
      this.#student,
      world.numItems,
      (name, user) => this.#rowOf(name, user),
    )
  }

  /** Draws what is due before `epoch`, user by user, each list in the order of its declaration, values last. */
  refresh(epoch: number): void {
    const lists = Object.entries(this.lists).flatMap(([name, spec]) =>
      spec.size !== 'catalogue' && isDue(spec.refresh, epoch)
        ? [{ spec, stored: this.list(name), rng: this.#rng.fork('list').fork(name).fork(epoch) }]
        : [],
    )
    const values = Object.entries(this.values)
      .filter(([, spec]) => isDue(spec.refresh, epoch))
      .map(([name, spec]) => ({
        spec,
        data: this.value(name),
        rng: this.#rng.fork('value').fork(name).fork(epoch),
      }))
    if (lists.length + values.length === 0) return
    this.#student.forget()
    for (const { stored } of lists) {
      stored.items.fill(NO_ITEM)
      stored.teacher = null
    }
    for (let user = 0; user < this.#numUsers; user++) {
      this.#row.moveTo(user)
      for (const { spec, stored, rng } of lists)
        spec.draw(
          this.#row,
          stored.items.subarray(user * stored.size, (user + 1) * stored.size),
          rng.at(user),
        )
      for (const { spec, data, rng } of values)
        spec.fill(this.#row, data.subarray(user * spec.size, (user + 1) * spec.size), rng.at(user))
    }
    this.#student.forget()
    this.#row.teacher.endRound()
  }

  list(name: string): StoredList {
    const stored = this.#stored.get(name)
    if (stored === undefined) throw new Error(`no stored list "${name}"`)
    return stored
  }

  /** [users, size] */
  value(name: string): Float32Array {
    const data = this.#numbers.get(name)
    if (data === undefined) throw new Error(`no value "${name}"`)
    return data
  }

  /** The teacher's scores of a list for every user, made once a draw. [users, size] */
  teacherScores(name: string): Float32Array {
    const stored = this.list(name)
    if (stored.teacher) return stored.teacher
    const scores = new Float32Array(this.#numUsers * stored.size)
    for (let first = 0; first < this.#numUsers; first += usersPerBlock) {
      const last = Math.min(first + usersPerBlock, this.#numUsers)
      const users = Uint32Array.from({ length: last - first }, (_, n) => first + n)
      const items = stored.items.subarray(first * stored.size, last * stored.size)
      scores.set(this.#teacher.scoresOf(users, items, stored.size), first * stored.size)
    }
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

  #rowOf(name: string, user: number): Uint32Array {
    const { items, size } = this.list(name)
    return items.subarray(user * size, (user + 1) * size)
  }
}
