import { InputError, nearest } from '@recdistill/core'
import { one, type Side } from './join-ids.ts'
import type { TeacherSource } from './teacher-source.ts'

/** Which arrays of an archive make one tower. */
export interface Guess {
  readonly vectors: string
  readonly bias: string | null
  readonly ids: string | null
}

type Shapes = Readonly<Record<string, readonly number[]>>
type Names = Pick<TeacherSource, 'userTensor' | 'itemTensor' | 'userBias' | 'itemBias'>

const words = {
  users: /user|query|customer|member|^u$|^p$/i,
  items: /item|product|movie|track|document|candidate|^i$|^v$|^q$/i,
}

/**
 * Finds the tensors of user and item vectors by their names: those that were given, else the only matrix whose name speaks of
 * users, or of items. Biases and ids beside them are taken too, where a name says so and the length fits.
 * @param side Given, the archive holds this side alone, and a single matrix is it whatever its name.
 * @throws InputError naming the tensors there are when none or several fit.
 */
export function guessTensors(
  path: string,
  shapes: Shapes,
  names: Names,
): { users: Guess; items: Guess; notes: readonly string[] }
export function guessTensors(
  path: string,
  shapes: Shapes,
  names: Names,
  side: Side,
): Guess & { notes: readonly string[] }
export function guessTensors(
  path: string,
  shapes: Shapes,
  names: Names,
  side?: Side,
): (Guess | { users: Guess; items: Guess }) & { notes: readonly string[] } {
  const given = { users: names.userTensor, items: names.itemTensor }
  const biases = { users: names.userBias, items: names.itemBias }
  const guess = (of: Side, alone: boolean): Guess => {
    const vectors = given[of] ?? theMatrix(path, shapes, of, alone)
    expectMatrix(path, shapes, vectors, of)
    return {
      vectors,
      bias: biasOf(path, shapes, { vectors, given: biases[of], of, alone }),
      ids: idsOf(shapes, vectors, of, alone),
    }
  }
  if (side !== undefined) {
    const found = guess(side, true)
    return { ...found, notes: inWords(path, side, found) }
  }
  const [users, items] = [guess('users', false), guess('items', false)]
  if (users.vectors === items.vectors)
    throw new InputError(
      `${path}: "${users.vectors}" cannot be the vectors of both; name them with --set teacherFrom.userTensor=NAME teacherFrom.itemTensor=NAME`,
    )
  return { users, items, notes: [...inWords(path, 'users', users), ...inWords(path, 'items', items)] }
}

function inWords(path: string, side: Side, { vectors, bias, ids }: Guess): string[] {
  const more = [bias && `biases "${bias}"`, ids && `ids "${ids}"`].filter(Boolean)
  return [`${path}: ${side} are "${vectors}"${more.length === 0 ? '' : ` with ${more.join(' and ')}`}`]
}

function theMatrix(path: string, shapes: Shapes, of: Side, alone: boolean): string {
  const matrices = Object.keys(shapes).filter((name) => shapes[name].length === 2 && shapes[name][1] > 1)
  if (alone && matrices.length === 1) return matrices[0]
  if (matrices.length === 1)
    throw new InputError(
      `${path}: expected vectors of users and vectors of items, and "${matrices[0]}" [${shapes[matrices[0]].join(', ')}] is the only matrix; scores of users and items are read from .npy, which numpy.save writes; where it is one of the two, name the other's file with --teacher-items FILE`,
    )
  const speaking = matrices.filter((name) => words[of].test(name) && !words[other(of)].test(name))
  const better = speaking.filter((name) => /emb|factor|vector/i.test(name))
  const fitting = better.length === 1 ? better : speaking
  if (fitting.length === 1) return fitting[0]
  throw new InputError(
    `${path}: ${fitting.length === 0 ? 'no tensor is named like' : `${fitting.join(' and ')} could be`} the vectors of ${of}; it has ${described(shapes)}; name it with --set teacherFrom.${one(of)}Tensor=NAME`,
  )
}

function expectMatrix(path: string, shapes: Shapes, name: string, of: Side): void {
  const shape = shapes[name] as readonly number[] | undefined
  if (shape === undefined) {
    const near = nearest(name, Object.keys(shapes))
    throw new InputError(
      `${path}: no tensor "${name}"; ${near === null ? `it has ${described(shapes)}` : `did you mean "${near}"?`}`,
    )
  }
  if (shape.length !== 2 || shape[1] === 0)
    throw new InputError(`${path}: "${name}" is [${shape.join(', ')}], expected a row for each of the ${of}`)
}

function biasOf(
  path: string,
  shapes: Shapes,
  { vectors, given, of, alone }: { vectors: string; given: string | undefined; of: Side; alone: boolean },
): string | null {
  const [rows] = shapes[vectors]
  const fits = (shape: readonly number[]) => shape[0] === rows && shape.slice(1).every((size) => size === 1)
  if (given !== undefined) {
    const shape = shapes[given] as readonly number[] | undefined
    if (shape !== undefined && shape.length > 0 && fits(shape)) return given
    throw new InputError(
      `${path}: ${shape === undefined ? `no tensor "${given}"` : `"${given}" is [${shape.join(', ')}]`}, expected ${rows} biases of ${of}; it has ${described(shapes)}`,
    )
  }
  return (
    Object.keys(shapes).find(
      (name) =>
        /bias/i.test(name) && shapes[name].length > 0 && fits(shapes[name]) && speaksOf(name, of, alone),
    ) ?? null
  )
}

function idsOf(shapes: Shapes, vectors: string, of: Side, alone: boolean): string | null {
  const fits = (name: string) =>
    name !== vectors && shapes[name].length === 1 && shapes[name][0] === shapes[vectors][0]
  return (
    Object.keys(shapes).find(
      (name) => /(^|[^a-z])ids?$|Ids?$|tokens?$/.test(name) && fits(name) && speaksOf(name, of, alone),
    ) ?? null
  )
}

function speaksOf(name: string, of: Side, alone: boolean): boolean {
  return words[of].test(name) || (alone && !words[other(of)].test(name))
}

function described(shapes: Shapes): string {
  const all = Object.entries(shapes).map(([name, shape]) => `${name} [${shape.join(', ')}]`)
  return all.slice(0, 8).join(', ') + (all.length > 8 ? ', ...' : '') || 'none'
}

function other(of: Side): Side {
  return of === 'users' ? 'items' : 'users'
}
