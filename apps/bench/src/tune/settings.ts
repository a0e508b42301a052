import { drawTrials, type Range, type Value } from '@recdistill/compress'
import { InputError, type Split } from '@recdistill/core'
import { checkParams, parseParams, type AnyMethod } from '@recdistill/plugin'
import { trainingKeys } from '../config/schema.ts'
import type { Plan } from '../run/plan.ts'

/** Values in place of those of a configuration, for one student. */
export interface Setting {
  /** `01`, `02`, ... in the order of drawing; the first changes nothing. */
  readonly id: string
  readonly values: Readonly<Record<string, Value>>
}

/**
 * As many settings as asked for, spread over the ranges. Drawn values of a method that do not suit the data, such as lists longer
 * than the catalogue, are left out, and the configuration's stay.
 * @throws InputError for a value that the method takes on no data.
 */
export function drawSettings(
  plan: Plan,
  ranges: Readonly<Record<string, Range>>,
  { trials, definition, split }: { trials: number; definition: AnyMethod | null; split: Split },
): readonly Setting[] {
  const kind = plan.model.backbone
  const arm = { kind, method: nameOf(plan), ranges, defaults: {} }
  const drawn = drawTrials({ arms: [arm], dims: [plan.model.dim] }, trials, plan.seed)
  return drawn.map(({ values }, n) => ({
    id: String(n + 1).padStart(2, '0'),
    values: suiting(whole(values, definition), plan, { definition, split }),
  }))
}

/** The student of a plan with these values. */
export function withValues(plan: Plan, values: Setting['values']): Plan {
  const of = (wanted: (key: string) => boolean) =>
    Object.fromEntries(Object.entries(values).filter(([key]) => wanted(key)))
  const optimizer = { ...plan.model.optimizer, ...of(isTraining) }
  const { method } = plan
  return {
    ...plan,
    model: { ...plan.model, optimizer },
    method: method && {
      ...method,
      optimizer,
      lambda: (values.lambda as number | undefined) ?? method.lambda,
      params: { ...method.params, ...of((key) => key !== 'lambda' && !isTraining(key)) },
    },
  }
}

/** What its settings are found under, the same for every seed. */
export function nameOf({ method, role }: Plan): string {
  return method?.name ?? role
}

const isTraining = (key: string) => (trainingKeys as readonly string[]).includes(key)

/** Where only whole numbers are taken, what was drawn between two is rounded. */
function whole(values: Setting['values'], definition: AnyMethod | null): Setting['values'] {
  const taken = (key: string, value: Value) =>
    key === 'batch' || key === 'negatives'
      ? Number.isInteger(value)
      : (definition?.params.shape[key]?.safeParse(value).success ?? true)
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === 'number' && !taken(key, value) ? Math.round(value) : value,
    ]),
  )
}

function suiting(
  values: Setting['values'],
  plan: Plan,
  { definition, split }: { definition: AnyMethod | null; split: Split },
): Setting['values'] {
  const { method } = withValues(plan, values)
  if (method === null || definition === null) return values
  const params = parseParams(definition, method.params)
  try {
    checkParams(definition, params, split)
    return values
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return Object.fromEntries(Object.entries(values).filter(([key]) => key === 'lambda' || isTraining(key)))
  }
}
