import { setImmediate } from 'node:timers/promises'
import type { Model } from '@recdistill/plugin'
import { train, type TrainEvent, type TrainOutcome } from '@recdistill/trainer'
import type { MethodModels } from './method-models.ts'
import type { Plan } from './plan.ts'
import type { ModelFolder } from './model-folder.ts'
import type { Setting } from './setting.ts'

/** Drives the trainer, which is synchronous, and lets the event loop see Ctrl-C between its events. */
export async function trainModel(
  plan: Plan,
  { config, catalogue, split, protocol, engine, signal, enough = false }: Setting,
  {
    folder,
    teacher,
    models,
    listen,
  }: {
    folder: ModelFolder
    teacher: Model | null
    models: MethodModels | null
    listen: (event: TrainEvent) => void
  },
): Promise<TrainOutcome> {
  const { backbone, dim, params, optimizer } = plan.model
  const { method } = plan
  const steps = train({
    split,
    protocol,
    backbone: { definition: catalogue.backbones.find(backbone), dim, params },
    optimizer: config.sparseAdam ? { ...optimizer, sparse: true } : optimizer,
    method:
      method === null || teacher === null
        ? null
        : {
            definition: await catalogue.method(method.reference),
            params: method.params,
            lambda: method.lambda,
            teacher,
            ...(models?.learningTeacher && { learningTeacher: models.learningTeacher }),
            ...(models?.trajectories && { trajectories: models.trajectories }),
          },
    ...(models?.start && { start: models.start }),
    snapshotEvery: plan.role === 'teacher' ? config.snapshotEvery : null,
    epochs: config.epochs,
    patience: config.patience,
    validateEvery: config.validateEvery,
    seed: plan.seed,
    engine,
    checkpoint: { folder: folder.path, everySeconds: config.checkpointEvery },
    followTest: config.followTest,
    signal,
    enough,
  })
  for (;;) {
    const next = steps.next()
    if (next.done) return next.value
    const event = next.value
    if (event.type === 'resumed') folder.rewind(event.epoch)
    if (event.type === 'epoch') folder.record(event.record)
    listen(event)
    await setImmediate()
  }
}
