/** Named performance scenarios: sizes of CiteULike-t where no other data set is named, hyper-parameters of the papers' authors for it (spec 4.2, 4.5). */

const training = { batch: 2048, lr: 1e-3 }
const distilled = { ...training, dim: 20, teacherDim: 400, weightDecay: 1e-5 }

const step = (dim) => ({ kind: 'step', ...training, dim, weightDecay: 1e-3 })
/** A step walks the graph three times forth and three times back. */
const lightgcn = (dataset) => ({
  kind: 'step',
  backbone: 'lightgcn',
  dataset,
  layers: 3,
  steps: 16,
  ...training,
  dim: 64,
  weightDecay: 1e-7,
})
/** Users are rows of a batch; one that has no next item is in none. */
const sequence = (backbone, dataset, params, weightDecay) => ({
  kind: 'sequence',
  backbone,
  dataset,
  dim: 64,
  batch: 128,
  steps: 8,
  checked: 2,
  lr: 1e-3,
  weightDecay,
  params: { length: 50, blocks: 2, dropout: 0.5, inputDropout: 0.5, ...params },
})
const hstu = (dataset) =>
  sequence(
    'hstu',
    dataset,
    { heads: 4, dqk: 8, dv: 16, reserved: 10, drawn: dataset === 'gowalla' ? 1024 : 512, temperature: 0.05 },
    1e-5,
  )
const sasrec = (dataset) => sequence('sasrec', dataset, { heads: 1, drawn: 1 }, 0)
const rank = (dim) => ({ kind: 'rank', ...training, dim, k: 20, weightDecay: 1e-3 })

export const scenarios = {
  'step-d20': step(20),
  'step-d64': step(64),
  'step-d400': step(400),
  'lightgcn-d64': lightgcn('citeulike-t'),
  'lightgcn-d64-gowalla': lightgcn('gowalla'),
  'hstu-d64': hstu('citeulike-t'),
  'hstu-d64-gowalla': hstu('gowalla'),
  'sasrec-d64': sasrec('citeulike-t'),
  'sasrec-d64-gowalla': sasrec('gowalla'),
  'rce-kd-epoch': {
    kind: 'rce-kd',
    ...distilled,
    lambda: 500,
    params: { K: 50, L: 50, M: 200, T: 10, beta: 3, tau: 1 },
  },
  'rrd-epoch': { kind: 'rrd', ...distilled, lambda: 0.1, params: { K: 100, L: 200, M: 500, T: 10 } },
  'cd-epoch': {
    kind: 'cd',
    ...distilled,
    weightDecay: 1e-8,
    lambda: 0.5,
    params: { n: 2, R: 3000, T: 20, t1: 2, t2: 0 },
  },
  'dcd-epoch': {
    kind: 'dcd',
    ...distilled,
    lambda: 0.01,
    params: { variant: 'port', K: 100, M: 500, T: 10, scoreCap: 80 },
  },
  'de-epoch': { kind: 'de', ...distilled, weightDecay: 1e-4, lambda: 0.05, params: { experts: 30 } },
  'rank-d20': rank(20),
  'rank-d400': rank(400),
}

/** The ways a peer does the same work; `distinct: false` scores a user once per pair, as the formula is written. */
export function variantsOf(scenario, hasFused) {
  if (scenario.kind === 'rank') return { torch: { fused: null } }
  if (scenario.backbone === 'lightgcn') {
    const fused = hasFused ? true : null
    return {
      'torch, sparse rows, symmetric pullback': { fused, graph: 'csr' },
      'torch, coordinates, its own gradient': { fused, graph: 'coo' },
    }
  }
  if (scenario.kind === 'sequence') {
    const fused = hasFused ? true : null
    return {
      'torch, users of like lengths together': { fused, grouped: true },
      'torch, padded to the longest of the batch': { fused, grouped: false },
    }
  }
  const adams = { 'torch default': null, ...(hasFused ? { 'torch fused': true } : {}) }
  const plain = Object.fromEntries(Object.entries(adams).map(([name, fused]) => [name, { fused }]))
  if (scenario.kind === 'de') return { 'torch default': { fused: null } } // a minute an epoch
  if (scenario.kind !== 'rce-kd') return plain
  const perPair = { 'torch default, row per pair': { fused: null, distinct: false } }
  return { ...perPair, ...plain }
}

/**
 * What one unit has to move and to compute at least, whoever does it: dense Adam reads and writes parameter and both
 * moments once a step (24 bytes a number); gathers and ranking buffers are taken to stay in the caches.
 * `workingSet` is what must be at hand all the time, in bytes.
 */
export function workOf(scenario, { numUsers, numItems, pairs, distinctRows, positionsPerStep }) {
  const { kind, dim, batch } = scenario
  const numbers = (numUsers + numItems) * dim
  const ranking = 2 * numUsers * numItems * dim
  const adam = { bytes: 24 * numbers, flops: 12 * numbers }
  const base = { bytes: 0, flops: batch * dim * 16 }
  if (scenario.backbone === 'lightgcn') {
    const products = 2 * scenario.layers * 2 * pairs * dim // numbers gathered, each multiplied and added
    return {
      bytes: adam.bytes + 4 * products,
      flops: adam.flops + base.flops + 2 * products,
      workingSet: 16 * numbers,
    }
  }
  if (kind === 'sequence') {
    const perPosition = sequenceFlops(scenario)
    const flops = adam.flops + 3 * perPosition * positionsPerStep
    return { bytes: 24 * numItems * dim, flops, workingSet: 16 * numItems * dim }
  }
  if (kind === 'step') return { bytes: adam.bytes, flops: adam.flops + base.flops, workingSet: 16 * numbers }
  if (kind === 'rank') return { bytes: 4 * numbers, flops: ranking, workingSet: 4 * numbers }
  const steps = Math.ceil(pairs / batch)
  const scored = distinctRows * placesOf(scenario)
  const ranks = ['rce-kd', 'cd', 'dcd'].includes(kind)
  return {
    bytes: steps * adam.bytes,
    flops: steps * (adam.flops + base.flops) + 6 * scored * dim + (ranks ? ranking : 0),
    workingSet: 16 * numbers,
  }
}

/** Products of one position forth: projections of the blocks and what the next item is compared with; attention, short here, is left out. */
function sequenceFlops({ backbone, dim, params: { blocks, heads, dqk, dv, drawn } }) {
  const numbers = backbone === 'hstu' ? dim * heads * (3 * dv + 2 * dqk) : 5 * dim * dim
  return 2 * (blocks * numbers + (1 + drawn) * dim)
}

/** Scores of a distinct user that the distillation term reads in a step. The networks of DE are not counted. */
function placesOf({ kind, params }) {
  switch (kind) {
    case 'rce-kd':
      return 2 * params.K + params.L
    case 'rrd':
      return params.K + params.L
    case 'dcd':
      return 2 * params.K
    case 'cd':
      return params.n
    default:
      return 0
  }
}
