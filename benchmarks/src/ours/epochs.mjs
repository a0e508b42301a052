import { fromEmbeddings } from '@recdistill/backbones'
import { NO_ITEM, trainingSplit } from '@recdistill/core'
import { loadMethod } from '@recdistill/methods'
import { train } from '@recdistill/trainer'
import { readFloats, writeColumns } from '../columns.mjs'
import { drawLists } from './draw-lists.mjs'
import { createModel, mf } from './model.mjs'
import { readBatches } from './prepare.mjs'
import { timed } from './timing.mjs'

export const noProtocol = {
  name: 'none',
  mask: { test: ['train'], valid: ['train'] },
  users: 'all',
  coldItems: 'keep',
  candidates: { kind: 'catalogue' },
  ks: [20],
  select: 'ndcg@20',
}

/** Epochs of distillation by the trainer, evaluation left out: negatives, order, the method's lists and all steps. */
export async function openEpochs(engine, scenario, world, folder) {
  const split = trainingSplit(world.name, world.train, world.numItems)
  const method = await loadMethod(scenario.kind)
  const params = method.params.parse(paramsOf(scenario))
  const teacher = fromEmbeddings(engine, {
    users: readFloats(folder, 'teacher-users'),
    items: readFloats(folder, 'teacher-items'),
    dim: scenario.teacherDim,
  })
  let running = null
  const start = () =>
    train({
      split,
      protocol: noProtocol,
      backbone: { definition: mf(), dim: scenario.dim, params: mf().params.parse({}) },
      optimizer: { ...scenario, negatives: 1 },
      method: { definition: method, params, lambda: scenario.lambda, teacher },
      epochs: 1_000_000,
      patience: 1_000_000,
      validateEvery: 1_000_000,
      seed: 1,
      engine,
      checkpoint: null,
    })
  return {
    check: () => checkLosses(engine, { scenario, split, method, params, teacher, folder }),
    run() {
      running ??= start()
      let record
      const times = timed(() => (record = untilEpochEnds(running)))
      const { base, kd } = record.loss
      return { ...times, per: 1, parts: record.seconds, loss: { base, kd } }
    },
    dispose() {
      running?.return()
      teacher.dispose()
    },
  }
}

/** The papers' letters are the methods' names, but for RRD's M. */
function paramsOf({ kind, params }) {
  if (params.M === undefined || kind === 'rce-kd') return params
  const { M: maxK, ...rest } = params
  return { ...rest, maxK }
}

export function untilEpochEnds(running) {
  for (;;) {
    const { value, done } = running.next()
    if (done) throw new Error('training ended before the benchmark did')
    if (value.type === 'epoch') return value.record
  }
}

/** Lists drawn once from the initial student, then a few steps on given batches through the fused loss. */
function checkLosses(engine, { scenario, split, method, params, teacher, folder }) {
  const student = createModel(engine, split, scenario)
  student.restore({
    parameters: { users: readFloats(folder, 'student-users'), items: readFloats(folder, 'student-items') },
  })
  if (scenario.kind === 'de') return { losses: baseLosses(student, readBatches(folder, scenario.batch)) }
  const drawn = drawLists(method, params, { teacher, student, train: split.train })
  const fused = method.fused(params)
  const columns = {}
  if (scenario.kind === 'rce-kd') {
    columns['ours-order'] = drawn.everyone(student, params.M, null)
    columns['list-top'] = drawn.lists[fused.top].items
    columns['list-sampled'] = firstOf(drawn.lists[fused.approximate], params.L)
    columns['ours-gamma'] = drawn.values[fused.gamma].data
  } else if (scenario.kind === 'cd') {
    columns['list-drawn'] = drawn.lists[fused.list].items
  } else {
    columns['ours-order'] = drawn.everyone(teacher, params.maxK, split.train)
    for (const name of [fused.listed, fused.background]) columns[`list-${name}`] = drawn.lists[name].items
  }
  writeColumns(folder, columns)
  const losses = readBatches(folder, scenario.batch).map((batch) => {
    student.begin()
    const base = student.base(batch)
    const over = typeof method.over === 'function' ? method.over(params) : method.over
    const kd = student.fused(fused, drawn.inputFor(batch.users, over), scenario.lambda)
    student.update()
    return [base, kd]
  })
  student.dispose()
  return { losses }
}

/** Experts start at random on either side, so that only what is not theirs can be compared. */
function baseLosses(student, batches) {
  student.begin()
  const losses = batches.map((batch) => student.base(batch))
  student.dispose()
  return losses
}

/** The sampled items stand first in the list, the teacher's missing ones after them. */
function firstOf({ items, k }, size) {
  const out = new Uint32Array((items.length / k) * size)
  for (let n = 0; n < out.length; n++) out[n] = items[Math.floor(n / size) * k + (n % size)]
  if (out.includes(NO_ITEM)) throw new Error(`expected ${size} sampled items in every row`)
  return out
}
