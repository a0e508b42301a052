import type { Csr } from '@recdistill/core'
import type { Draws, DrawnUsers, Engine, ItemRows } from '@recdistill/engine'
import type { ListPart, OrderedItems } from '@recdistill/samplers'
import { idsFrom, type RankedBlock } from './ranked-blocks.ts'
import type { RankedModel, WholeList } from './ranked-model.ts'

/** What laws are carried out with. */
export interface LawSources {
  /** Lends memory for lists that are put in order. */
  readonly engine: Pick<Engine, 'makeIds' | 'release'>
  readonly draws: Draws
  readonly train: Csr
  readonly numItems: number
  readonly teacher: RankedModel
  readonly student: RankedModel
  list(name: string): WholeList
  value(name: string): Float32Array
}

/** Rows of items, and how many of them a law asks for. */
export interface AskedRows extends ItemRows {
  readonly asked: number
}

/**
 * Runs a draw for users with the items that its law names. Rankings are held in blocks of users, so there is one run for every
 * stretch of users that are in one block of all of them.
 *
 * @returns The users that are left to the program: all, where a draw for a batch asks a model, which its program refuses to do.
 */
export function withItems(
  users: DrawnUsers,
  parts: readonly OrderedItems[],
  sources: LawSources,
  run: (piece: DrawnUsers, items: readonly AskedRows[]) => Uint32Array,
): Uint32Array {
  if (users.ids) {
    const lists = parts.filter(isAsDrawn)
    if (lists.length < parts.length) return users.ids
    return run(
      users,
      lists.map(({ list }) => rowsOfList(list, users, sources)),
    )
  }
  const end = users.first + users.count
  const left: Uint32Array[] = []
  for (let at = users.first; at < end;) {
    // what is asked for longest comes first: a longer ranking replaces a shorter one
    const blocks = parts.map((part) => ('k' in part ? sources[part.of].blockOf(at, part.k, part.seen) : null))
    const ends = blocks.map((block) => (block ? block.first + block.count : end))
    const piece = { ...users, first: at, count: Math.min(end, ...ends) - at }
    const items = parts.map((part, n) => itemsOf(part, blocks[n], piece, sources))
    try {
      left.push(run(piece, items), ...items.map(({ unsure }) => unsure))
    } finally {
      for (const { lent } of items) if (lent) sources.engine.release(lent)
    }
    at += piece.count
  }
  return union(left)
}

/** Rows of a list as it stands. */
export function rowsOfList(name: string, users: DrawnUsers, { list }: LawSources): AskedRows {
  const { items, size } = list(name)
  return { items: rowsOf(items, size, users), width: size, asked: size }
}

/** What an array of all users holds of some consecutive ones. */
export function rowsOf<A extends Uint32Array | Float32Array>(
  data: A,
  size: number,
  { first, count }: DrawnUsers,
): A {
  return data.subarray(first * size, (first + count) * size) as A
}

export function everyone({ first, count, ids }: DrawnUsers): Uint32Array {
  return ids ?? idsFrom(first, count)
}

const nobody = new Uint32Array(0)

interface ItemsOfPart extends AskedRows {
  /** Users whose items only the program can put in order. */
  readonly unsure: Uint32Array
  /** Memory of the engine to be given back. */
  readonly lent: Uint32Array | null
}

function itemsOf(
  part: OrderedItems,
  block: RankedBlock | null,
  piece: DrawnUsers,
  sources: LawSources,
): ItemsOfPart {
  const plain = { unsure: nobody, lent: null }
  if ('k' in part) {
    const { items, width, first } = block as RankedBlock
    return {
      ...plain,
      items: rowsOf(items, width, { ...piece, first: piece.first - first }),
      width,
      asked: part.k,
    }
  }
  const list = rowsOfList(part.list, piece, sources)
  if (part.of === undefined) return { ...plain, ...list }
  const scores = sources[part.of].scoresOfList(piece, sources.list(part.list))
  const items = sources.engine.makeIds(list.items.length)
  const unsure = sources.draws.inOrder(piece, list, scores, items)
  return { ...list, items, unsure, lent: items }
}

function isAsDrawn(part: OrderedItems): part is ListPart {
  return 'list' in part && part.of === undefined
}

/** Every user once. */
function union(parts: readonly Uint32Array[]): Uint32Array {
  const some = parts.filter(({ length }) => length > 0)
  if (some.length < 2) return some[0] ?? nobody
  return Uint32Array.from(new Set(some.flatMap((users) => [...users])))
}
