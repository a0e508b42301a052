import { NO_ITEM, type Rng } from '@recdistill/plugin'
import {
  bestByScore,
  clearMarks,
  createMarks,
  drawAhead,
  drawBehind,
  groupQuotas,
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

const seen = createMarks()
let open = new Uint32Array(0)

/** A user's unseen items of each group in teacher order, cut to its depth: one group behind the other. */
export function listCandidates({ groups, depths }: GroupPlan, row: Row, out: Uint32Array): void {
  const stamp = clearMarks(seen, row.numItems)
  for (let n = 0; n < row.seen.length; n++) seen.stamps[row.seen[n]] = stamp
  if (open.length < row.numItems) open = new Uint32Array(row.numItems)
  let place = 0
  for (let g = 0; g < groups.length; g++) {
    let count = 0
    for (let n = 0; n < groups[g].length; n++)
      if (seen.stamps[groups[g][n]] !== stamp) open[count++] = groups[g][n]
    const items = open.subarray(0, count)
    place += bestByScore(items, row.teacher.scoresOf(items), out.subarray(place, place + depths[g]))
  }
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
