import { setImmediate } from 'node:timers/promises'
import type { EvalProtocol, Split } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import type { Model } from '@recdistill/plugin'
import { train, type TrainEvent, type TrainOutcome } from '@recdistill/trainer'
import type { Catalogue } from '../catalogue.ts'
import type { Config } from '../config/config.ts'
import type { MethodModels } from './method-models.ts'
import type { Plan } from './plan.ts'
import type { ModelFolder } from './model-folder.ts'

/** What all models of a run share. */
export interface Setting {
  readonly config: Config
  readonly catalogue: Catalogue
  readonly split: Split
  readonly protocol: EvalProtocol
  readonly engine: Engine
  /** True once the person wants to stop. */
  readonly signal: { readonly stop: boolean }
  /** Whether the model that is in training is done as it stands. */
  readonly enough?: boolean
}

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
    backbone: { definition: catalogue.backbone(backbone), dim, params },
    optimizer,
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
