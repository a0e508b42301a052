import { InputError } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import {
  complaintsOf,
  pairProblem,
  parseParams,
  sideOf,
  sideOfModel,
  type AnyMethod,
} from '@recdistill/plugin'
import type { ImportedTeacher } from '@recdistill/teachers'
import { loadModel, rehearse } from '@recdistill/trainer'
import { join } from 'node:path'
import type { Catalogue } from '../catalogue.ts'
import type { Config } from '../config/config.ts'
import type { Fitting } from './check-fit.ts'
import { lengthsOf, shortened } from './fitting-values.ts'
import { loweredInWords } from './lowered-in-words.ts'
import { trajectoryOf } from './method-models.ts'
import type { Setting } from './setting.ts'
import { teacherFolder } from './teacher-cache.ts'

interface Context {
  readonly catalogue: Catalogue
  readonly split: Setting['split']
  readonly engine: Engine
}

/**
 * What fits a teacher that is given; one that is trained here has been looked at before.
 * @param lent Where the teacher of another run lies, if no longer in the folder of that run.
 */
export function fittingTeacher(
  fitting: Fitting,
  { imported, lent = null }: { imported: ImportedTeacher | null; lent?: string | null },
  context: Context,
): Fitting | Promise<Fitting> {
  if (imported !== null) return checkTeacher(fitting, imported, context)
  const { teacherFrom } = fitting.config
  return teacherFrom === null ? fitting : checkLent(fitting, lent ?? teacherFolder(teacherFrom.from), context)
}

/**
 * Whether the methods can learn from a teacher that was trained elsewhere, before anything is trained. Where nobody named
 * the methods, those that cannot are left out.
 * @throws InputError of one sentence, naming the methods that would work.
 */
async function checkTeacher(
  { config, leftOut }: Fitting,
  teacher: ImportedTeacher,
  context: Context,
): Promise<Fitting> {
  const { catalogue } = context
  const kept: Config['methods'][number][] = []
  const cannot: string[] = []
  const lowered = [...config.lowered]
  for (const method of config.methods) {
    const definition = await catalogue.method(method.reference)
    const problem = problemOf(definition, method.params, teacher, config, context)
    const smaller = problem === null ? {} : withinLists(definition, method, teacher, config, context)
    if (smaller === null) {
      if (config.unnamedMethods) cannot.push(problem!)
      else throw new InputError(`${problem}${alternatives(teacher, config, context)}`)
    } else {
      if (problem !== null) lowered.push(loweredInWords(method, smaller, 'the lists of the teacher'))
      kept.push({ ...method, params: { ...method.params, ...smaller } })
    }
  }
  if (kept.length === 0 && cannot.length > 0)
    throw new InputError(`${cannot[0]}${alternatives(teacher, config, context)}`)
  return { config: { ...config, methods: kept, lowered }, leftOut: [...leftOut, ...cannot] }
}

/** Smaller lengths, of those that nobody wrote, with which a method looks no further than a teacher's lists go; null where that does not help. */
function withinLists(
  definition: AnyMethod,
  { params, written }: Config['methods'][number],
  teacher: ImportedTeacher,
  config: Config,
  context: Context,
): Readonly<Record<string, number>> | null {
  const { listed } = teacher
  if (listed === null || problemOf(definition, params, endless(teacher), config, context) !== null)
    return null
  const { depth } = rehearse(definition, params, { engine: context.engine })
  const factor = Math.min(listed.keep / Math.max(1, depth.keep), listed.skip / Math.max(1, depth.skip))
  const lengths = lengthsOf(definition, params, { keep: written })
  const smaller = shortened(definition, params, lengths, factor)
  const fitting = { ...params, ...smaller }
  const suits = complaintsOf(definition, fitting, context.split).length === 0
  return suits && problemOf(definition, fitting, teacher, config, context) === null ? smaller : null
}

/** The same with lists that never end. */
function endless(teacher: ImportedTeacher): ImportedTeacher {
  return teacher.listed === null ? teacher : { ...teacher, listed: { keep: Infinity, skip: Infinity } }
}

/**
 * The same of the teacher of an earlier run: it must be there, of this split, and hold the snapshots that methods ask for.
 * @throws InputError of one sentence.
 */
async function checkLent(
  { config, leftOut }: Fitting,
  folder: string,
  { catalogue, split, engine }: Context,
): Promise<Fitting> {
  const checkpoint = join(folder, 'best.ckpt')
  loadModel({ checkpoint, split, engine, definitions: catalogue.backbones.all() }).dispose()
  const kept: Config['methods'][number][] = []
  const cannot: string[] = []
  for (const method of config.methods) {
    const { name, trajectory } = await catalogue.method(method.reference)
    const wanted = trajectory?.(method.params) ?? 0
    try {
      if (wanted > 0) trajectoryOf(name, folder, wanted)
      kept.push(method)
    } catch (error) {
      if (!config.unnamedMethods || !(error instanceof InputError)) throw error
      cannot.push(error.message)
    }
  }
  return { config: { ...config, methods: kept }, leftOut: [...leftOut, ...cannot] }
}

/** What keeps a method from learning from this teacher; null when nothing does. */
function problemOf(
  definition: AnyMethod,
  params: Readonly<Record<string, unknown>>,
  teacher: ImportedTeacher,
  { student, teacherFrom }: Config,
  { catalogue, split, engine }: Context,
): string | null {
  const name = nameOf(teacher, { teacherFrom })
  const { model, listed } = teacher
  const pair = {
    student: sideOf(catalogue.backbones.find(student.backbone), student.dim),
    teacher: sideOfModel(model, name),
  }
  const world = {
    numUsers: split.numUsers,
    numItems: split.numItems,
    train: split.train,
    dims: { student: pair.student.rows, teacher: pair.teacher.rows },
  }
  const declared = pairProblem(definition, params, pair, world)
  if (declared !== null) return declared.includes(name) ? withoutAdvice(declared) : declared
  if (listed === null) return null
  const asked = rehearse(definition, params, { engine })
  if (asked.order)
    return `${definition.name}: it asks for the teacher's order of all items, and ${name} ends after ${listed.keep} at most`
  if (asked.scores)
    return `${definition.name}: it compares scores of items beyond the teacher's first ones, and ${name} has scores of those it lists alone`
  for (const seen of ['keep', 'skip'] as const)
    if (asked.depth[seen] > listed[seen]) {
      const reason = Object.entries(params).filter(([, value]) => value === asked.depth[seen])
      const advice = reason.map(([key]) => `${definition.name}.${key}=${listed[seen]}`).join(' ')
      return `${definition.name}: it looks at the teacher's first ${asked.depth[seen]} ${seen === 'skip' ? 'items that are no training positives' : 'items'}, and the longest list of ${name} has ${listed[seen]}; give longer lists${advice === '' ? '' : `, or --set ${advice}`}`
    }
  return null
}

/** Other teachers are no help to somebody who brings this one; what works with it is said after the problem. */
function withoutAdvice(problem: string): string {
  const end = problem.lastIndexOf('; ')
  return end < 0 ? problem : problem.slice(0, end)
}

/** The methods that would work with values of their own, where it is not a matter of values. */
function alternatives(teacher: ImportedTeacher, config: Config, context: Context): string {
  const works = context.catalogue.methods.filter((definition) => {
    try {
      const params = parseParams(definition)
      return problemOf(definition, params, endless(teacher), config, context) === null
    } catch (error) {
      if (error instanceof InputError) return false
      throw error
    }
  })
  return works.length === 0
    ? ''
    : `; with this teacher these work: ${works.map(({ name }) => name).join(', ')}`
}

function nameOf({ form }: ImportedTeacher, { teacherFrom }: Pick<Config, 'teacherFrom'>): string {
  return `${teacherFrom?.from ?? 'the teacher'} (${form})`
}
