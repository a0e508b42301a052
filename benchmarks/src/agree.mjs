import { readFloats, readIds } from './columns.mjs'

const tolerance = 1e-4

/** Compares two contenders' answers to one scenario. Returns what was found; throws when they do not do the same work. */
export function compareAnswers(scenario, folder, ours, theirs) {
  const { kind, k, dim, params } = scenario
  if (kind === 'rank') return { ranking: compareRankings(folder, k, dim) }
  const found = { losses: compareLosses(ours.losses.flat(), theirs.losses.flat()) }
  if (kind === 'step' || kind === 'sequence') return { ...found, tables: compareTables(folder) }
  if (kind === 'cd' || kind === 'de') return found
  const order = compareOrders(readIds(folder, 'ours-order'), readIds(folder, 'torch-order'), params.M)
  if (kind !== 'rce-kd') return { ...found, order }
  return { ...found, order, gamma: within('gamma', folder, 1e-6) }
}

/**
 * First epochs of both sides, each with its own draws: their mean losses must be near, or one side does less work.
 * Ours come per row, the peers' as sums.
 */
export function compareEpochs({ kind, pairs, distinctRows }, ours, theirs) {
  const rows = { base: pairs, kd: kind === 'rce-kd' || kind === 'cd' ? pairs : distinctRows }
  const off = (of) => Math.abs((ours.loss[of] * rows[of]) / theirs.loss[of] - 1)
  const found = { base: off('base'), kd: off('kd'), tolerance: 0.03 }
  if (!(Math.max(found.base, found.kd) <= found.tolerance))
    throw new Error(`first epochs differ: base by ${found.base}, distillation by ${found.kd} of the loss`)
  return found
}

/** Largest relative difference of losses. */
function compareLosses(ours, theirs) {
  if (ours.length !== theirs.length)
    throw new Error(`${ours.length} losses here, ${theirs.length} at the peer`)
  const worst = Math.max(...ours.map((loss, n) => Math.abs(loss - theirs[n]) / Math.abs(theirs[n])))
  if (!(worst <= tolerance)) throw new Error(`losses differ by ${worst}, expected at most ${tolerance}`)
  return { compared: ours.length, worst, tolerance }
}

/** Mean difference of parameters after the steps, relative to their mean size. Adam turns rounding of tiny gradients into whole steps in single places, so the mean counts. */
function compareTables(folder) {
  const relative = ['users', 'items'].map((name) => {
    const [ours, theirs] = [readFloats(folder, `ours-${name}`), readFloats(folder, `torch-${name}`)]
    let difference = 0
    let size = 0
    for (let n = 0; n < ours.length; n++) {
      difference += Math.abs(ours[n] - theirs[n])
      size += Math.abs(theirs[n])
    }
    return difference / size
  })
  const worst = Math.max(...relative)
  if (!(worst <= 1e-3)) throw new Error(`tables differ by ${worst} of their size after the same steps`)
  return { worst, tolerance: 1e-3 }
}

/** The same items at the same places, except where scores are equal up to rounding. */
function compareRankings(folder, k, dim) {
  const items = [readIds(folder, 'ours-items'), readIds(folder, 'torch-items')]
  const scores = [readFloats(folder, 'ours-scores'), readFloats(folder, 'torch-scores')]
  const rounding = dim * 2 ** -22
  let swapped = 0
  for (let n = 0; n < items[0].length; n++) {
    const gap = Math.abs(scores[0][n] - scores[1][n]) / Math.max(1e-3, Math.abs(scores[1][n]))
    if (!(gap <= rounding))
      throw new Error(`place ${n % k} of user ${Math.floor(n / k)}: scores differ by ${gap}`)
    if (items[0][n] !== items[1][n]) swapped++
  }
  const share = swapped / items[0].length
  if (share > 0.01) throw new Error(`${100 * share} % of places hold another item`)
  return { places: items[0].length, swapped }
}

/** Rows as sets: only items next to the cut may differ, by rounding. */
function compareOrders(ours, theirs, k) {
  let differing = 0
  for (let n = 0; n < ours.length; n += k) {
    const row = new Set(theirs.subarray(n, n + k))
    for (let j = n; j < n + k; j++) if (!row.has(ours[j])) differing++
  }
  const share = differing / ours.length
  if (share > 0.002) throw new Error(`${100 * share} % of ranked items differ`)
  return { items: ours.length, differing }
}

function within(name, folder, limit) {
  const [ours, theirs] = [readFloats(folder, `ours-${name}`), readFloats(folder, `torch-${name}`)]
  const worst = ours.reduce((most, value, n) => Math.max(most, Math.abs(value - theirs[n])), 0)
  if (!(worst <= limit)) throw new Error(`${name} differs by ${worst}, expected at most ${limit}`)
  return { worst, tolerance: limit }
}
