import { InputError, show, unknownName } from '@recdistill/core'
import { parseParams, type AnyMethod, type BackboneDefinition } from '@recdistill/plugin'
import type { z } from 'zod'
import type { Catalogue } from '../catalogue.ts'
import type { MethodConfig, ModelConfig } from './config.ts'
import { mergeLayers } from './merge.ts'
import { trainingKeys } from './schema.ts'
import { optimizerDefaults, type ModelDefaults } from './training-defaults.ts'

type Values = Readonly<Record<string, unknown>>

/** A model beside the students that no teacher teaches: `popularity`, or `ials:64` with its size. */
export function baselineOf(text: string, catalogue: Catalogue): ModelConfig {
  const { student } = mergeLayers([{ values: { student: text }, speak: () => '--baselines' }])
  return modelOf(student, { backbone: text, dim: 64, weightDecay: 1e-3 }, catalogue, 'baselines')
}

/** Models that teach together, as text with commas or a list of texts and groups. */
export function teachersOf(
  values: Values,
  defaults: ModelDefaults,
  catalogue: Catalogue,
): readonly ModelConfig[] {
  const given = values.teachers
  if (given === undefined) return []
  const list: readonly unknown[] = typeof given === 'string' ? given.split(',') : (given as unknown[])
  const models = list
    .filter((each) => typeof each !== 'string' || each.trim() !== '')
    .map((each) => {
      const teacher = typeof each === 'string' ? each.trim() : each
      const read = mergeLayers([{ values: { teacher }, speak: () => '--teachers' }]).teacher
      return modelOf(read, defaults, catalogue, 'teachers')
    })
  if (models.length < 2)
    throw new InputError(
      `--teachers: expected two or more, e.g. mf:64,lightgcn:64, got ${show(given)}; one alone is --teacher`,
    )
  if (new Set(models.map((model) => JSON.stringify(model))).size !== models.length)
    throw new InputError(`--teachers: each once, got ${show(given)}`)
  return models
}

/** Given values over published ones of the backbone, over what suits it, over the defaults of the data set. */
export function modelOf(
  given: unknown,
  defaults: ModelDefaults,
  catalogue: Catalogue,
  role: string,
): ModelConfig {
  const values = (given ?? {}) as Values
  const reference = (values.backbone as string | undefined) ?? defaults.backbone
  const definition = catalogue.backbones.find(reference)
  const own = definition.defaults ?? {}
  const published = defaults.published?.[definition.name]
  return {
    backbone: definition.name,
    ...(catalogue.backbones.isBuiltIn(definition) ? {} : { reference }),
    dim:
      definition.sized === false ? 0 : ((values.dim as number | undefined) ?? published?.dim ?? defaults.dim),
    params: paramsOf(definition, { ...published?.params, ...values }, ['backbone', 'dim'], role),
    optimizer: {
      lr: (values.lr as number | undefined) ?? own.lr ?? optimizerDefaults.lr,
      weightDecay:
        (values.weightDecay as number | undefined) ??
        published?.weightDecay ??
        own.weightDecay ??
        defaults.weightDecay,
      batch: (values.batch as number | undefined) ?? own.batch ?? optimizerDefaults.batch,
      negatives: (values.negatives as number | undefined) ?? optimizerDefaults.negatives,
    },
  }
}

interface MethodContext {
  readonly given: unknown
  readonly student: unknown
  readonly world: {
    readonly dataset: string
    readonly split: unknown
    readonly teacher: string
    readonly student: string
  }
  readonly catalogue: Catalogue
}

/** Given values over the author's for this data set and pair of backbones, over the method's defaults. */
export function methodOf(
  definition: AnyMethod,
  reference: string,
  { given, student, world, catalogue }: MethodContext,
): MethodConfig {
  const values = (given ?? {}) as Values
  const studentValues = { ...catalogue.backbones.find(world.student).defaults, ...(student ?? {}) } as Values
  const fitting = definition.presets?.filter(
    (each) => each.teacher === world.teacher && each.student === world.student,
  )
  // A preset may be for one split of a data set alone, e.g. citeulike-t/loo.
  const preset = [`${world.dataset}/${String(world.split)}`, world.dataset, world.dataset.split(':')[0]]
    .map((dataset) => fitting?.find((each) => each.dataset === dataset))
    .find((each) => each !== undefined)
  const training = (own: Values) => {
    const number = (key: string, ...others: unknown[]) =>
      [own[key], ...others].find((value) => value !== undefined) as number
    return {
      lambda: number('lambda', preset?.lambda, definition.defaults.lambda),
      optimizer: {
        lr: number('lr', preset?.lr, studentValues.lr, optimizerDefaults.lr),
        weightDecay: number('weightDecay', preset?.weightDecay, definition.defaults.weightDecay),
        batch: number('batch', preset?.batch, studentValues.batch, optimizerDefaults.batch),
        negatives: number('negatives', studentValues.negatives, optimizerDefaults.negatives),
      },
    }
  }
  const presetParams: Values = preset?.params ?? {}
  const params = paramsOf(definition, { ...presetParams, ...values }, ['lambda'], definition.name)
  const { lambda, optimizer } = training(values)
  const usual: Values = { ...training({}).optimizer, lambda: training({}).lambda }
  // The file of a run says every value: what is as it would have been anyway is not worth a word.
  const changed = Object.keys(values).filter((key) => {
    const parameter = definition.params.shape[key] as z.ZodType | undefined
    const before = parameter === undefined ? usual[key] : parameter.safeParse(presetParams[key]).data
    return JSON.stringify({ ...params, ...optimizer, lambda }[key]) !== JSON.stringify(before)
  })
  const from =
    preset === undefined
      ? 'defaults'
      : `the authors' values for ${preset.dataset}, ${preset.teacher} to ${preset.student}`
  return {
    name: definition.name,
    reference,
    params,
    lambda,
    optimizer,
    written: Object.keys(values).filter((key) => key in definition.params.shape),
    origin: changed.length === 0 ? from : `${from}, with ${changed.join(', ')} as given`,
  }
}

/** The keys of a group that are parameters, parsed by the declaration; a key of another backbone or method is refused. */
function paramsOf(
  definition: AnyMethod | BackboneDefinition,
  values: Values,
  reserved: readonly string[],
  speaker: string,
): Values {
  const known = Object.keys(definition.params.shape)
  const given = Object.entries(values).filter(([key]) => ![...reserved, ...trainingKeys].includes(key))
  for (const [key] of given) {
    if (known.includes(key)) continue
    throw new InputError(`${speaker}: ${definition.name}: ${unknownName('parameter', key, known)}`)
  }
  return parseParams(definition, Object.fromEntries(given))
}
