import type { ModelConfig } from '../config.ts'
import { modelDefaults, type ModelDefaults } from '../training-defaults.ts'

/**
 * In what the models of a configuration are not those whose numbers were published, a sentence each: numbers of smaller
 * models beside published ones would otherwise read as a failure to repeat them.
 */
export function otherModels(
  { teacher, student }: { readonly teacher: ModelConfig; readonly student: ModelConfig },
  dataset: string,
): string[] {
  const usual = modelDefaults(dataset, 'rce-kd')
  return [sentence('teacher', teacher, usual.teacher), sentence('student', student, usual.student)].flat()
}

function sentence(role: string, { backbone, dim, params }: ModelConfig, usual: ModelDefaults): string[] {
  const theirs = usual.published?.[backbone] ?? { dim: usual.dim, params: {} }
  const pairs = [
    ['dim', dim, theirs.dim],
    ...Object.entries(theirs.params).map(([key, value]) => [key, params[key], value]),
  ]
  const other = pairs.filter(([, ours, value]) => JSON.stringify(ours) !== JSON.stringify(value))
  if (other.length === 0) return []
  const words = other.map(([key, ours, value]) => `${String(key)} ${String(ours)} for their ${String(value)}`)
  return [`Our ${role} ${backbone} is another: ${words.join(', ')}.`]
}
