import { InputError, nearest } from '@recdistill/core'
import type { Device } from '@recdistill/engine'
import type { AnyMethod, BackboneDefinition } from '@recdistill/plugin'
import { kindOf, type TeacherSource } from '@recdistill/teachers'
import type { Catalogue } from '../catalogue.ts'
import type { Config, MethodConfig, ModelConfig } from './config.ts'
import { checkLayer, show, type Layer } from './layer.ts'
import { mergeLayers } from './merge.ts'
import { presetLayer } from './presets.ts'
import { protocolOf, sourceOf } from './resolve-source.ts'
import { layerSchema, trainingKeys } from './schema.ts'
import {
  modelDefaults,
  optimizerDefaults,
  stoppingDefaults,
  type ModelDefaults,
} from './training-defaults.ts'

type Values = Record<string, unknown>

/**
 * Layers (file, flags, --set; later ones win) on top of the preset they name and the defaults of the data set.
 * @throws InputError of one line for the first wrong key or value.
 */
export async function resolveConfig(given: readonly Layer[], catalogue: Catalogue): Promise<Config> {
  const embedded = ['dataset', 'data', 'train', 'test'].every((key) => lastOf(given, key) === undefined)
  const named = lastOf(given, 'preset') ?? (embedded ? 'quick' : null)
  const preset = typeof named === 'string' ? named : null // anything else is refused below
  const layers = preset === null ? given : [presetLayer(preset), ...given]
  const loaded = new Map<string, AnyMethod>()
  for (const reference of namesOfMethods(lastOf(layers, 'methods'), catalogue))
    loaded.set(reference, await catalogue.method(reference))
  const methods = [...new Set([...catalogue.methods, ...loaded.values()])]
  const schema = layerSchema({ methods, backbones: catalogue.backbones })
  for (const layer of given) checkLayer(layer, schema)

  const values = mergeLayers(layers)
  expectDistinct(loaded)
  const source = sourceOf(values)
  const dataset = source.name
  const defaults = modelDefaults(dataset)
  const teacher = modelOf(values.teacher, defaults.teacher, catalogue, 'teacher')
  const teachers = teachersOf(values, defaults.teacher, catalogue)
  const student = modelOf(values.student, defaults.student, catalogue, 'student')
  const split = 'split' in source.request ? source.request.split : undefined
  const world = { dataset, split, teacher: teacher.backbone, student: student.backbone }
  return {
    preset,
    source,
    protocol: protocolOf(values.protocol, source),
    teacher,
    teachers,
    student,
    baselines: namesOf(values.baselines).map((text) => baselineOf(text, catalogue)),
    methods: [...loaded].map(([reference, definition]) =>
      methodOf(definition, reference, {
        given: values[definition.name],
        student: values.student,
        world,
        catalogue,
      }),
    ),
    allMethods: isAll(values.methods),
    seeds: seedsOf(values.seeds),
    epochs: (values.epochs as number | undefined) ?? stoppingDefaults.epochs,
    patience: (values.patience as number | undefined) ?? stoppingDefaults.patience,
    validateEvery: (values.validateEvery as number | undefined) ?? stoppingDefaults.validateEvery,
    snapshotEvery: (values.snapshotEvery as number | undefined) ?? snapshotsFor(loaded, values),
    device: (values.device as Device | undefined) ?? null,
    threads: (values.threads as number | undefined) ?? null,
    teacherFrom: teacherSource(values),
    saveRankings: values.saveRankings === true,
    followTest: values.followTest === true,
    reuseTeachers: values.reuseTeachers !== false,
    checkpointEvery: (values.checkpointEvery as number | undefined) ?? 30,
  }
}

/** Forty over the most epochs there can be, where a method learns from the teacher's training; else none. */
function snapshotsFor(methods: ReadonlyMap<string, AnyMethod>, values: Values): number | null {
  if (![...methods.values()].some(({ trajectory }) => trajectory !== undefined)) return null
  return Math.max(1, Math.round(((values.epochs as number | undefined) ?? stoppingDefaults.epochs) / 40))
}

function expectDistinct(loaded: ReadonlyMap<string, AnyMethod>): void {
  const byName = new Map<string, string>()
  for (const [reference, { name }] of loaded) {
    const other = byName.get(name)
    if (other !== undefined)
      throw new InputError(
        `methods: ${other} and ${reference} are both called "${name}"; give one of them another name`,
      )
    byName.set(name, reference)
  }
}

function lastOf(layers: readonly Layer[], key: string): unknown {
  return layers.findLast((layer) => layer.values[key] !== undefined)?.values[key]
}

/** The teacher that is given, with what it is where that can be told from outside. */
export function teacherSource(values: Readonly<Values>): TeacherSource | null {
  const given = values.teacherFrom as Partial<TeacherSource> | undefined
  if (given === undefined) return null
  const { from } = given
  if (from === undefined)
    throw new InputError(
      `--teacher-from: ${Object.keys(given).join(', ')} of a teacher are given, but not where it is; name its file or the folder of its run`,
    )
  const source = { ...given, from }
  const kind = kindOf(source)
  return kind === null ? source : { ...source, kind }
}

function isAll(value: unknown): boolean {
  const names = namesOf(value)
  return names.length === 1 && names[0] === 'all'
}

const defaultMethods = ['rrd', 'rce-kd']

function namesOfMethods(value: unknown, catalogue: Catalogue): readonly string[] {
  if (value === undefined) return defaultMethods
  const names = namesOf(value)
  return isAll(value) ? catalogue.methods.map(({ name }) => name) : names
}

/** Text with commas, or a list: each name once; `none` alone is none. */
function namesOf(value: unknown): readonly string[] {
  const names =
    typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value.filter(isText) : []
  const distinct = [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))]
  return distinct.length === 1 && distinct[0] === 'none' ? [] : distinct
}

/** What else stands in the list is refused by the schema. */
function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** A model beside the students that no teacher teaches: `popularity`, or `ials:64` with its size. */
function baselineOf(text: string, catalogue: Catalogue): ModelConfig {
  const { student } = mergeLayers([{ values: { student: text }, speak: () => '--baselines' }])
  return modelOf(student, { backbone: text, dim: 64, weightDecay: 1e-3 }, catalogue, 'baselines')
}

/** Models that teach together, as text with commas or a list of texts and groups. */
function teachersOf(values: Values, defaults: ModelDefaults, catalogue: Catalogue): readonly ModelConfig[] {
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
  if (values.teacherFrom !== undefined)
    throw new InputError('--teachers and --teacher-from: give one of them; --teacher-from is one teacher')
  return models
}

function modelOf(given: unknown, defaults: ModelDefaults, catalogue: Catalogue, role: string): ModelConfig {
  const values = (given ?? {}) as Values
  const definition = catalogue.backbone((values.backbone as string | undefined) ?? defaults.backbone)
  const own = definition.defaults ?? {}
  return {
    backbone: definition.name,
    dim: (values.dim as number | undefined) ?? defaults.dim,
    params: paramsOf(definition, values, ['backbone', 'dim'], role, catalogue),
    optimizer: {
      lr: (values.lr as number | undefined) ?? own.lr ?? optimizerDefaults.lr,
      weightDecay: (values.weightDecay as number | undefined) ?? own.weightDecay ?? defaults.weightDecay,
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
function methodOf(
  definition: AnyMethod,
  reference: string,
  { given, student, world, catalogue }: MethodContext,
): MethodConfig {
  const values = (given ?? {}) as Values
  const studentValues = { ...catalogue.backbone(world.student).defaults, ...(student ?? {}) } as Values
  const fitting = definition.presets?.filter(
    (each) => each.teacher === world.teacher && each.student === world.student,
  )
  // A preset may be for one split of a data set alone, e.g. citeulike-t/loo.
  const preset = [`${world.dataset}/${String(world.split)}`, world.dataset, world.dataset.split(':')[0]]
    .map((dataset) => fitting?.find((each) => each.dataset === dataset))
    .find((each) => each !== undefined)
  const number = (key: string, ...others: unknown[]) =>
    [values[key], ...others].find((value) => value !== undefined) as number
  const from =
    preset === undefined
      ? 'defaults'
      : `the authors' values for ${preset.dataset}, ${preset.teacher} to ${preset.student}`
  const changed = Object.keys(values)
  return {
    name: definition.name,
    reference,
    params: paramsOf(definition, { ...preset?.params, ...values }, ['lambda'], definition.name, catalogue),
    lambda: number('lambda', preset?.lambda, definition.defaults.lambda),
    optimizer: {
      lr: number('lr', preset?.lr, studentValues.lr, optimizerDefaults.lr),
      weightDecay: number('weightDecay', preset?.weightDecay, definition.defaults.weightDecay),
      batch: number('batch', preset?.batch, studentValues.batch, optimizerDefaults.batch),
      negatives: number('negatives', studentValues.negatives, optimizerDefaults.negatives),
    },
    origin: changed.length === 0 ? from : `${from}, with ${changed.join(', ')} as given`,
  }
}

/** The keys of a group that are parameters, parsed by the declaration; a key of another backbone or method is refused. */
function paramsOf(
  definition: AnyMethod | BackboneDefinition,
  values: Values,
  reserved: readonly string[],
  speaker: string,
  catalogue: Catalogue,
): Values {
  const known = Object.keys(definition.params.shape)
  const given = Object.entries(values).filter(([key]) => ![...reserved, ...trainingKeys].includes(key))
  for (const [key] of given) {
    if (known.includes(key)) continue
    const near = nearest(key, known)
    throw new InputError(
      `${speaker}: ${definition.name} has no parameter "${key}"; ${near === null ? `it takes ${known.join(', ') || 'none'}` : `did you mean "${near}"?`}`,
    )
  }
  return catalogue.parse(definition, Object.fromEntries(given))
}

function seedsOf(value: unknown): readonly number[] {
  if (value === undefined) return [0]
  if (typeof value === 'number') return Array.from({ length: value }, (_, seed) => seed)
  const seeds = value as number[]
  if (new Set(seeds).size !== seeds.length) throw new InputError(`seeds: each once, got ${show(seeds)}`)
  return seeds
}
