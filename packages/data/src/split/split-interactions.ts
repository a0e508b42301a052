import { InputError, sortRows, type Csr, type Interactions, type Split } from '@recdistill/core'
import { checkInteractions } from '../check-interactions.ts'
import { assignParts, test, train, valid } from './assign-parts.ts'
import { checkSplitRule } from './parse-split-rule.ts'
import { rowsByUser, sortByTime, type RowsByUser } from './rows-by-user.ts'
import { isRandom, type SplitRule } from './rule.ts'
import { splitHash } from './split-hash.ts'
import { timeFacts, type TimeFacts } from './time-facts.ts'
import type { FilterStep } from '../filter/filter.ts'
import type { InteractionTable } from '../read/read-interactions.ts'

/** A split together with what was known about its source and can no longer be seen in it. */
export interface DataSplit extends Split {
  readonly facts: SplitFacts
}

export interface SplitFacts {
  /** Counts as read and after each filter. */
  readonly steps: readonly FilterStep[]
  readonly time: TimeFacts | null
  /** What was assumed while reading, a line each; absent when nothing was. */
  readonly remarks?: readonly string[]
  /** Which columns were read as what; absent where the source has no names for them. */
  readonly columns?: InteractionTable['columns']
}

/** What `splitInteractions` takes: interactions, and whatever else is known about them. */
export type Splittable = Interactions & Partial<Omit<InteractionTable, keyof Interactions>>

/**
 * Divides interactions by a rule. Rows of the parts are ascending; `trainSequence` keeps time order, or else file order.
 * The seed matters only to rules that draw, and stands in the manifest only for those.
 * @throws InputError when ids, columns and counts do not fit each other, the rule needs what is not there, a pair stands twice in a
 *   part, or nothing is left to train on.
 */
export function splitInteractions(
  interactions: Splittable,
  given: SplitRule,
  { seed = 0, dataset = 'interactions' }: { seed?: number; dataset?: string } = {},
): DataSplit {
  const rule = checkSplitRule(given)
  checkInteractions(dataset, interactions)
  const { numUsers, numItems, ids = null, sources = [], steps = [], remarks, columns } = interactions
  const parts = assignParts(interactions, rule, { seed, label: dataset })
  const sequence = rowsByUser(numUsers, interactions.users)
  sortByTime(sequence, interactions.times)
  const rowsOf = (part: number) => select(sequence, interactions.items, parts, part)
  const trainSequence = rowsOf(train)
  if (trainSequence.items.length === 0)
    throw new InputError(`${dataset}: the split leaves nothing to train on; use another rule`)
  const split = {
    numUsers,
    numItems,
    train: sortRows(trainSequence),
    valid: sortRows(rowsOf(valid)),
    test: sortRows(rowsOf(test)),
  }
  for (const part of ['train', 'valid', 'test'] as const) expectNoRepeats(dataset, part, split[part], ids)
  if (rule.rule !== 'files') expectDisjoint(dataset, split, ids)
  return {
    ...split,
    trainSequence,
    ids,
    manifest: {
      dataset,
      sources,
      filters: steps.flatMap(({ filter }) => (filter ? [{ ...filter }] : [])),
      rule: { ...rule },
      seed: isRandom(rule) ? seed : null,
      counts: {
        users: numUsers,
        items: numItems,
        train: split.train.items.length,
        valid: split.valid.items.length,
        test: split.test.items.length,
      },
      hash: splitHash(split),
    },
    facts: {
      steps,
      time: timeFacts(interactions, parts),
      ...(remarks && { remarks }),
      ...(columns && { columns }),
    },
  }
}

function select({ offsets, rows }: RowsByUser, items: Uint32Array, parts: Uint8Array, part: number): Csr {
  let size = 0
  for (let n = 0; n < parts.length; n++) if (parts[n] === part) size++
  const out = { offsets: new Uint32Array(offsets.length), items: new Uint32Array(size) }
  let next = 0
  for (let u = 0; u + 1 < offsets.length; u++) {
    for (let n = offsets[u]; n < offsets[u + 1]; n++)
      if (parts[rows[n]] === part) out.items[next++] = items[rows[n]]
    out.offsets[u + 1] = next
  }
  return out
}

const advice = `add the filter { filter: 'duplicates' }`

function expectNoRepeats(dataset: string, part: string, { offsets, items }: Csr, ids: Split['ids']): void {
  for (let u = 0; u + 1 < offsets.length; u++)
    for (let n = offsets[u] + 1; n < offsets[u + 1]; n++)
      if (items[n] === items[n - 1])
        throw new InputError(
          `${dataset}: user ${ids?.users[u] ?? u} has item ${ids?.items[items[n]] ?? items[n]} twice in ${part}; ${advice}`,
        )
}

function expectDisjoint(
  dataset: string,
  split: Pick<Split, 'numItems' | 'train' | 'valid' | 'test'>,
  ids: Split['ids'],
): void {
  const users = split.train.offsets.length - 1
  const owner = new Uint32Array(split.numItems) // user + 1 who was last seen with the item
  for (let u = 0; u < users; u++)
    for (const part of [split.train, split.valid, split.test])
      for (let n = part.offsets[u]; n < part.offsets[u + 1]; n++) {
        const item = part.items[n]
        if (owner[item] === u + 1)
          throw new InputError(
            `${dataset}: user ${ids?.users[u] ?? u} has item ${ids?.items[item] ?? item} twice, in two parts; ${advice}`,
          )
        owner[item] = u + 1
      }
}
