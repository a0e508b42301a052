import type { DrawnUsers } from '@recdistill/engine'
import { raceOverPositions, type ListLaw, type OrderedItems, type ValueLaw } from '@recdistill/samplers'
import { everyone, rowsOf, rowsOfList, withItems, type LawSources } from './law-items.ts'

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
  if (users.ids && law.kind === 'at') return users.ids
  return withItems(users, partsOf(law), sources, (piece, [from]) => {
    const out = rowsOf(data, size, piece)
    switch (law.kind) {
      case 'first':
        return draws.first(piece, from, out, size)
      case 'byPosition': {
        const n = Math.min(from.asked, from.width)
        const race = raceOverPositions(n, Math.min(size, n), law.T)
        const { keepDrawOrder = false } = law
        return draws.byPosition(piece, from, race, { keepDrawOrder }, out, size)
      }
      case 'except':
        return draws.except(piece, open, from, Math.min(from.asked, from.width), out, size)
      case 'unseen':
        return draws.unseen(piece, open, out, size)
      case 'bestOfTwo':
        return draws.bestOfTwo(piece, open, law.n, { T: law.T, distinct: law.distinct ?? false }, out, size)
      case 'at': {
        const items = sources[law.of].itemsAt(piece, sources.list(law.positions), law.seen)
        if (items === null) return everyone(piece)
        out.set(items)
        return new Uint32Array(0)
      }
      case 'byCorrection': {
        const correction = sources.value(law.correction)
        const n = from.asked
        if (from.width < n) return everyone(piece)
        return draws.byCorrection(piece, from, n, rowsOf(correction, n, piece), law, out, size)
      }
      case 'nearlyClosed': {
        const [wanted, closed] = [law.wanted, law.closed].map((name) => rowsOfList(name, piece, sources))
        const n = Math.min(from.asked, from.width)
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
  return withItems(users, partsOf(law), sources, (piece, [from, ranked]) => {
    const out = rowsOf(data, size, piece)
    switch (law.kind) {
      case 'overlap': {
        const [list, other] = [law.list, law.other].map((name) => rowsOfList(name, piece, sources))
        return draws.overlap(piece, list, law.places, other, numItems, law.table, out)
      }
      case 'byPlace': {
        if (from.width < from.asked) return everyone(piece)
        return draws.byPlace(piece, from, from.asked, ranked, ranked.asked, numItems, law.table, out)
      }
    }
  })
}

function partsOf(law: ListLaw | ValueLaw): readonly OrderedItems[] {
  if (law.kind === 'byPlace') return [law.from, law.ranked]
  return 'from' in law ? [law.from] : []
}
