import { createRng, trainingSplit } from '@recdistill/core'
import { drawNegatives } from '@recdistill/samplers'
import { readIds, writeColumns } from '../columns.mjs'
import { loadPairs } from '../data.mjs'
import { createModel, usersOf } from './model.mjs'
import { prepareSequences } from './sequences.mjs'

const checkedSteps = 4
const taughtEpochs = 8

/**
 * Writes what every contender starts from: training pairs, initial student, a teacher trained for a few epochs, and
 * batches with negatives. A scenario that ranks gets a student that has learnt a little, since ranking random tables is not what anyone does.
 */
export function prepareWorld(engine, scenario, { folder, data }) {
  const world = loadPairs(data, scenario.dataset)
  const { train, numUsers, numItems, name } = world
  const split = trainingSplit(world.name, world.train, world.numItems)
  const users = usersOf(train)
  const columns = { 'train-users': users, 'train-items': train.items }
  const { kind, teacherDim, batch, lr } = scenario
  if (kind === 'sequence') {
    writeColumns(folder, columns)
    return { data: prepareSequences(engine, scenario, { world, folder }) }
  }

  const student = createModel(engine, split, scenario)
  if (kind === 'rank') learn(student, train, { numItems, batch, epochs: taughtEpochs })
  Object.assign(columns, tables('student', student))
  student.dispose()
  if (teacherDim !== undefined) {
    const teacher = createModel(engine, split, { dim: teacherDim, lr, weightDecay: 1e-3, seed: 2 })
    learn(teacher, train, { numItems, batch, epochs: taughtEpochs })
    Object.assign(columns, tables('teacher', teacher))
    teacher.dispose()
  }
  const all = [...epochBatches(train, users, { numItems, batch, epoch: 0 })]
  const kept = all.slice(0, kind === 'step' ? (scenario.steps ?? all.length - 1) : checkedSteps)
  const join = (of) => Uint32Array.from(kept.flatMap((one) => [...one[of]]))
  columns['batch-users'] = join('users')
  columns['batch-positives'] = join('positives')
  columns['batch-negatives'] = join('negatives')
  writeColumns(folder, columns)
  const distinctRows = all.reduce((sum, one) => sum + new Set(one.users).size, 0)
  return { data: { name, numUsers, numItems, pairs: users.length, distinctRows } }
}

export function learn(model, train, { numItems, batch, epochs }) {
  const users = usersOf(train)
  for (let epoch = 1; epoch <= epochs; epoch++)
    for (const one of epochBatches(train, users, { numItems, batch, epoch })) {
      model.begin()
      model.base(one)
      model.update()
    }
}

function* epochBatches(train, users, { numItems, batch, epoch }) {
  const rng = createRng(3).fork(epoch)
  const order = Uint32Array.from(users.keys())
  rng.fork('order').shuffle(order)
  const negatives = new Uint32Array(users.length)
  drawNegatives(train, numItems, negatives, rng.fork('negatives'))
  for (let first = 0; first < order.length; first += batch) {
    const pairs = order.subarray(first, first + batch)
    yield {
      users: pairs.map((pair) => users[pair]),
      positives: pairs.map((pair) => train.items[pair]),
      negatives: pairs.map((pair) => negatives[pair]),
      negativesPerRow: 1,
    }
  }
}

function tables(role, model) {
  const { users, items } = model.state().parameters
  return { [`${role}-users`]: users.slice(), [`${role}-items`]: items.slice() }
}

/** The batches `prepareWorld` wrote. */
export function readBatches(folder, batch) {
  const [users, positives, negatives] = ['users', 'positives', 'negatives'].map((name) =>
    readIds(folder, `batch-${name}`),
  )
  const at = (column, first) => column.subarray(first, first + batch)
  const out = []
  for (let first = 0; first < users.length; first += batch)
    out.push({
      users: at(users, first),
      positives: at(positives, first),
      negatives: at(negatives, first),
      negativesPerRow: 1,
    })
  return out
}
