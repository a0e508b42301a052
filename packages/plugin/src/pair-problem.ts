import type { BackboneDefinition } from './backbone.ts'
import type { World } from './declarations.ts'
import type { AnyMethod } from './method.ts'
import { rowDimOf, type Model } from './model.ts'

/** What a model of a pair declares of itself. */
export interface PairSide {
  readonly name: string
  readonly batches: 'pairs' | 'users'
  /** `never`: made elsewhere, so there is nothing of its training. */
  readonly trains: 'steps' | 'once' | 'never'
  /** It ranks users for an item as well. */
  readonly flips: boolean
  /** Length of the vectors that can be compared; 0 where there are none. */
  readonly rows: number
}

export interface Pair {
  readonly student: PairSide
  readonly teacher: PairSide
}

/** A backbone of a size as one side of a pair. */
export function sideOf(
  {
    name,
    batches = 'pairs',
    trains = 'steps',
    vectors = true,
    flips = vectors,
    rowDim,
  }: Pick<BackboneDefinition, 'name' | 'batches' | 'trains' | 'vectors' | 'flips' | 'rowDim'>,
  dim: number,
): PairSide {
  return { name, batches, trains, flips, rows: rowDim?.(dim) ?? (vectors ? dim : 0) }
}

/**
 * Why a method cannot take knowledge from this teacher to this student, in one sentence; null when it can. It is told by what
 * method and models declare, so before anything is trained.
 * @param world What `rows` of the method is told of.
 */
export function pairProblem(
  method: AnyMethod,
  params: Readonly<Record<string, unknown>>,
  { student, teacher }: Pair,
  world: World,
): string | null {
  const { name } = method
  if (student.trains !== 'steps')
    return `${name}: the student ${student.name} takes no steps of training, so nothing can teach it; it can be a teacher, and a student is one such as mf`
  if (method.teacherLoss) {
    if (teacher.trains !== 'steps')
      return `${name}: it trains the teacher too, and ${teacher.name} takes no steps of training; use a teacher such as mf`
    if (teacher.batches !== student.batches && (method.base?.(params) ?? true))
      return `${name}: it trains both models on the same batches, and ${teacher.name} takes ${teacher.batches} where ${student.name} takes ${student.batches}; use two of one kind, such as mf and lightgcn`
  }
  if ((method.trajectory?.(params) ?? 0) > 0 && teacher.trains !== 'steps')
    return `${name}: it learns from snapshots of the teacher's training, and ${teacher.name} has none, for it is not trained in steps; use a teacher such as mf`
  const told = (side: PairSide) => `the ${side === student ? 'student' : 'teacher'} ${side.name}`
  const empty = [student, teacher].find(({ rows }) => rows === 0)
  if (empty && Object.keys(method.rows?.(params, world) ?? {}).length > 0)
    return `${name}: it compares vectors of users and items, and ${told(empty)} has none; use one with vectors such as mf, or a method that compares scores or rankings such as rce-kd`
  const oneWay = [student, teacher].find(({ flips }) => !flips)
  if (oneWay && method.itemSide?.(params))
    return `${name}: its item side ranks users for an item, which ${told(oneWay)} cannot; switch the item side off, or use one with vectors such as mf`
  return null
}

/** A model that is there as one side of a pair: `name` speaks for it. */
export function sideOfModel(model: Pick<Model, 'dim' | 'rowDim' | 'flipped'>, name: string): PairSide {
  return {
    name,
    batches: 'pairs',
    trains: 'never',
    flips: model.flipped !== undefined,
    rows: rowDimOf(model),
  }
}
