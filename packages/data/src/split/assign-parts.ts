import { createRng, InputError, type Interactions, type Rng } from '@recdistill/core'
import { rowsByUser, sortByTime } from './rows-by-user.ts'
import type { SplitRule } from './rule.ts'

export const train = 0
export const valid = 1
export const test = 2

/** Which part each interaction goes to: 0 train, 1 valid, 2 test. [interactions] */
export function assignParts(
  interactions: Interactions & { readonly parts?: Uint8Array },
  rule: SplitRule,
  { seed, label }: { seed: number; label: string },
): Uint8Array {
  switch (rule.rule) {
    case 'ratio':
      return cutEachUser(interactions, rule.order, seed, label, ratioCuts(rule.ratios, rule.rest))
    case 'leave-one-out':
      return cutEachUser(interactions, rule.pick, seed, label, lastCuts(1))
    case 'leave-last':
      return inOrder(rule, cutEachUser(interactions, rule.order, seed, label, lastCuts(rule.n)))
    case 'user-groups':
      return inGroups(
        interactions,
        cutEachUser(interactions, 'random', seed, label, heldCuts(rule.held)),
        rule.valid,
        seed,
      )
    case 'time':
      return cutAtMoments(interactions, rule, label)
    case 'files':
      return fromFiles(interactions, rule.valid, seed, label)
  }
}

function inOrder({ validLast }: SplitRule & { rule: 'leave-last' }, parts: Uint8Array): Uint8Array {
  return validLast ? parts.map((part) => (part === train ? train : part === valid ? test : valid)) : parts
}

/** What users of a group of `share` of them, drawn at random, hold out is for validation. */
function inGroups(
  { numUsers, users }: Interactions,
  parts: Uint8Array,
  share: number,
  seed: number,
): Uint8Array {
  const order = Uint32Array.from({ length: numUsers }, (_, user) => user)
  createRng(seed).fork('groups').shuffle(order)
  const validating = new Uint8Array(numUsers)
  for (const user of order.subarray(0, Math.floor(share * numUsers + 1e-9))) validating[user] = 1
  return parts.map((part, n) => (part === test && validating[users[n]] ? valid : part))
}

/** Where a list of `m` is cut: train is [0, a), valid [a, b), test [b, m). */
type Cuts = (m: number) => readonly [a: number, b: number]

/**
 *     a = max(floor(r1 m), 1)    b = max(floor((r1 + r2) m), a)
 *
 * For 8:1:1 this is the rule of the RCE-KD data sets (spec 6.1). The small term keeps 0.7 + 0.2 from falling below 9 of 10.
 * Where training gets the rest, floor(r2 m) and floor(r3 m) are held out, as in the data sets of HetComp (spec 6.6).
 */
export function ratioCuts(
  [r1, r2, r3]: readonly [number, number, number],
  rest: 'test' | 'train' = 'test',
): Cuts {
  const floor = (x: number) => Math.floor(x + 1e-9)
  return (m) => {
    if (rest === 'train') {
      const b = m - Math.min(floor(r3 * m), Math.max(0, m - 1))
      return [b - Math.min(floor(r2 * m), Math.max(0, b - 1)), b]
    }
    const a = Math.max(floor(r1 * m), 1)
    return [a, Math.max(floor((r1 + r2) * m), a)]
  }
}

/** The last n are test, the n before them valid; one at least stays for training, then test comes before valid. */
export function lastCuts(n: number): Cuts {
  return (m) => {
    const tested = Math.min(n, Math.max(0, m - 1))
    const validated = Math.min(n, Math.max(0, m - 1 - tested))
    return [m - tested - validated, m - tested]
  }
}

/** A share of the list, rounded up, is test; one at least stays for training (UnKD, spec 6.6). */
export function heldCuts(share: number): Cuts {
  return (m) => {
    const a = m - Math.min(Math.ceil(share * m - 1e-9), Math.max(0, m - 1))
    return [a, a]
  }
}

function cutEachUser(
  { numUsers, users, items, times }: Interactions,
  order: 'file' | 'time' | 'last' | 'random',
  seed: number,
  label: string,
  cuts: Cuts,
): Uint8Array {
  if (order === 'time' && !times)
    throw new InputError(`${label}: a split in order of time needs times; use order file or random`)
  const byUser = rowsByUser(numUsers, users)
  if (order === 'time' || order === 'last') sortByTime(byUser, times)
  const { offsets, rows } = byUser
  const rng = createRng(seed).fork('split')
  const parts = new Uint8Array(users.length)
  for (let u = 0; u < numUsers; u++) {
    const row = rows.subarray(offsets[u], offsets[u + 1])
    if (order === 'random') shuffleByItem(row, items, rng.at(u))
    const [a, b] = cuts(row.length)
    for (let n = a; n < row.length; n++) parts[row[n]] = n < b ? valid : test
  }
  return parts
}

/** Interactions at the very moment of a cut fall behind it, so no moment is on both sides. */
function cutAtMoments(
  { times }: Interactions,
  rule: SplitRule & { rule: 'time' },
  label: string,
): Uint8Array {
  if (!times) throw new InputError(`${label}: a split by time needs times; use ratio or loo:random`)
  const [first, second] = rule.by === 'moment' ? rule.cuts : momentsOf(times, rule.cuts)
  return Uint8Array.from(times, (time) => (time < first ? train : time < second ? valid : test))
}

function momentsOf(times: Float64Array, shares: readonly [number, number]): [number, number] {
  const sorted = times.slice().sort()
  const at = (share: number) => {
    const place = Math.floor(share * sorted.length + 1e-9)
    return place < sorted.length ? sorted[place] : Infinity
  }
  return [at(shares[0]), at(shares[1])]
}

function fromFiles(
  { numUsers, users, items, parts }: Interactions & { readonly parts?: Uint8Array },
  share: number,
  seed: number,
  label: string,
): Uint8Array {
  if (!parts)
    throw new InputError(
      `${label}: the rule "files" needs files for train and test; give them, or use another rule`,
    )
  const out = parts.slice()
  if (share === 0) return out
  if (parts.includes(valid))
    throw new InputError(`${label}: there is a validation file already; leave the share of "files" out`)
  const { offsets, rows } = rowsByUser(numUsers, users)
  const rng = createRng(seed).fork('valid')
  for (let u = 0; u < numUsers; u++) {
    const row = rows.subarray(offsets[u], offsets[u + 1]).filter((n) => parts[n] === train)
    shuffleByItem(row, items, rng.at(u))
    const taken = Math.min(Math.floor(share * row.length + 1e-9), row.length - 1)
    for (let n = 0; n < taken; n++) out[row[n]] = valid
  }
  return out
}

/** From the order of items on, so that a random split is the same whatever the order of the file. */
function shuffleByItem(row: Uint32Array, items: Uint32Array, rng: Rng): void {
  row.sort((a, b) => items[a] - items[b] || a - b)
  rng.shuffle(row)
}
