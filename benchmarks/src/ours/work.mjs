import { fromEmbeddings } from '@recdistill/backbones'
import { groupByUser, trainingSplit } from '@recdistill/core'
import { readFloats, readIds, writeColumns } from '../columns.mjs'
import { createModel } from './model.mjs'
import { readBatches } from './prepare.mjs'
import { openSequences } from './sequences.mjs'
import { timed } from './timing.mjs'

/** The unit of a scenario on our side: `check` answers once for the comparison of answers, `run` is timed. */
export async function openWork(engine, scenario, folder) {
  const world = readWorld(scenario, folder)
  if (scenario.kind === 'step') return openSteps(engine, scenario, world, folder)
  if (scenario.kind === 'rank') return openRanking(engine, scenario, world, folder)
  if (scenario.kind === 'sequence') return openSequences(engine, scenario, world, folder)
  const { openEpochs } = await import('./epochs.mjs')
  return openEpochs(engine, scenario, world, folder)
}

function readWorld({ numUsers, numItems }, folder) {
  const train = groupByUser(numUsers, readIds(folder, 'train-users'), readIds(folder, 'train-items'))
  return { name: 'benchmark', numUsers, numItems, train }
}

/** Training steps on given pairs; ends with the tables up to date, should an update have been put off. */
function openSteps(engine, scenario, world, folder) {
  const model = createModel(engine, trainingSplit(world.name, world.train, world.numItems), scenario)
  model.restore({
    parameters: { users: readFloats(folder, 'student-users'), items: readFloats(folder, 'student-items') },
  })
  const batches = readBatches(folder, scenario.batch)
  const train = () => {
    const losses = batches.map((batch) => {
      model.begin()
      const loss = model.base(batch)
      model.update()
      return loss
    })
    return { losses, parameters: model.state().parameters }
  }
  return {
    check() {
      const { losses, parameters } = train()
      writeColumns(folder, { 'ours-users': parameters.users, 'ours-items': parameters.items })
      return { losses }
    },
    run: () => ({ ...timed(train), per: batches.length }),
    dispose: () => model.dispose(),
  }
}

/** Top k of every user over the whole catalogue, training rows left out. */
function openRanking(engine, scenario, { train, numUsers }, folder) {
  const model = fromEmbeddings(engine, {
    users: readFloats(folder, 'student-users'),
    items: readFloats(folder, 'student-items'),
    dim: scenario.dim,
  })
  const users = Uint32Array.from({ length: numUsers }, (_, u) => u)
  const rank = () => model.rank(users, scenario.k, train)
  return {
    check() {
      const { items, scores } = rank()
      writeColumns(folder, { 'ours-items': items, 'ours-scores': scores })
      return {}
    },
    run: () => ({ ...timed(rank), per: 1 }),
    dispose: () => model.dispose(),
  }
}
