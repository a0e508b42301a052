import { armOf, type Range } from '@recdistill/compress'
import { InputError, show, unknownName } from '@recdistill/core'
import type { AnyMethod } from '@recdistill/plugin'
import type { Catalogue } from '../catalogue.ts'
import type { Config, MethodConfig, TuneConfig } from './config.ts'
import type { Layer } from './layer.ts'
import { readRange } from './range.ts'
import { fixedOf, saidOf } from './said.ts'
import { trainingKeys } from './schema.ts'

type Ranges = TuneConfig['ranges'][string]
type WrittenRanges = TuneConfig['written'][string]

/** As it stands in a configuration. */
export type TuneValues = { readonly trials?: number; readonly ranges?: TuneConfig['written'] } | undefined

interface TuneContext {
  readonly given: readonly Layer[]
  readonly methods: readonly MethodConfig[]
  /** By reference. */
  readonly loaded: ReadonlyMap<string, AnyMethod>
  readonly catalogue: Catalogue
  /** Whether this run trains one teacher. */
  readonly teaches: boolean
}

const usualTrials = 12

/** Published values lie between nothing and a hundredth. */
const weightDecay: Range = { low: 1e-6, high: 1e-2, scale: 'log' }

/**
 * What is searched for each student: the ranges that are given for it beside the usual ones. Those are learning rate and weight
 * decay and, of a method, what `armOf` gives it, without the settings that were said. A teacher is searched where ranges are given
 * for it, and for nothing else.
 * @throws InputError for a model or setting that there is not, a range that is none, or where nothing is left to search.
 */
export function tuneOf(
  value: TuneValues,
  { given, methods, loaded, catalogue, teaches }: TuneContext,
): TuneConfig | null {
  if (value === undefined) return null
  const { trials = usualTrials, ranges = {} } = value
  // Ranges of a method that is not in this run may stay in a file.
  const names = [...(teaches ? ['teacher'] : []), 'scratch', ...methods.map(({ name }) => name)]
  const known = [...new Set([...names, ...catalogue.methods.map(({ name }) => name)])]
  if (ranges.teacher && !teaches)
    throw new InputError(
      'tune.ranges: there is no "teacher" to tune: it is given, or several teach together; only one that this run trains is searched',
    )
  for (const name of Object.keys(ranges)) expectKnown('model', name, known, 'tune.ranges')

  const taught = ranges.teacher ? { teacher: readRanges(ranges.teacher, trainingKeys, 'teacher') } : {}
  const alone = {
    ...usualRanges({ lambda: 0, params: {} }, saidOf(given, 'student')),
    ...readRanges(ranges.scratch, trainingKeys, 'scratch'),
  }
  const ofMethods = methods.map((method) => {
    const { name, reference } = method
    const parameters = Object.keys(loaded.get(reference)?.params.shape ?? {})
    const written = readRanges(ranges[name], [...trainingKeys, 'lambda', ...parameters], name)
    return [name, { ...usualRanges(method, fixedOf(given, name)), ...written }] as const
  })
  const searched: TuneConfig['ranges'] = { ...taught, scratch: alone, ...Object.fromEntries(ofMethods) }
  if (Object.values(searched).every((of) => Object.keys(of).length === 0))
    throw new InputError(
      'tune: nothing is left to search, as every setting that usually is searched is given; leave --tune out, or give ranges, e.g. --set tune.ranges.scratch.lr=0.001..0.02',
    )
  return { trials, ranges: searched, written: ranges }
}

/** The usual ranges are around the values of a method: where those were lowered to suit the data, around the lowered ones. */
export function suitedTune({ tune, methods }: Pick<Config, 'tune' | 'methods'>): TuneConfig | null {
  if (tune === null) return null
  const suited = methods.map(({ name, lambda, params }) => {
    const { ranges } = armOf({ kind: '', method: '', lambda, params, fixed: [] })
    const isUsual = (key: string) => tune.written[name]?.[key] === undefined && key in ranges
    const before = Object.entries(tune.ranges[name])
    const after = before.map(([key, range]) => [key, isUsual(key) ? ranges[key] : range])
    return [name, Object.fromEntries(after) as Ranges] as const
  })
  return { ...tune, ranges: { ...tune.ranges, ...Object.fromEntries(suited) } }
}

function usualRanges(
  { lambda, params }: Pick<MethodConfig, 'lambda' | 'params'>,
  fixed: readonly string[],
): Ranges {
  const { ranges } = armOf({ kind: '', method: '', lambda, params, fixed })
  return fixed.includes('weightDecay') ? ranges : { ...ranges, weightDecay }
}

function readRanges(written: WrittenRanges = {}, settings: readonly string[], name: string): Ranges {
  return Object.fromEntries(
    Object.entries(written).map(([key, value]) => {
      expectKnown('setting', key, settings, `tune.ranges.${name}`)
      const range = readRange(value)
      if (range !== null) return [key, range]
      throw new InputError(
        `tune.ranges.${name}.${key}: expected low..high with low below high, e.g. 0.001..0.1, or a list of values, got ${show(value)}`,
      )
    }),
  )
}

function expectKnown(noun: string, key: string, known: readonly string[], at: string): void {
  if (!known.includes(key)) throw new InputError(`${at}: ${unknownName(noun, key, known)}`)
}
