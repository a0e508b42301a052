import type { Role, TriedSetting } from '@recdistill/core'
import type { Config, MethodConfig, ModelConfig } from '../config/config.ts'

/** One model to be trained. */
export interface Plan {
  /** `teacher`, `scratch`, `rrd`, `ease`, of a baseline in several sizes `ials-64`, ...; `#seed` follows for seeds beyond the first. */
  readonly id: string
  readonly role: Role
  readonly seed: number
  readonly model: ModelConfig
  readonly method: MethodConfig | null
  /** Its settings were the best of these; absent where they were not searched. */
  readonly tried?: readonly TriedSetting[]
  /** Of a teacher that is several: their ids. Nothing is trained for it. */
  readonly members?: readonly string[]
}

/** One teacher, of the first seed, or several and what they are together; the baselines; then for every seed a student from scratch and one for each method. */
export function planModels({
  teacher,
  teachers,
  student,
  baselines,
  methods,
  seeds,
}: Config): readonly Plan[] {
  const common = { role: 'teacher', seed: seeds[0], method: null } as const
  const plans: Plan[] = teachers.map((model, n) => ({ ...common, id: `teacher-${n + 1}`, model }))
  const members = plans.map(({ id }) => id)
  plans.push(
    members.length === 0
      ? { ...common, id: 'teacher', model: teacher }
      : { ...common, id: 'teacher', model: ensemble, members },
  )
  for (const model of baselines) {
    const sizes = baselines.filter(({ backbone }) => backbone === model.backbone).length
    const id = sizes === 1 ? model.backbone : `${model.backbone}-${model.dim}`
    plans.push({ id, role: 'baseline', seed: seeds[0], model, method: null })
  }
  for (const seed of seeds) {
    const suffix = seed === seeds[0] ? '' : `#${seed}`
    plans.push({ id: `scratch${suffix}`, role: 'scratch', seed, model: student, method: null })
    for (const method of methods)
      plans.push({
        id: `${method.name}${suffix}`,
        role: 'distilled',
        seed,
        model: { ...student, optimizer: method.optimizer },
        method,
      })
  }
  return plans
}

/** Several teachers together have no vectors, and nothing of them is trained. */
const ensemble: ModelConfig = {
  backbone: 'ensemble',
  dim: 0,
  params: {},
  optimizer: { lr: 0, weightDecay: 0, batch: 0, negatives: 0 },
}
