import { NO_ITEM, rowOf, type Csr } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'
import type { Ranked, Row } from '@recdistill/samplers'

/** Users ranked at a time: large enough for the ranking kernel to run at full speed, small enough for a few megabytes. */
export const usersPerBlock = 4096
/** A frozen teacher's lists are kept from draw to draw up to this many bytes; beyond, they are ranked again when asked for. */
const keptBytes = 512 * 2 ** 20

interface Block {
  k: number
  items: Uint32Array
}

/**
 * One model as list programs see it. The first `top` in a block of users ranks the whole block in one call, and
 * the others are answered from it; so a method declares nothing and nothing of users x items is ever held.
 */
export class RankedModel implements Ranked {
  readonly #model: Model
  readonly #seen: Csr
  readonly #frozen: boolean
  readonly #blocks = { skip: new Map<number, Block>(), keep: new Map<number, Block>() }
  readonly #widest = { skip: 0, keep: 0 }
  readonly #asked = { skip: false, keep: false }
  #user = 0

  constructor(model: Model, seen: Csr, { frozen }: { frozen: boolean }) {
    this.#model = model
    this.#seen = seen
    this.#frozen = frozen
  }

  /** Answers are about this user from now on. */
  select(user: number): void {
    this.#user = user
  }

  /** The model has changed: what was ranked before is forgotten. */
  forget(): void {
    if (this.#frozen) return
    this.#blocks.skip.clear()
    this.#blocks.keep.clear()
  }

  /** All users have had their turn: lists of a frozen model that nobody asked for this time are not kept for the next. */
  endRound(): void {
    for (const seen of ['skip', 'keep'] as const) {
      if (!this.#asked[seen]) this.#blocks[seen].clear()
      this.#asked[seen] = false
    }
  }

  top(k: number, { seen = 'keep' }: { seen?: 'skip' | 'keep' } = {}): Uint32Array {
    this.#asked[seen] = true
    const index = Math.floor(this.#user / usersPerBlock)
    let block = this.#blocks[seen].get(index)
    if (block === undefined || block.k < k) {
      this.#widest[seen] = Math.max(this.#widest[seen], k)
      block = this.#rankBlock(index, this.#widest[seen], seen)
    }
    const start = (this.#user % usersPerBlock) * block.k
    let end = start + k
    while (end > start && block.items[end - 1] === NO_ITEM) end--
    return block.items.subarray(start, end)
  }

  positionOf(items: Uint32Array, { seen = 'keep' }: { seen?: 'skip' | 'keep' } = {}): Uint32Array {
    return this.#model.positionsOf(
      Uint32Array.of(this.#user),
      items,
      items.length,
      seen === 'skip' ? this.#seen : null,
    )
  }

  scoresOf(items: Uint32Array): Float32Array {
    return this.#model.scoresOf(Uint32Array.of(this.#user), items, items.length)
  }

  #rankBlock(index: number, k: number, seen: 'skip' | 'keep'): Block {
    const first = index * usersPerBlock
    const users = Uint32Array.from(
      { length: Math.min(usersPerBlock, this.#model.numUsers - first) },
      (_, n) => first + n,
    )
    const blocks = this.#blocks[seen]
    if (!this.#frozen || this.#model.numUsers * k * 4 > keptBytes) blocks.clear()
    const block = { k, items: this.#model.rank(users, k, seen === 'skip' ? this.#seen : null).items.slice() }
    blocks.set(index, block)
    return block
  }
}

/** The row handed to list programs, moved from user to user rather than made anew. */
export class MovingRow implements Row {
  user = 0
  seen: Uint32Array = new Uint32Array(0)
  readonly numItems: number
  readonly teacher: RankedModel
  readonly student: RankedModel
  readonly #train: Csr
  readonly #list: (name: string, user: number) => Uint32Array

  constructor(
    train: Csr,
    teacher: RankedModel,
    student: RankedModel,
    numItems: number,
    list: (name: string, user: number) => Uint32Array,
  ) {
    this.#train = train
    this.teacher = teacher
    this.student = student
    this.numItems = numItems
    this.#list = list
  }

  moveTo(user: number): void {
    this.user = user
    this.seen = rowOf(this.#train, user)
    this.teacher.select(user)
    this.student.select(user)
  }

  list(name: string): Uint32Array {
    return this.#list(name, this.user)
  }
}
