import { InputError, unionRows, type Csr, type Part, type Split } from '@recdistill/core'

/** What an evaluation reads of a split; every `Split` is one, and `splitFromLists` makes one from plain lists. */
export type EvalSplit = Pick<Split, 'numUsers' | 'numItems' | 'train' | 'valid' | 'test' | 'ids'>

/** Things worked out once for a split and kept as long as it lives, so that every epoch's evaluation starts at once. */
export interface SplitViews {
  /** Training interactions of each item. [items] */
  readonly popularity: Uint32Array
  /** Rows that may not be recommended: the same object each time, so that a ranker can keep what it made of it. */
  mask(parts: readonly Part[]): Csr | null
  /** The truth of a part, divided into items met in training and items never met there. */
  truth(part: 'valid' | 'test'): { readonly warm: Csr; readonly cold: Csr }
  /** Makes a value at its first use, and gives it again after that. */
  once<T>(key: string, make: () => T): T
}

const known = new WeakMap<EvalSplit, SplitViews>()

/** The views of `split`. Throws InputError when its parts are not about the same users and items. */
export function viewsOf(split: EvalSplit): SplitViews {
  let views = known.get(split)
  if (views === undefined) {
    views = makeViews(split)
    known.set(split, views)
  }
  return views
}

function makeViews(split: EvalSplit): SplitViews {
  for (const part of ['train', 'valid', 'test'] as const) checkPart(split, part)
  const popularity = new Uint32Array(split.numItems)
  for (const item of split.train.items) popularity[item]++
  const made = new Map<string, unknown>()
  const once = <T>(key: string, make: () => T): T => {
    if (!made.has(key)) made.set(key, make())
    return made.get(key) as T
  }
  return {
    popularity,
    once,
    mask: (parts) => {
      const distinct = [...new Set(parts)].sort()
      if (distinct.length === 0) return null
      return once(`mask ${distinct.join()}`, () => distinct.map((part) => split[part]).reduce(unionRows))
    },
    truth: (part) =>
      once(`truth ${part}`, () => ({
        warm: keepItems(split[part], (item) => popularity[item] > 0),
        cold: keepItems(split[part], (item) => popularity[item] === 0),
      })),
  }
}

function keepItems({ offsets, items }: Csr, keep: (item: number) => boolean): Csr {
  const kept = new Uint32Array(items.length)
  const starts = new Uint32Array(offsets.length)
  let n = 0
  for (let u = 0; u + 1 < offsets.length; u++) {
    for (let at = offsets[u]; at < offsets[u + 1]; at++) if (keep(items[at])) kept[n++] = items[at]
    starts[u + 1] = n
  }
  return { offsets: starts, items: kept.slice(0, n) }
}

function checkPart({ numUsers, numItems, ...parts }: EvalSplit, part: Part): void {
  const { offsets, items } = parts[part]
  if (offsets.length !== numUsers + 1)
    throw new InputError(
      `evaluate: the split has ${numUsers} users but its ${part} part has ${offsets.length - 1}; make all parts over the same users`,
    )
  if (offsets[numUsers] !== items.length)
    throw new InputError(
      `evaluate: the ${part} part ends at ${offsets[numUsers]} but holds ${items.length} items; its offsets are damaged`,
    )
  for (let user = 0; user < numUsers; user++)
    for (let at = offsets[user]; at < offsets[user + 1]; at++) {
      if (items[at] >= numItems)
        throw new InputError(
          `evaluate: item ${items[at]} of the ${part} part is outside the catalogue of ${numItems} items`,
        )
      if (at > offsets[user] && items[at] <= items[at - 1])
        throw new InputError(
          `evaluate: the ${part} part has item ${items[at]} of user ${user} after ${items[at - 1]}; sort its rows, each item once`,
        )
    }
}
