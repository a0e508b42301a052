import { NO_ITEM, NumericError, type Csr } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'
import type { Ranked } from '@recdistill/samplers'
import { catalogueScores } from './catalogue-scores.ts'
import { blockBytes, idsFrom, RankedBlocks, usersPerRound, type RankedBlock } from './ranked-blocks.ts'

type Seen = 'skip' | 'keep'

/** A declared list of all users, of which a row reads its part. */
export interface WholeList {
  readonly items: Uint32Array // [users, size]
  readonly size: number
}

/**
 * One model as list programs see it. The first `top` in a block of users ranks the whole block in one call, and
 * the others are answered from it; so a method declares nothing and nothing of users x items is ever held. Positions and
 * scores of a declared list, or the items at declared positions, are made for a whole round of users at once in the same way.
 */
export class RankedModel implements Ranked {
  readonly #model: Model
  readonly #train: Csr
  readonly #itemsAt: Model['itemsAt']
  readonly #wholeList: (items: Uint32Array) => WholeList | null
  readonly #ranked: Readonly<Record<Seen, RankedBlocks>>
  readonly #answers = new Map<string, { list: Uint32Array; values: Uint32Array | Float32Array }>()
  /** Scores of all items for consecutive users. [count, items] */
  #catalogue: { readonly first: number; readonly count: number; readonly scores: Float32Array } | null = null
  #perRound = usersPerRound
  #user = 0

  constructor(
    model: Model,
    train: Csr,
    { frozen, wholeList }: { frozen: boolean; wholeList: (items: Uint32Array) => WholeList | null },
  ) {
    this.#model = model
    this.#train = train
    // a frozen model that goes through the catalogue user by user does so once: its rankings are kept
    this.#itemsAt = frozen && model.dim === 0 ? undefined : model.itemsAt?.bind(model)
    this.#wholeList = wholeList
    this.#ranked = {
      skip: new RankedBlocks(model, { exclude: train, frozen }),
      keep: new RankedBlocks(model, { exclude: null, frozen }),
    }
  }

  /** Answers are about this user from now on. */
  select(user: number): void {
    this.#user = user
  }

  /** The model may have changed: what was ranked before is forgotten. So many users have their turn together from here on. */
  beginRound(perRound = usersPerRound): void {
    this.beginJob()
    this.#perRound = perRound
    this.#catalogue = null
    this.#ranked.skip.beginRound()
    this.#ranked.keep.beginRound()
  }

  /** Another list is drawn from here on, so what was answered about lists may no longer hold. */
  beginJob(): void {
    this.#answers.clear()
  }

  /** All users have had their turn: lists of a frozen model that nobody asked for this time are not kept for the next. */
  endRound(): void {
    this.beginRound()
    this.#ranked.skip.endRound()
    this.#ranked.keep.endRound()
  }

  top(k: number, { seen = 'keep' }: { seen?: Seen } = {}): Uint32Array {
    const { items, width, first } = this.blockOf(this.#user, k, seen)
    const start = (this.#user - first) * width
    let end = start + Math.min(k, width)
    while (end > start && items[end - 1] === NO_ITEM) end--
    return items.subarray(start, end)
  }

  /** The ranking of the block of users that `user` is in, at least `k` long where there are as many items. */
  blockOf(user: number, k: number, seen: Seen): RankedBlock {
    return this.#ranked[seen].blockOf(user, k)
  }

  positionOf(items: Uint32Array, { seen = 'keep' }: { seen?: Seen } = {}): Uint32Array {
    const exclude = seen === 'skip' ? this.#train : null
    return this.#answer(items, `position ${seen}`, (users, asked, k) =>
      this.#model.positionsOf(users, asked, k, exclude),
    )
  }

  at(positions: Uint32Array, { seen = 'keep' }: { seen?: Seen } = {}): Uint32Array {
    const itemsAt = this.#itemsAt
    if (itemsAt) {
      const exclude = seen === 'skip' ? this.#train : null
      return this.#answer(positions, `item ${seen}`, (users, asked, k) => itemsAt(users, asked, k, exclude))
    }
    const deepest = positions.reduce((most, at) => (at < this.#model.numItems ? Math.max(most, at) : most), 0)
    const items = this.top(deepest + 1, { seen })
    return positions.map((at) => items[at] ?? NO_ITEM)
  }

  /** Items at the positions in a declared list, for some users at once; null where the model has no way to find them. */
  itemsAt(
    { first, count }: { readonly first: number; readonly count: number },
    { items: positions, size }: WholeList,
    seen: Seen,
  ): Uint32Array | null {
    const asked = positions.subarray(first * size, (first + count) * size)
    return this.#itemsAt?.(idsFrom(first, count), asked, size, seen === 'skip' ? this.#train : null) ?? null
  }

  /** Scores of a declared list, for some users at once. */
  scoresOfList(
    { first, count }: { readonly first: number; readonly count: number },
    { items, size }: WholeList,
  ): Float32Array {
    const asked = items.subarray(first * size, (first + count) * size)
    return this.#scores(idsFrom(first, count), asked, size)
  }

  /** Scores of the whole catalogue are made for as many users at once as fit into a block. */
  scoresOf(items: Uint32Array): Float32Array {
    if (isCatalogue(items, this.#model.numItems)) return this.#catalogueOf(this.#user)
    return this.#answer(items, 'score', (users, asked, k) => this.#scores(users, asked, k))
  }

  #scores(users: Uint32Array, items: Uint32Array, k: number): Float32Array {
    const scores = this.#model.scoresOf(users, items, k)
    expectNumbers(scores, (n) => [users[Math.floor(n / k)], items[n]])
    return scores
  }

  /** For a declared list the whole round is asked at once, and the user's part is handed out. */
  #answer<A extends Uint32Array | Float32Array>(
    items: Uint32Array,
    question: string,
    ask: (users: Uint32Array, items: Uint32Array, k: number) => A,
  ): A {
    const list = this.#wholeList(items)
    if (list === null) return ask(Uint32Array.of(this.#user), items, items.length)
    const { size } = list
    const first = this.#user - (this.#user % this.#perRound)
    const key = `${question} ${first}`
    let known = this.#answers.get(key)
    if (known?.list !== list.items) {
      const count = Math.min(this.#perRound, this.#model.numUsers - first)
      const users = idsFrom(first, count)
      const values = ask(users, list.items.subarray(first * size, (first + count) * size), size).slice()
      known = { list: list.items, values }
      this.#answers.set(key, known)
    }
    const start = (items.byteOffset - list.items.byteOffset) / 4 - first * size
    return known.values.subarray(start, start + items.length) as A
  }

  #catalogueOf(user: number): Float32Array {
    const { numItems, numUsers } = this.#model
    let known = this.#catalogue
    if (known === null || user < known.first || user >= known.first + known.count) {
      const perBlock = usersPerCatalogue(numItems)
      const first = user - (user % perBlock)
      const count = Math.min(perBlock, numUsers - first)
      this.#catalogue = null // not two at a time
      known = { first, count, scores: catalogueScores(this.#model, idsFrom(first, count)) }
      expectNumbers(known.scores, (n) => [first + Math.floor(n / numItems), n % numItems])
      this.#catalogue = known
    }
    return known.scores.subarray((user - known.first) * numItems, (user - known.first + 1) * numItems)
  }
}

/** @throws NumericError for the first NaN, which has no place in any order; `of` tells the user and the item of a score. */
function expectNumbers(scores: Float32Array, of: (n: number) => readonly [user: number, item: number]): void {
  for (let n = 0; n < scores.length; n++) {
    if (scores[n] === scores[n]) continue
    const [user, item] = of(n)
    if (item === NO_ITEM) continue
    throw new NumericError(
      `a model that lists are drawn by scores item ${item} for user ${user} as NaN; expected a number for every item that it is asked for, so mend that model`,
    )
  }
}

/** Users whose scores of all items fit into a block. */
function usersPerCatalogue(numItems: number): number {
  return Math.max(1, Math.min(usersPerRound, Math.floor(blockBytes / (4 * Math.max(1, numItems)))))
}

function isCatalogue(items: Uint32Array, numItems: number): boolean {
  if (items.length !== numItems) return false
  for (let t = 0; t < items.length; t++) if (items[t] !== t) return false
  return true
}
