import { InputError, type Csr } from '@recdistill/core'
import {
  checkDeclared,
  checkParams,
  rowDimOf,
  type AnyMethod,
  type Lists,
  type Model,
  type Values,
  type World,
} from '@recdistill/plugin'

/** What a method declares in a world, and what it made for its draws. */
export interface Declaration {
  readonly world: World
  readonly made: unknown
  readonly lists: Lists
  readonly values: Values
}

/** @throws InputError when the models or the parameters do not fit, or when a declared part has another form than its type. */
export function declarationOf(
  method: AnyMethod,
  params: Readonly<Record<string, unknown>>,
  {
    teacher,
    student,
    train,
    trajectories,
  }: { teacher: Model; student: Model; train: Csr; trajectories: readonly unknown[] },
): Declaration {
  const { numUsers, numItems } = student
  if (teacher.numUsers !== numUsers || teacher.numItems !== numItems)
    throw new InputError(
      `${method.name}: the teacher knows ${teacher.numUsers} users and ${teacher.numItems} items, the split has ${numUsers} and ${numItems}; both must come from the same split`,
    )
  const dims = { student: rowDimOf(student), teacher: rowDimOf(teacher) }
  const world = { numUsers, numItems, train, dims, teachers: Math.max(1, trajectories.length) }
  checkParams(method, params, world)
  const made = method.make?.(params, world)
  const lists = method.lists(params, world, made)
  const values = method.values?.(params, world, made) ?? {}
  checkDeclared(method.name, {
    lists,
    values,
    rows: method.rows?.(params, world) ?? {},
    aux: method.aux?.(params, world) ?? {},
    backgrounds: method.backgrounds?.(params) ?? {},
    fused: method.fused?.(params) ?? null,
  })
  return { world, made, lists, values }
}
