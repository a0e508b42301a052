import { createRng, rowOf, trainingSplit } from '@recdistill/core'
import { readFloats, readIds, writeColumns } from '../columns.mjs'
import { createModel } from './model.mjs'
import { timed } from './timing.mjs'

/**
 * What everyone starts from: initial parameters, batches of users who have a next item, and for the first of them the items
 * each position is compared with, which are those our side draws.
 */
export function prepareSequences(engine, scenario, { world, folder }) {
  const { batch, steps, checked, params, backbone } = scenario
  const { train, numUsers, numItems, name } = world
  const model = createModel(engine, trainingSplit(world.name, world.train, world.numItems), {
    ...scenario,
    settings: settingsOf(scenario),
  })
  const { parameters } = model.state()
  const degrees = Uint32Array.from({ length: numUsers }, (_, user) => rowOf(train, user).length)
  const users = Uint32Array.from(degrees.keys()).filter((user) => degrees[user] > 1)
  createRng(5).shuffle(users)
  const kept = users.slice(0, batch * steps)
  const read = backbone === 'hstu' ? params.length - 1 : params.length
  const positionsOf = (user) => Math.min(read, degrees[user] - 1)
  const drawn = []
  kept.slice(0, batch * checked).forEach((user, n) => {
    const stream = drawsOf(Math.floor(n / batch))
      .fork('negatives')
      .at(user)
    const seen = new Set(backbone === 'sasrec' ? rowOf(train, user) : [])
    for (let d = 0; d < positionsOf(user) * params.drawn; d++) {
      let item = stream.int(numItems)
      while (seen.has(item)) item = stream.int(numItems)
      drawn.push(item)
    }
  })
  writeColumns(folder, {
    ...Object.fromEntries(Object.entries(parameters).map(([key, values]) => [fileOf(key), values.slice()])),
    'batch-users': kept,
    'batch-drawn': Uint32Array.from(drawn),
  })
  model.dispose()
  const positions = kept.reduce((sum, user) => sum + positionsOf(user), 0)
  return {
    name,
    numUsers,
    numItems,
    pairs: train.items.length,
    parameters: Object.keys(parameters),
    positionsPerStep: positions / steps,
    stepsPerEpoch: Math.ceil(degrees.filter((n) => n > 0).length / batch),
  }
}

/** Training steps on given users; what they are compared with is drawn anew each time, and left-out numbers too. */
export function openSequences(engine, scenario, world, folder) {
  const { batch, checked, parameters } = scenario
  const users = readIds(folder, 'batch-users')
  const batches = Array.from({ length: users.length / batch }, (_, n) =>
    users.subarray(n * batch, (n + 1) * batch),
  )
  const open = (changed) => {
    const settings = { ...settingsOf(scenario), ...changed }
    const model = createModel(engine, trainingSplit(world.name, world.train, world.numItems), {
      ...scenario,
      settings,
    })
    const values = parameters.map((name) => [name, readFloats(folder, fileOf(name))])
    model.restore({ parameters: Object.fromEntries(values) })
    return model
  }
  const train = (model, batches, rngOf) =>
    batches.map((users, n) => {
      model.begin()
      const loss = model.base({ users, rng: rngOf(n) })
      model.update()
      return loss
    })
  const model = open({})
  let runs = 0
  return {
    check() {
      const still = open(scenario.backbone === 'hstu' ? { dropout: 0, inputDropout: 0 } : { dropout: 0 })
      const losses = train(still, batches.slice(0, checked), drawsOf)
      const { items, positions } = still.state().parameters
      writeColumns(folder, { 'ours-users': positions, 'ours-items': items })
      still.dispose()
      return { losses }
    },
    run() {
      const rng = createRng(runs++)
      const work = () => {
        train(model, batches, (n) => rng.fork(n))
        model.state() // no update is put off
      }
      return { ...timed(work), per: batches.length }
    },
    dispose: () => model.dispose(),
  }
}

const drawsOf = (step) => createRng(11).fork(step)

/** SASRec has one share for all it leaves out. */
function settingsOf({ backbone, params: { inputDropout, ...params } }) {
  return backbone === 'hstu' ? { ...params, inputDropout } : params
}

const fileOf = (name) => `student-${name.replaceAll(' ', '-')}`
