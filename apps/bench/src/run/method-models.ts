import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { InputError, NumericError } from '@recdistill/core'
import type { AnyMethod, Model } from '@recdistill/plugin'
import { loadBest, loadModel, type TrainOptions } from '@recdistill/trainer'
import { memberFolders } from './member-folders.ts'
import type { Plan } from './plan.ts'
import type { RunFolder } from './run-folder.ts'
import type { Setting } from './setting.ts'

type Method = NonNullable<TrainOptions['method']>

/** What a method asks for beside the teacher: where its models start, and snapshots of the teacher's training. */
export interface MethodModels {
  readonly learningTeacher?: NonNullable<Method['learningTeacher']>
  readonly trajectories?: NonNullable<Method['trajectories']>
  readonly start?: Readonly<Record<string, Float32Array>>
  dispose(): void
}

/** A method cannot begin with the teacher that was trained; others can. */
export class UnfitTeacher extends InputError {}

/** How its message goes on after the method's name: no learning rate would help. */
export const noSnapshots = "it learns from snapshots of the teacher's training, and there is none"

export interface MethodModelsContext extends Setting {
  readonly folder: RunFolder
}

export function methodModels(
  definition: AnyMethod,
  plan: Plan,
  { teacher, context }: { teacher: Model; context: MethodModelsContext },
): MethodModels {
  const { folder, catalogue, config, split, engine } = context
  const { params, optimizer } = plan.method as NonNullable<Plan['method']>
  const own = folder.model('teacher')
  const teacherFolder = own.path
  const scratch = folder.model(scratchOf(plan))
  const { backbone, dim, params: backboneParams } = config.teacher
  const wanted = definition.trajectory?.(params) ?? 0
  if (definition.startsFrom === 'scratch' && scratch.finished()?.failed !== undefined)
    throw new NumericError(`${definition.name}: it starts from ${scratchOf(plan)}, which failed`)
  const snapshots: Model[] = []
  const load = (checkpoint: string) => {
    const model = loadModel({ checkpoint, split, engine, definitions: catalogue.backbones.all() })
    snapshots.push(model)
    return model
  }
  const trajectory = (of: string) => trajectoryOf(definition.name, of, wanted).map(load)
  try {
    const members = memberFolders(own)
    return {
      ...(definition.teacherLoss && {
        learningTeacher: {
          backbone: { definition: catalogue.backbones.find(backbone), dim, params: backboneParams },
          lr: optimizer.lr,
          weightDecay: definition.defaults.teacherWeightDecay ?? optimizer.weightDecay,
          start: loadBest(join(teacherFolder, 'best.ckpt')).parameters,
        },
      }),
      ...(wanted > 0 && {
        trajectories:
          members.length === 0
            ? [[...trajectory(teacherFolder), teacher]]
            : members.map((of) => [...trajectory(of), load(join(of, 'best.ckpt'))]),
      }),
      ...(definition.startsFrom === 'scratch' && {
        start: loadBest(join(scratch.path, 'best.ckpt')).parameters,
      }),
      dispose: () => snapshots.forEach((model) => model.dispose()),
    }
  } catch (error) {
    for (const model of snapshots) model.dispose()
    throw error
  }
}

/** The student of the same seed that learns without a teacher. */
function scratchOf({ id }: Plan): string {
  const suffix = id.indexOf('#')
  return suffix < 0 ? 'scratch' : `scratch${id.slice(suffix)}`
}

/**
 * Snapshots that divide the teacher's way to its best epoch evenly: all of the trajectory but its end, the teacher itself.
 * @throws UnfitTeacher when the folder holds none.
 */
export function trajectoryOf(method: string, folder: string, wanted: number): string[] {
  const { epoch: best } = loadBest(join(folder, 'best.ckpt')).best
  const kept = readdirSync(folder).flatMap((name) => {
    const epoch = /^epoch-(\d+)\.ckpt$/.exec(name)?.[1]
    return epoch === undefined ? [] : [{ epoch: Number(epoch) - 1, path: join(folder, name) }]
  })
  const known = kept.filter(({ epoch }) => epoch < best).sort((a, b) => a.epoch - b.epoch)
  if (known.length === 0) {
    const [which, how] =
      kept.length === 0 ? ['', 'a small'] : [` from before its best epoch ${best + 1}`, 'a smaller']
    throw new UnfitTeacher(
      `${method}: ${noSnapshots}${which}; train the teacher anew with ${how} --snapshot-every`,
    )
  }
  return Array.from({ length: wanted - 1 }, (_, version) => {
    const target = (best * (version + 1)) / wanted
    return known.reduce((near, each) =>
      Math.abs(each.epoch - target) < Math.abs(near.epoch - target) ? each : near,
    ).path
  })
}
