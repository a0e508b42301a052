import { InputError, NO_ITEM } from '@recdistill/core'
import type { AnyMethod, Backbone, LossInput, Model } from '@recdistill/plugin'
import { tf, valueAndGradients, type Tensor2D } from '@recdistill/tensor'
import type { UserLists } from './user-lists.ts'

/** Numbers in one leaf at most: larger batches are differentiated in blocks of rows, whose sums add up. */
const leafSize = 2 ** 22

/**
 * A method's `loss` by automatic differentiation. The leaves are the student's scores of those lists that the loss reads,
 * found out at the first call; teacher scores, masks and values are constants. Adds `lambda` times the gradient.
 */
export function tapeLoss(
  method: AnyMethod,
  params: Readonly<Record<string, unknown>>,
  { lists, teacher, student }: { lists: UserLists; teacher: Model; student: Backbone },
): (users: Uint32Array, lambda: number, progress: number) => number {
  const sizes = new Map(
    Object.entries(lists.lists).map(([name, { size }]) => [
      name,
      size === 'catalogue' ? student.numItems : size,
    ]),
  )
  const rowsPerBlock = Math.max(1, Math.floor(leafSize / Math.max(1, ...sizes.values())))
  const reads = new Set<string>()
  const catalogue = catalogueRows(student.numItems)

  const block = (users: Uint32Array, lambda: number, progress: number): number => {
    const items = lazily(method.name, 'list', sizes, (name) =>
      lists.lists[name].size === 'catalogue' ? catalogue(users.length) : itemsOf(lists, name, users),
    )
    const constants: Tensor2D[] = []
    const constant = (data: Float32Array, size: number) => {
      const tensor = tf.keep(tf.tensor2d(data, [users.length, size]))
      constants.push(tensor)
      return tensor
    }
    const input = {
      teacher: {
        scores: lazily(method.name, 'list', sizes, (name, size) =>
          constant(
            lists.lists[name].size === 'catalogue'
              ? teacher.scoresOf(users, items[name], size)
              : rowsOf(lists.teacherScores(name), size, users),
            size,
          ),
        ),
      },
      mask: lazily(method.name, 'list', sizes, (name, size) => constant(maskOf(items[name]), size)),
      values: lazily(
        method.name,
        'value',
        new Map(Object.entries(lists.values).map(([name, { size }]) => [name, size])),
        (name, size) => constant(rowsOf(lists.value(name), size, users), size),
      ),
      params,
      progress,
    }
    const evaluate = (scores: Record<string, Tensor2D>) =>
      method.loss({ ...input, student: { scores } } as LossInput<never, never, never>)
    /** Scores as constants for names that were not read before: the names are noted, the result is thrown away. */
    const noting = (known: Record<string, Tensor2D>) =>
      lazily(method.name, 'list', sizes, (name, size) => {
        if (name in known) return known[name]
        reads.add(name)
        return constant(student.scoresOf(users, items[name], size), size)
      })
    try {
      if (reads.size === 0) tf.tidy(() => void evaluate(noting({})))
      if (reads.size === 0)
        throw new InputError(`${method.name}: its loss reads no student scores, so it trains nothing`)
      for (;;) {
        const names = [...reads]
        const leaves: Record<string, Tensor2D> = {}
        for (const name of names) {
          leaves[name] = student.scores(users, items[name], sizes.get(name) as number)
          constants.push(leaves[name])
        }
        const { value, gradients } = valueAndGradients(leaves, (known) => evaluate(noting(known)))
        if (reads.size > names.length) continue
        for (const name of names) {
          const gradient = gradients[name]
          for (let n = 0; n < gradient.length; n++) gradient[n] *= lambda
          student.pullScores(users, items[name], sizes.get(name) as number, gradient)
        }
        return value
      }
    } finally {
      for (const tensor of constants) tensor.dispose()
    }
  }

  return (users, lambda, progress) => {
    let loss = 0
    for (let first = 0; first < users.length; first += rowsPerBlock)
      loss += block(users.subarray(first, first + rowsPerBlock), lambda, progress)
    return loss
  }
}

/** An object whose entries are made when first read; reading a name that was not declared is an error. */
function lazily<T>(
  method: string,
  kind: string,
  sizes: ReadonlyMap<string, number>,
  make: (name: string, size: number) => T,
): Record<string, T> {
  const made = new Map<string, T>()
  return new Proxy({} as Record<string, T>, {
    get(_, name) {
      const size = sizes.get(String(name))
      if (size === undefined)
        throw new InputError(
          `${method}: its loss reads ${kind} "${String(name)}"; declared are ${[...sizes.keys()].join(', ')}`,
        )
      let value = made.get(String(name))
      if (value === undefined) made.set(String(name), (value = make(String(name), size)))
      return value
    },
  })
}

/** Every item, as often as there are rows; made once for the largest block. */
function catalogueRows(numItems: number): (rows: number) => Uint32Array {
  let all = new Uint32Array(0)
  return (rows) => {
    const size = rows * numItems
    if (all.length < size) {
      all = new Uint32Array(size)
      for (let item = 0; item < numItems; item++) all[item] = item
      for (let done = numItems; done < size; done *= 2) all.copyWithin(done, 0, Math.min(done, size - done))
    }
    return all.subarray(0, size)
  }
}

function itemsOf(lists: UserLists, name: string, users: Uint32Array): Uint32Array {
  const { items, size } = lists.list(name)
  const out = new Uint32Array(users.length * size)
  users.forEach((user, row) => out.set(items.subarray(user * size, (user + 1) * size), row * size))
  return out
}

function maskOf(items: Uint32Array): Float32Array {
  const out = new Float32Array(items.length)
  for (let n = 0; n < items.length; n++) out[n] = items[n] === NO_ITEM ? 0 : 1
  return out
}

function rowsOf(source: Float32Array, size: number, users: Uint32Array): Float32Array {
  const out = new Float32Array(users.length * size)
  users.forEach((user, row) => out.set(source.subarray(user * size, (user + 1) * size), row * size))
  return out
}
