import { NO_ITEM } from '@recdistill/core'
import type { Shown } from './beyond/shown.ts'
import type { EvalSplit } from './eval-split.ts'
import { beyondNames, metrics } from './registry.ts'

/** Counts what is recommended, list by list, for the metrics beyond accuracy. */
export interface ShownCollector {
  /** Takes a user's list: `items[from .. from + length)`, best first. */
  add(user: number, items: Uint32Array, from: number, length: number): void
  /** By `name@k`. */
  values(): Record<string, number>
}

export function collectShown(
  split: EvalSplit,
  popularity: Uint32Array,
  ks: readonly number[],
): ShownCollector {
  const { offsets, items: trained } = split.train
  const ascending = [...ks].sort((a, b) => a - b)
  const cuts = ascending.map((k) => ({
    k,
    counts: new Uint32Array(split.numItems),
    lists: 0,
    profiles: 0,
    users: 0,
  }))
  return {
    add: (user, items, from, length) => {
      const profile = offsets[user + 1] - offsets[user]
      let taken = 0
      for (let at = offsets[user]; at < offsets[user + 1]; at++) taken += popularity[trained[at]]
      let place = 0
      let met = 0
      for (const cut of cuts) {
        // Counts up to a smaller cut-off are added to the larger ones at the end.
        for (; place < Math.min(cut.k, length); place++) {
          const item = items[from + place]
          if (item === NO_ITEM) break
          cut.counts[item]++
          met += popularity[item]
        }
        if (profile === 0 || place === 0) continue
        cut.lists += met / place
        cut.profiles += taken / profile
        cut.users++
      }
    },
    values: () => {
      const out: Record<string, number> = {}
      const counts = new Uint32Array(split.numItems)
      for (const cut of cuts) {
        for (let item = 0; item < counts.length; item++) counts[item] += cut.counts[item]
        const shown: Shown = {
          counts,
          popularity,
          numUsers: split.numUsers,
          listPopularity: cut.users === 0 ? 0 : cut.lists / cut.users,
          profilePopularity: cut.users === 0 ? 0 : cut.profiles / cut.users,
        }
        for (const name of beyondNames) {
          const metric = metrics[name]
          if (metric.kind === 'beyond') out[`${name}@${cut.k}`] = metric.of(shown)
        }
      }
      return out
    },
  }
}
