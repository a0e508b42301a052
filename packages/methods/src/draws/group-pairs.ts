import { NO_ITEM, type Rng } from '@recdistill/plugin'
import {
  bestByScore,
  clearMarks,
  createMarks,
  drawAhead,
  drawBehind,
  groupQuotas,
  NO_GROUP,
  popularityGroups,
  type PopularityGroups,
  type Row,
} from '@recdistill/samplers'

/** Groups of items, and how much of each a user gets. */
export interface GroupPlan extends PopularityGroups {
  /** Pairs drawn per user. [groups] */
  readonly quotas: readonly number[]
  /** Candidates per user. [groups] */
  readonly depths: readonly number[]
  /** Of the draw by position. */
  readonly T: number
}

export interface GroupOptions {
  readonly G: number
  readonly exponent: number
  readonly size: number
  readonly depth: number
  readonly T: number
}

/** @param counts Training interactions of each item. */
export function planGroups(counts: Uint32Array, { G, exponent, size, depth, T }: GroupOptions): GroupPlan {
  const { groups, groupOf } = popularityGroups(counts, G)
  const quotas = groupQuotas(groups, counts, { size, exponent })
  // A position beyond comes once in 10^10 draws.
  const reach = Math.min(depth, Math.max(2, Math.ceil(23 * T)))
  return { groups, groupOf, quotas, depths: groups.map((items) => Math.min(reach, items.length)), T }
}

/** How many times as many items as are wanted are asked for in one list; groups that stay short of it are scored by themselves. */
const AMPLE = 4

const seen = createMarks()
let open = new Uint32Array(0)

/** A user's unseen items of each group in teacher order, cut to its depth: one group behind the other. */
export function listCandidates({ groups, groupOf, depths }: GroupPlan, row: Row, out: Uint32Array): void {
  const order = row.teacher.top(Math.min(row.numItems, AMPLE * out.length), { seen: 'skip' })
  const isWhole = order.length === row.numItems - row.seen.length
  const found = new Uint32Array(groups.length)
  const begin = new Uint32Array(groups.length)
  for (let g = 1; g < groups.length; g++) begin[g] = begin[g - 1] + depths[g - 1]
  for (let t = 0; t < order.length; t++) {
    const g = groupOf[order[t]]
    if (g !== NO_GROUP && found[g] < depths[g]) out[begin[g] + found[g]++] = order[t]
  }
  let place = 0
  for (let g = 0; g < groups.length; g++) {
    if (!isWhole && found[g] < depths[g])
      found[g] = scoreGroup(groups[g], row, out.subarray(begin[g], begin[g] + depths[g]))
    out.copyWithin(place, begin[g], begin[g] + found[g])
    place += found[g]
  }
  out.fill(NO_ITEM, place)
}

/** The same for one group, whatever its items' places among all. */
function scoreGroup(group: Uint32Array, row: Row, out: Uint32Array): number {
  const stamp = clearMarks(seen, row.numItems)
  for (let n = 0; n < row.seen.length; n++) seen.stamps[row.seen[n]] = stamp
  if (open.length < group.length) open = new Uint32Array(group.length)
  let count = 0
  for (let n = 0; n < group.length; n++) if (seen.stamps[group[n]] !== stamp) open[count++] = group[n]
  const items = open.subarray(0, count)
  return bestByScore(items, row.teacher.scoresOf(items), out)
}

const starts: number[] = []

/** Where each group's candidates begin; one number more than groups. */
function boundaries({ groups, groupOf }: GroupPlan, candidates: Uint32Array): readonly number[] {
  let end = 0
  for (let g = 0; g < groups.length; g++) {
    starts[g] = end
    while (end < candidates.length && candidates[end] !== NO_ITEM && groupOf[candidates[end]] === g) end++
  }
  starts[groups.length] = end
  return starts
}

/** The preferred item of each pair, group by group; groups with fewer than two candidates are left out. */
export function drawPreferred(plan: GroupPlan, candidates: Uint32Array, out: Uint32Array, rng: Rng): void {
  const from = boundaries(plan, candidates)
  let place = 0
  plan.quotas.forEach((quota, g) => {
    const n = from[g + 1] - from[g]
    if (n < 2) return
    for (let drawn = 0; drawn < quota; drawn++) out[place++] = candidates[from[g] + drawAhead(n, plan.T, rng)]
  })
}

/** The partner of each preferred item: of the same group, behind it. */
export function drawOther(
  plan: GroupPlan,
  candidates: Uint32Array,
  preferred: Uint32Array,
  out: Uint32Array,
  rng: Rng,
): void {
  const from = boundaries(plan, candidates)
  for (let place = 0; place < preferred.length && preferred[place] !== NO_ITEM; place++) {
    const g = plan.groupOf[preferred[place]]
    let ahead = 0 // most preferred items are among the first
    while (candidates[from[g] + ahead] !== preferred[place]) ahead++
    out[place] = candidates[from[g] + drawBehind(ahead, from[g + 1] - from[g], plan.T, rng)]
  }
}

/** How many items of its group the user has seen, for each preferred item. */
export function countSeenOfGroup(
  { groups, groupOf }: GroupPlan,
  row: Row,
  preferred: Uint32Array,
  out: Float32Array,
): void {
  const counts = new Float32Array(groups.length)
  for (let n = 0; n < row.seen.length; n++) counts[groupOf[row.seen[n]]]++
  for (let place = 0; place < preferred.length && preferred[place] !== NO_ITEM; place++)
    out[place] = counts[groupOf[preferred[place]]]
}
