import type { MethodPreset } from '@recdistill/plugin'

/** Data set, teacher, student, the named parameters in order, lambda, weight decay, batch. */
type PresetRow = readonly [
  dataset: string,
  teacher: string,
  student: string,
  params: readonly number[],
  lambda: number,
  weightDecay: number,
  batch: number,
]

/** A table of numbers as presets: the way papers print them, so that a reader can compare line by line. */
export function presetsOf<const Name extends string>(
  names: readonly Name[],
  rows: readonly PresetRow[],
): readonly MethodPreset<Record<Name, number>>[] {
  return rows.map(([dataset, teacher, student, params, lambda, weightDecay, batch]) => ({
    dataset,
    teacher,
    student,
    params: Object.fromEntries(names.map((name, n) => [name, params[n]])) as Record<Name, number>,
    lambda,
    weightDecay,
    batch,
  }))
}
