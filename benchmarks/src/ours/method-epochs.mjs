import { train } from '@recdistill/trainer'
import { mf } from './model.mjs'
import { noProtocol, untilEpochEnds } from './epochs.mjs'
import { timed } from './timing.mjs'

/** Epochs of one method with the settings of its authors for CiteULike-t and MF to MF, or its own where there are none. */
export function openMethod(engine, world, method, { split, snapshots, parameters }) {
  const preset = method.presets?.find(
    ({ dataset, teacher, student }) => `${dataset} ${teacher} ${student}` === 'citeulike-t mf mf',
  )
  const { lambda, weightDecay, batch } = { batch: 2048, ...method.defaults, ...preset }
  const backbone = (dim) => ({ definition: mf(), dim, params: mf().params.parse({}) })
  const optimizer = { lr: 1e-3, weightDecay, batch, negatives: 1 }
  const learningTeacher = { backbone: backbone(400), lr: 1e-3, weightDecay: 1e-3, start: parameters }
  const running = train({
    split,
    protocol: noProtocol,
    backbone: backbone(20),
    optimizer,
    method: {
      definition: method,
      params: method.params.parse({ ...preset?.params }),
      lambda,
      teacher: snapshots.at(-1),
      trajectories: [snapshots],
      ...(method.teacherLoss ? { learningTeacher } : {}),
    },
    epochs: 1000,
    patience: 1000,
    validateEvery: 1000,
    seed: 1,
    engine,
    checkpoint: null,
  })
  return {
    epoch() {
      let record
      const { seconds, cpu } = timed(() => (record = untilEpochEnds(running)))
      return { seconds, cpu, lists: record.seconds.lists, steps: record.seconds.steps, loss: record.loss }
    },
    dispose: () => void running.return(),
  }
}
