import type { Rng } from '@recdistill/core'
import type { AuxSpec } from '../declarations.ts'
import type { StandIn } from './stand-in.ts'
import type { Declared } from './subject.ts'

/** Where a loss is evaluated: both models, and the method's own numbers. */
export interface Point {
  readonly student: StandIn
  readonly teacher: StandIn
  readonly aux: Readonly<Record<string, Float64Array>>
}

/** A place among the numbers that are trained: all of them stand in one row, users, items, then each auxiliary tensor. */
export interface Part {
  readonly name: string
  readonly start: number
  readonly length: number
}

export function startPoint({ scene, aux }: Declared, rng: Rng, { scatter = 0 } = {}): Point {
  return {
    student: scene.students[0],
    teacher: scene.teacher,
    aux: Object.fromEntries(
      Object.entries(aux).map(([name, spec]) => {
        const noise = rng.fork(name)
        return [name, initial(spec, noise).map((x) => x + scatter * noise.normal())]
      }),
    ),
  }
}

function initial({ shape, init }: AuxSpec, rng: Rng): Float64Array {
  const values = new Float64Array(shape.reduce((product, n) => product * n, 1))
  if (init === 'zeros') return values
  if ('uniform' in init) return values.map(() => init.uniform * (2 * rng.float() - 1))
  return values.map(() => init.normal * rng.normal())
}

/** Of the teacher its tables alone are trained. */
export function partsOf(point: Point, trains: 'student' | 'teacher'): readonly Part[] {
  const { users, items } = point[trains]
  const lengths: [string, number][] = [['the tables', users.length + items.length]]
  if (trains === 'student')
    for (const [name, { length }] of Object.entries(point.aux)) lengths.push([`aux.${name}`, length])
  let start = 0
  return lengths.map(([name, length]) => ({ name, start: (start += length) - length, length }))
}

/** The point moved by `t` along a direction. */
export function moved(
  point: Point,
  trains: 'student' | 'teacher',
  direction: Float64Array,
  t: number,
): Point {
  const step = (values: Float64Array, start: number) => values.map((x, n) => x + t * direction[start + n])
  const model = point[trains]
  const [, ...own] = partsOf(point, trains)
  const aux = own.map(({ name, start }) => {
    const key = name.slice('aux.'.length)
    return [key, step(point.aux[key], start)] as const
  })
  return {
    ...point,
    [trains]: { ...model, users: step(model.users, 0), items: step(model.items, model.users.length) },
    aux: { ...point.aux, ...Object.fromEntries(aux) },
  }
}
