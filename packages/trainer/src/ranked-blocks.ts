import type { Csr } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'

/** Users whose lists are drawn together: large enough for the ranking kernel to run at full speed. */
export const usersPerRound = 4096
/** One call ranks as many users as fit into this. */
export const blockBytes = 64 * 2 ** 20
/** A frozen model's lists are kept from draw to draw up to this many bytes; beyond, they are ranked again when asked for. */
const keptBytes = 512 * 2 ** 20

/** The ranking of consecutive users. */
export interface RankedBlock {
  readonly items: Uint32Array // [count, width]
  readonly width: number
  readonly first: number
  readonly count: number
}

/**
 * The best items of all users by one model, without those in `exclude`. A block of users is ranked when one of them is asked
 * for, so that nothing of users x items is ever held.
 */
export class RankedBlocks {
  readonly #model: Model
  readonly #exclude: Csr | null
  readonly #frozen: boolean
  readonly #blocks = new Map<number, Uint32Array>()
  #width = 0
  #usersPerBlock = 0
  #asked = false

  constructor(model: Model, { exclude, frozen }: { exclude: Csr | null; frozen: boolean }) {
    this.#model = model
    this.#exclude = exclude
    this.#frozen = frozen
  }

  /** The block that `user` is in, at least `k` wide where there are as many items. */
  blockOf(user: number, k: number): RankedBlock {
    this.#asked = true
    const longest = Math.max(1, Math.min(k, this.#model.numItems))
    if (this.#width < longest) {
      // whoever asks for more is hardly the last: twice as many, so that few users' depths rank a block again
      this.#width = Math.min(Math.max(longest, 2 * this.#width), this.#model.numItems)
      this.#usersPerBlock = Math.max(1, Math.min(usersPerRound, Math.floor(blockBytes / (4 * this.#width))))
      this.#blocks.clear()
    }
    const index = Math.floor(user / this.#usersPerBlock)
    const first = index * this.#usersPerBlock
    const count = Math.min(this.#usersPerBlock, this.#model.numUsers - first)
    const items = this.#blocks.get(index) ?? this.#rank(index, first, count)
    return { items, width: this.#width, first, count }
  }

  /** The model may have changed. */
  beginRound(): void {
    if (!this.#frozen) this.#blocks.clear()
  }

  /** What nobody asked for this time is not kept for the next. */
  endRound(): void {
    if (!this.#asked) this.#blocks.clear()
    this.#asked = false
  }

  #rank(index: number, first: number, count: number): Uint32Array {
    if (!this.#frozen || this.#model.numUsers * this.#width * 4 > keptBytes) this.#blocks.clear()
    const items = this.#model.rank(idsFrom(first, count), this.#width, this.#exclude).items.slice()
    this.#blocks.set(index, items)
    return items
  }
}

/** Consecutive ids. */
export function idsFrom(first: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, n) => first + n)
}
