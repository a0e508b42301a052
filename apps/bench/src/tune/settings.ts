import { drawTrials, type Range, type Value } from '@recdistill/compress'
import { InputError, type Split } from '@recdistill/core'
import { complaintsOf, paramsJsonSchema, parseParams, type AnyMethod } from '@recdistill/plugin'
import { trainingKeys } from '../config/schema.ts'
import type { Plan } from '../run/plan.ts'

/** Values in place of those of a configuration, for one student. */
export interface Setting {
  /** `01`, `02`, ... in the order of drawing; the first changes nothing. */
  readonly id: string
  readonly values: Readonly<Record<string, Value>>
}

/** What is tried for a student. */
export interface Drawn {
  readonly settings: readonly Setting[]
  /** What a method says of values that were drawn for it and left out, one text for each setting concerned. */
  readonly unsuited: readonly string[]
}

/**
 * As many settings as asked for, spread over the ranges, each once. Drawn values of a method that do not suit the data, such as
 * lists longer than the catalogue, are left out, and the configuration's stay.
 * @throws InputError for a value that the method takes on no data.
 */
export function drawSettings(
  plan: Plan,
  ranges: Readonly<Record<string, Range>>,
  { trials, definition, split }: { trials: number; definition: AnyMethod | null; split: Split },
): Drawn {
  const kind = plan.model.backbone
  const arm = { kind, method: nameOf(plan), ranges, defaults: {} }
  const drawn = drawTrials({ arms: [arm], dims: [plan.model.dim] }, trials, plan.seed)
  const suited = drawn.map(({ values }) => suiting(whole(values, definition), plan, { definition, split }))
  const students = suited.map(({ values }) => asText(withValues(plan, values)))
  const different = suited.filter((_, n) => students.indexOf(students[n]) === n)
  return {
    settings: different.map(({ values }, n) => ({ id: String(n + 1).padStart(2, '0'), values })),
    unsuited: suited.flatMap(({ problems }) => (problems.length > 0 ? [problems[0]] : [])),
  }
}

/** Equal where two plans train the same student. */
function asText({ model: { optimizer }, method }: Plan): string {
  const sorted = (of: object) => Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([sorted(optimizer), method?.lambda, sorted(method?.params ?? {})])
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

/** What a plan has for some settings; those that it leaves open are not in it. */
export function valuesOf(
  { model, method }: Plan,
  keys: readonly string[],
): Readonly<Record<string, unknown>> {
  const all: Record<string, unknown> = { ...method?.params, lambda: method?.lambda, ...model.optimizer }
  return Object.fromEntries(keys.filter((key) => all[key] !== undefined).map((key) => [key, all[key]]))
}

/** What its settings are found under, the same for every seed. */
export function nameOf({ method, role }: Plan): string {
  return method?.name ?? role
}

const isTraining = (key: string) => (trainingKeys as readonly string[]).includes(key)

/** Where only whole numbers, or multiples of one, are taken, what was drawn between two is rounded. */
function whole(values: Setting['values'], definition: AnyMethod | null): Setting['values'] {
  const schemas = definition === null ? {} : paramsJsonSchema(definition.params).properties
  const taken = (key: string, value: Value) =>
    key === 'batch' || key === 'negatives'
      ? Number.isInteger(value)
      : (definition?.params.shape[key]?.safeParse(value).success ?? true)
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (typeof value !== 'number' || taken(key, value)) return [key, value]
      const step = schemas[key]?.multipleOf ?? 1
      const rounded = Math.round(value / step) * step
      return [key, taken(key, rounded) ? rounded : value]
    }),
  )
}

/** Values without those that the method complains of; where that is not enough, without all of its parameters. */
function suiting(
  values: Setting['values'],
  plan: Plan,
  { definition, split }: { definition: AnyMethod | null; split: Split },
): { readonly values: Setting['values']; readonly problems: readonly string[] } {
  if (definition === null) return { values, problems: [] }
  const problemsOf = (tried: Setting['values']) =>
    complaintsOf(definition, accepted(definition, withValues(plan, tried)), split)
  const only = (wanted: (key: string) => boolean) =>
    Object.fromEntries(Object.entries(values).filter(([key]) => wanted(key)))
  const problems = problemsOf(values)
  if (problems.length === 0) return { values, problems }
  const unblamed = only(
    (key) => !problems.some((problem) => problem.startsWith(`${definition.name}.${key}:`)),
  )
  const suits = problemsOf(unblamed).length === 0
  return { values: suits ? unblamed : only((key) => key === 'lambda' || isTraining(key)), problems }
}

/** @throws InputError that says where the value comes from. */
function accepted(definition: AnyMethod, { method }: Plan): ReturnType<typeof parseParams> {
  try {
    return parseParams(definition, method?.params)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError(`tune.ranges: ${error.message}`)
  }
}
