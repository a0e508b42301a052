import { InputError, type Split } from '@recdistill/core'
import { checkMeasurable } from '@recdistill/metrics'
import {
  complaintsOf,
  pairProblem,
  sideOf,
  type AnyMethod,
  type PairSide,
  type World,
} from '@recdistill/plugin'
import type { Catalogue } from '../catalogue.ts'
import type { Config, MethodConfig, ModelConfig } from '../config/config.ts'
import { fitProtocol } from './fit-protocol.ts'
import { fittingValues, suitLargeData } from './fitting-values.ts'
import { loweredInWords } from './lowered-in-words.ts'

/** A configuration whose methods all suit its models and data. */
export interface Fitting {
  readonly config: Config
  /** Why methods that nobody named were left out, one sentence each. */
  readonly leftOut: readonly string[]
}

/**
 * Everything about methods, models and protocol that depends on the data, before anything is written or trained.
 * Lengths of lists and cut-offs that nobody wrote and that are too long for the catalogue are lowered.
 * @throws InputError for the first thing that does not fit. Where nobody named the methods, those that cannot teach this
 * student with this teacher are left out instead, unless that leaves none.
 */
export async function checkFit(
  config: Config,
  { catalogue, split }: { catalogue: Catalogue; split: Split },
): Promise<Fitting> {
  const { numUsers, numItems, train, manifest } = split
  const refuse = (problem: string) => new InputError(`${manifest.dataset}: ${problem}`)
  if (train.items.length === 0)
    throw refuse(
      'the train part of the split is empty; choose a split rule that gives it a share, or loosen the filters',
    )
  const measured = fitProtocol(config.protocol, { catalogue, split })
  for (const part of ['valid', 'test'] as const) {
    if (split[part].items.length === 0)
      throw refuse(`the ${part} part of the split is empty; ${toHoldBack(manifest.rule)}`)
    checkMeasurable(split, measured.protocol, part)
  }

  const sideWith = ({ backbone, dim }: ModelConfig) => sideOf(catalogue.backbones.find(backbone), dim)
  const student = sideWith(config.student)
  const teacher = together(config.teachers.map(sideWith)) ?? sideWith(config.teacher)
  const world: World = { numUsers, numItems, train, dims: { student: student.rows, teacher: teacher.rows } }
  const elsewhere = config.teacherFrom !== null && config.teacherFrom.kind !== 'run' // judged once it is opened
  const methods: MethodConfig[] = []
  const leftOut: string[] = []
  const unfit: Unfit[] = []
  const lowered = measured.lowered === null ? [] : [measured.lowered]
  for (const method of config.methods) {
    const definition = await catalogue.method(method.reference)
    const pair = { student, teacher }
    const problem =
      definition.teacherLoss && config.teachers.length > 0
        ? `${definition.name}: it trains the teacher too, and several teachers together are trained no further; give one with --teacher`
        : elsewhere
          ? null
          : pairProblem(definition, method.params, pair, world)
    if (problem === null) {
      const problems = complaintsOf(definition, method.params, world)
      const smaller = problems.length > 0 ? loweredDefaults(definition, method, world) : {}
      if (smaller === null)
        unfit.push({
          name: definition.name,
          problems,
          instead:
            fittingValues(definition, method.params, world, { keep: method.written }) ??
            fittingValues(definition, method.params, world),
        })
      else if (problems.length > 0)
        lowered.push(loweredInWords(method, smaller, `${numUsers} users and ${numItems} items`))
      methods.push({ ...method, params: { ...method.params, ...smaller } })
    } else if (config.unnamedMethods) leftOut.push(problem)
    else throw new InputError(problem)
  }
  if (methods.length === 0 && leftOut.length > 0) throw new InputError(leftOut[0])
  if (unfit.length > 0) throw new InputError(misfit(unfit))
  return { config: { ...config, protocol: measured.config, methods, lowered }, leftOut }
}

/** What gives a part something, where a rule gave it nothing. */
function toHoldBack({ rule }: Split['manifest']['rule']): string {
  if (rule === 'ratio')
    return 'users have too few interactions for a share: hold back one of each user (--split loo), or keep users with more (--k-core 10)'
  if (rule === 'time')
    return 'move its moments (--split time:FROM_VALID,FROM_TEST) into the times of the data, which "data inspect" shows'
  return rule === 'files'
    ? 'take it out of the training interactions (--split files:0.1), or give its file'
    : 'choose another rule (--split) that gives it something'
}

/** Smaller values for what nobody wrote; null where that does not help, or where values that were written contradict others. */
function loweredDefaults(
  definition: AnyMethod,
  { params, written }: MethodConfig,
  world: World,
): Readonly<Record<string, number>> | null {
  if (!suitLargeData(definition, params)) return null
  return fittingValues(definition, params, world, { keep: written })
}

interface Unfit {
  readonly name: string
  readonly problems: readonly string[]
  /** Values that fit, where some were found. */
  readonly instead: Readonly<Record<string, number>> | null
}

/** Everything that is wrong with parameters, and what to type so that all of it fits. */
function misfit(unfit: readonly Unfit[]): string {
  const set = unfit.flatMap(({ name, instead }) =>
    Object.entries(instead ?? {}).map(([key, value]) => `${name}.${key}=${value}`),
  )
  const advice = set.length === 0 ? [] : [`this would fit: --set ${set.join(' ')}`]
  return [...unfit.flatMap(({ problems }) => problems), ...advice].join('; ')
}

/** Several teachers as one: they have no vectors in common, but each has been trained. Null when there is one alone. */
function together(members: readonly PairSide[]): PairSide | null {
  if (members.length === 0) return null
  const once = members.find(({ trains }) => trains !== 'steps')
  const name = `(${members.map((one) => one.name).join(' and ')} together)`
  return { name, batches: 'pairs', trains: once === undefined ? 'steps' : 'once', flips: false, rows: 0 }
}
