import { NO_ITEM } from '@recdistill/core'
import { tf, valueAndGradients, type Tensor2D } from '@recdistill/tensor'
import type { LossInput } from '../loss-input.ts'
import type { AnyMethod } from '../method.ts'
import { isCatalogue, type Drawn, type Params, type Scene } from './scene.ts'
import { scoreOf, type StandIn } from './stand-in.ts'

/** A loss over some rows, and its gradient with respect to the student's scores of each list. [rows, size] */
export interface Evaluated {
  readonly value: number
  readonly gradients: Readonly<Record<string, Float32Array>>
}

/**
 * Runs a method's loss on the tape over the given users.
 * @param pad Places of padding added behind every list.
 */
export function evaluate(
  method: AnyMethod,
  params: Params,
  { teacher, student, world }: Scene,
  drawn: Drawn,
  { rows, pad = 0, progress = 0 }: { rows: readonly number[]; pad?: number; progress?: number },
): Evaluated {
  const declared = method.lists(params, world, method.make?.(params, world))
  const widths = Object.entries(drawn.lists).map(
    ([name, { size }]) => [name, isCatalogue(declared[name]) ? size : size + pad] as const,
  )
  const alive: Tensor2D[] = []
  const perList = (make: (name: string, width: number) => Float32Array) =>
    Object.fromEntries(
      widths.map(([name, width]) => {
        const tensor = tf.tensor2d(make(name, width), [rows.length, width])
        alive.push(tensor)
        return [name, tensor]
      }),
    )
  const itemAt = (name: string, user: number, place: number) =>
    place < drawn.lists[name].size ? drawn.lists[name].items[user * drawn.lists[name].size + place] : NO_ITEM
  const each = (name: string, width: number, f: (user: number, item: number) => number) =>
    Float32Array.from({ length: rows.length * width }, (_, n) => {
      const user = rows[Math.floor(n / width)]
      const item = itemAt(name, user, n % width)
      return item === NO_ITEM ? 0 : f(user, item)
    })
  const scores = (model: StandIn) =>
    perList((name, width) => each(name, width, (u, i) => scoreOf(model, u, i)))
  const leaves = scores(student)
  const values = Object.fromEntries(
    Object.entries(drawn.values).map(([name, { size, data }]) => {
      const gathered = rows.flatMap((user) => [...data.subarray(user * size, (user + 1) * size)])
      const tensor = tf.tensor2d(gathered, [rows.length, size])
      alive.push(tensor)
      return [name, tensor]
    }),
  )
  const input = {
    teacher: { scores: scores(teacher) },
    mask: perList((name, width) => each(name, width, () => 1)),
    values,
    params,
    progress,
  }
  const wide = Object.fromEntries(Object.entries(leaves).filter(([, leaf]) => leaf.size > 0))
  try {
    return valueAndGradients(wide, (known) =>
      method.loss({ ...input, student: { scores: { ...leaves, ...known } } } as LossInput<
        never,
        never,
        never
      >),
    )
  } finally {
    const gone = alive.filter((tensor) => tensor.isDisposed).length
    for (const tensor of alive) if (!tensor.isDisposed) tensor.dispose()
    if (gone > 0)
      throw new Error(`${method.name}: its loss disposed ${gone} of its inputs; they are borrowed`)
  }
}
