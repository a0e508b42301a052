import type { World } from '../declarations.ts'
import type { ItemSide } from '../item-side.ts'
import type { AnyMethod } from '../method.ts'
import { complaintsOf } from '../parse-params.ts'
import { makeScene, many, smallestCatalogue, type Params, type Scene, type SceneOptions } from './scene.ts'
import type { StandIn } from './stand-in.ts'

/** What the laws of lists and losses are tried on: a method, its item side, or the loss that trains its teacher. */
export interface Subject {
  /** Stands before the name of each law. */
  readonly prefix: string
  /** Of the item side this is its lists and its loss as a method over users. */
  readonly method: AnyMethod
  readonly trains: 'student' | 'teacher'
  readonly cases: readonly Params[]
  /** The smallest catalogue these parameters fit. */
  smallest(params: Params): number
  readonly unseen: readonly string[]
  readonly repeats: readonly string[]
  /** Whether this loss holds parts of the model in training constant. */
  detached(params: Params): boolean
  readonly teachers: number
  readonly epochs: number
}

export interface SubjectOptions {
  readonly unseen: readonly string[]
  readonly repeats: readonly string[]
  readonly detached: (params: Params) => boolean
  readonly itemSide: { readonly unseen: readonly string[]; readonly repeats: readonly string[] }
  readonly teachers: number
  readonly epochs: number
}

export function userSide(method: AnyMethod, cases: readonly Params[], options: SubjectOptions): Subject {
  return {
    ...options,
    prefix: '',
    method,
    trains: 'student',
    cases,
    smallest: (params) => smallestCatalogue(method.name, (size) => complaintsOf(method, params, size)),
  }
}

/** The same method, with the loss that trains its teacher; null where there is none. */
export function teacherSide(
  method: AnyMethod,
  cases: readonly Params[],
  options: SubjectOptions,
): Subject | null {
  if (!method.teacherLoss) return null
  return { ...userSide(method, cases, options), prefix: 'teacher loss: ', trains: 'teacher' }
}

/** The item side as a method of its own: who is called a user here is an item there. Null where no parameters switch it on. */
export function itemSideOf(
  { name, paper, defaults, params, check, itemSide }: AnyMethod,
  cases: readonly Params[],
  options: SubjectOptions,
): Subject | null {
  const on = cases.filter((given) => itemSide?.(given))
  if (!itemSide || on.length === 0) return null
  const side = (given: Params) => itemSide(given) as ItemSide
  const method: AnyMethod = {
    name: `${name}, item side`,
    paper,
    defaults,
    params,
    over: 'users',
    lists: (given, world) => side(given).lists(world),
    values: (given, world) => side(given).values?.(world) ?? {},
    loss: (input) => side(input.params as Params).loss({ ...input, params: undefined } as never),
    fused: (given) => side(given).fused ?? null,
  }
  return {
    ...options,
    ...options.itemSide,
    prefix: 'item side: ',
    method,
    trains: 'student',
    cases: on,
    detached: () => false,
    smallest: (given) =>
      smallestCatalogue(
        method.name,
        ({ numItems }) => check?.(given, { numUsers: numItems, numItems: many }) ?? [],
      ),
  }
}

/** A subject with parameters in a scene, and everything it declares there. */
export interface Declared extends ReturnType<typeof declarationsOf> {
  readonly subject: Subject
  readonly params: Params
  readonly scene: Scene
  readonly trajectories: readonly (readonly StandIn[])[]
}

/** Declares anew: what a method keeps to itself between two calls of this is found out. */
export function declare(
  subject: Subject,
  params: Params,
  numItems: number,
  options?: SceneOptions,
): Declared {
  const scene = makeScene(numItems, options)
  const snapshots = subject.method.trajectory?.(params) ?? 0
  return {
    subject,
    params,
    scene,
    trajectories: snapshots > 0 ? scene.snapshots(subject.teachers, snapshots) : [],
    ...declarationsOf(subject.method, params, { ...scene.world, teachers: subject.teachers }),
  }
}

function declarationsOf(method: AnyMethod, params: Params, world: World) {
  const made = method.make?.(params, world)
  return {
    made,
    lists: method.lists(params, world, made),
    values: method.values?.(params, world, made) ?? {},
    rows: method.rows?.(params, world) ?? {},
    aux: method.aux?.(params, world) ?? {},
    backgrounds: method.backgrounds?.(params) ?? {},
  }
}
