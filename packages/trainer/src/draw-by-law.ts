import type { Csr } from '@recdistill/core'
import type { Draws, DrawnUsers, ItemRows } from '@recdistill/engine'
import { raceOverPositions, type ListLaw, type RankedPart, type ValueLaw } from '@recdistill/samplers'
import type { RankedModel, WholeList } from './ranked-model.ts'

/** What laws are carried out with. */
export interface LawSources {
  readonly draws: Draws
  readonly train: Csr
  readonly numItems: number
  readonly teacher: RankedModel
  readonly student: RankedModel
  list(name: string): WholeList
  value(name: string): Float32Array
}

/** A list or value of all users. [users, size] */
interface Filled<A> {
  readonly data: A
  readonly size: number
}

/** Draws a list of some users by its law. @returns The users whose list its program must draw. */
export function drawByLaw(
  law: ListLaw,
  { data, size }: Filled<Uint32Array>,
  users: DrawnUsers,
  sources: LawSources,
): Uint32Array {
  const { draws, numItems, train } = sources
  const open = { numItems, seen: train }
  return byPiece(users, partsOf(law), sources, (piece, [from]) => {
    const out = rowsOf(data, size, piece)
    const rowsOfList = (name: string): ItemRows => {
      const list = sources.list(name)
      return { items: rowsOf(list.items, list.size, piece), width: list.size }
    }
    switch (law.kind) {
      case 'first':
        return draws.first(piece, from, out, size)
      case 'byPosition': {
        const n = Math.min(law.from.k, from.width)
        return draws.byPosition(piece, from, raceOverPositions(n, Math.min(size, n), law.T), out, size)
      }
      case 'except':
        return draws.except(piece, open, from, Math.min(law.from.k, from.width), out, size)
      case 'bestOfTwo':
        return draws.bestOfTwo(piece, open, law.n, law.T, out, size)
      case 'at': {
        const items = sources[law.of].itemsAt(piece, sources.list(law.positions), law.seen)
        if (items === null) return everyone(piece)
        out.set(items)
        return new Uint32Array(0)
      }
      case 'byCorrection': {
        const correction = sources.value(law.correction)
        const n = law.from.k
        if (from.width < n) return everyone(piece)
        return draws.byCorrection(piece, from, n, rowsOf(correction, n, piece), law.sign, out, size)
      }
      case 'nearlyClosed': {
        const [wanted, closed] = [rowsOfList(law.wanted), rowsOfList(law.closed)]
        const n = Math.min(law.from.k, from.width)
        return draws.nearlyClosed(piece, from, n, { ...law, wanted, closed, numItems }, out, size)
      }
    }
  })
}

/** Fills a value of some users by its law. @returns The users whose value its program must fill. */
export function fillByLaw(
  law: ValueLaw,
  { data, size }: Filled<Float32Array>,
  users: DrawnUsers,
  sources: LawSources,
): Uint32Array {
  const { draws, numItems } = sources
  return byPiece(users, partsOf(law), sources, (piece, [from, ranked]) => {
    const out = rowsOf(data, size, piece)
    switch (law.kind) {
      case 'overlap': {
        const [list, other] = [law.list, law.other].map((name) => {
          const { items, size: width } = sources.list(name)
          return { items: rowsOf(items, width, piece), width }
        })
        return draws.overlap(piece, list, law.places, other, numItems, law.table, out)
      }
      case 'byPlace': {
        if (from.width < law.from.k) return everyone(piece)
        return draws.byPlace(piece, from, law.from.k, ranked, law.ranked.k, numItems, law.table, out)
      }
    }
  })
}

function partsOf(law: ListLaw | ValueLaw): readonly RankedPart[] {
  if (law.kind === 'byPlace') return [law.from, law.ranked]
  return 'from' in law ? [law.from] : []
}

/** Rankings are held in blocks of users: one call for every stretch of users that are in one block of all of them. */
function byPiece(
  { first, count, key }: DrawnUsers,
  parts: readonly RankedPart[],
  sources: LawSources,
  run: (piece: DrawnUsers, rankings: readonly ItemRows[]) => Uint32Array,
): Uint32Array {
  const end = first + count
  const left: Uint32Array[] = []
  for (let at = first; at < end;) {
    // what is asked for longest comes first: a longer ranking replaces a shorter one
    const blocks = parts.map(({ of, k, seen }) => sources[of].blockOf(at, k, seen))
    const until = blocks.reduce((least, block) => Math.min(least, block.first + block.count), end)
    const piece = { first: at, count: until - at, key }
    const rankings = blocks.map(({ items, width, first: from }) => ({
      items: items.subarray((at - from) * width, (until - from) * width),
      width,
    }))
    left.push(run(piece, rankings))
    at = until
  }
  return left.length === 1 ? left[0] : Uint32Array.from(left.flatMap((users) => [...users]))
}

function rowsOf<A extends Uint32Array | Float32Array>(
  data: A,
  size: number,
  { first, count }: DrawnUsers,
): A {
  return data.subarray(first * size, (first + count) * size) as A
}

function everyone({ first, count }: DrawnUsers): Uint32Array {
  return Uint32Array.from({ length: count }, (_, n) => first + n)
}
