import type { Recommendation } from '@recdistill/serve'

/** An entry of a list beside another list. Places count from 1. */
export interface Placed extends Recommendation {
  readonly place: number
  /** In the other list; null where it is not there. */
  readonly elsewhere: number | null
}

export interface Comparison {
  readonly left: readonly Placed[]
  readonly right: readonly Placed[]
  /** How many items both lists have. */
  readonly shared: number
}

/** Two lists side by side: for every item its place in the other one. */
export function compareLists(left: readonly Recommendation[], right: readonly Recommendation[]): Comparison {
  const inLeft = places(left)
  const inRight = places(right)
  return {
    left: place(left, inRight),
    right: place(right, inLeft),
    shared: left.filter(({ item }) => inRight.has(item)).length,
  }
}

/** How an entry differs from the other list, in a word. */
export function markOf({ place, elsewhere }: Placed): {
  kind: 'same' | 'higher' | 'lower' | 'only'
  text: string
} {
  if (elsewhere === null) return { kind: 'only', text: 'only here' }
  if (elsewhere === place) return { kind: 'same', text: '=' }
  return elsewhere > place
    ? { kind: 'higher', text: `▲ ${elsewhere - place}` }
    : { kind: 'lower', text: `▼ ${place - elsewhere}` }
}

function places(list: readonly Recommendation[]): Map<string, number> {
  return new Map(list.map(({ item }, at) => [item, at + 1]))
}

function place(list: readonly Recommendation[], other: ReadonlyMap<string, number>): Placed[] {
  return list.map((entry, at) => ({ ...entry, place: at + 1, elsewhere: other.get(entry.item) ?? null }))
}
