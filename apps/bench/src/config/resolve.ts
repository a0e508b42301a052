import { InputError, show } from '@recdistill/core'
import type { Device } from '@recdistill/engine'
import type { AnyMethod } from '@recdistill/plugin'
import { kindOf, type TeacherSource } from '@recdistill/teachers'
import type { Catalogue } from '../catalogue.ts'
import { backbonesOf } from './backbones-of.ts'
import type { Config, ModelConfig } from './config.ts'
import { checkLayer, type Layer } from './layer.ts'
import { mergeLayers } from './merge.ts'
import { presetLayer } from './presets.ts'
import { baselineOf, methodOf, modelOf, teachersOf } from './resolve-models.ts'
import { protocolOf, sourceOf } from './resolve-source.ts'
import { tuneOf, type TuneValues } from './resolve-tune.ts'
import { layerSchema } from './schema.ts'
import { modelDefaults, stoppingDefaults } from './training-defaults.ts'

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
  for (const reference of backbonesOf(layers)) await catalogue.backbones.open(reference)
  const methods = [...new Set([...catalogue.methods, ...loaded.values()])]
  const schema = layerSchema({ methods, backbones: catalogue.backbones.all() })
  for (const layer of given) checkLayer(layer, schema)

  const values = mergeLayers(layers)
  expectDistinct(loaded)
  const source = sourceOf(values, layers)
  const dataset = source.name
  const split = 'split' in source.request ? source.request.split : undefined
  const defaults = modelDefaults(dataset, split)
  const teacher = modelOf(values.teacher, defaults.teacher, catalogue, 'teacher')
  const teachers = teachersOf(values, defaults.teacher, catalogue)
  const student = modelOf(values.student, defaults.student, catalogue, 'student')
  const world = { dataset, split, teacher: teacher.backbone, student: student.backbone }
  const chosen = [...loaded].map(([reference, definition]) =>
    methodOf(definition, reference, {
      given: values[definition.name],
      student: values.student,
      world,
      catalogue,
    }),
  )
  return {
    preset,
    source,
    protocol: protocolOf(values.protocol, source),
    teacher,
    teachers,
    student,
    baselines: baselinesOf(values.baselines, catalogue),
    methods: chosen,
    unnamedMethods: lastOf(given, 'methods') === undefined || isAll(values.methods),
    seeds: seedsOf(values.seeds),
    epochs: (values.epochs as number | undefined) ?? stoppingDefaults.epochs,
    patience: (values.patience as number | undefined) ?? stoppingDefaults.patience,
    validateEvery: (values.validateEvery as number | undefined) ?? stoppingDefaults.validateEvery,
    tune: tuneOf(values.tune as TuneValues, {
      given,
      methods: chosen,
      loaded,
      catalogue,
      teaches: teachers.length === 0 && values.teacherFrom === undefined,
    }),
    snapshotEvery: (values.snapshotEvery as number | undefined) ?? snapshotsFor(loaded, values),
    device: (values.device as Device | undefined) ?? null,
    threads: (values.threads as number | undefined) ?? null,
    teacherFrom: teacherSource(values),
    saveRankings: values.saveRankings === true,
    followTest: values.followTest === true,
    sparseAdam: values.sparseAdam === true,
    keepGoing: values.keepGoing === true,
    reuseTeachers: values.reuseTeachers !== false,
    checkpointEvery: (values.checkpointEvery as number | undefined) ?? 30,
    lowered: [],
  }
}

function baselinesOf(value: unknown, catalogue: Catalogue): readonly ModelConfig[] {
  const models = namesOf(value).map((text) => baselineOf(text, catalogue))
  if (new Set(models.map(({ backbone, dim }) => `${backbone}:${dim}`)).size !== models.length)
    throw new InputError(`--baselines: each once, got ${show(value)}`)
  return models
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

function seedsOf(value: unknown): readonly number[] {
  if (value === undefined) return [0]
  if (typeof value === 'number') return Array.from({ length: value }, (_, seed) => seed)
  const seeds = value as number[]
  if (new Set(seeds).size !== seeds.length) throw new InputError(`seeds: each once, got ${show(seeds)}`)
  return seeds
}
