import type { Role } from '@recdistill/core'
import type { Config, MethodConfig, ModelConfig } from '../config/config.ts'

/** One model to be trained. */
export interface Plan {
  /** `teacher`, `scratch`, `rrd`, ...; `#seed` follows for seeds beyond the first. */
  readonly id: string
  readonly role: Role
  readonly seed: number
  readonly model: ModelConfig
  readonly method: MethodConfig | null
}

/** One teacher, of the first seed, and the baselines; then for every seed a student from scratch and one for each method. */
export function planModels({ teacher, student, baselines, methods, seeds }: Config): readonly Plan[] {
  const plans: Plan[] = [{ id: 'teacher', role: 'teacher', seed: seeds[0], model: teacher, method: null }]
  for (const model of baselines)
    plans.push({ id: model.backbone, role: 'baseline', seed: seeds[0], model, method: null })
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
