import { NO_ITEM } from '@recdistill/core'
import type { Block } from './block.ts'
import { logSumExp } from './log-sum-exp.ts'
import { partsOf, type Point } from './point.ts'
import { scoreOf, type StandIn } from './stand-in.ts'
import type { Declared } from './subject.ts'

/** What a loss sees of a model, as numbers, and how a gradient with respect to it comes back to the tables. */
export interface View {
  readonly kind: 'scores' | 'rows' | 'backgrounds' | 'aux'
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
  /** Adds d loss / d parameters. */
  pull(gradient: Float32Array, out: Float64Array): void
}

/** Scores and vectors of a model for the rows of a block. */
export function viewsOf(model: StandIn, { rows, lists, vectors }: Block): View[] {
  const { users, items, dim } = model
  const scores = Object.entries(lists).map(([name, { size, items: ids }]): View => {
    const userAt = (n: number) => rows[Math.floor(n / size)].user
    return {
      kind: 'scores',
      name,
      shape: [rows.length, size],
      data: Float32Array.from(ids, (id, n) => (id === NO_ITEM ? 0 : scoreOf(model, userAt(n), id))),
      pull: (gradient, out) =>
        gradient.forEach((g, n) => {
          if (ids[n] !== NO_ITEM) pullScore(model, userAt(n), ids[n], g, out)
        }),
    }
  })
  const rowsOf = Object.entries(vectors).map(([name, { of, ids }]): View => {
    const table = of === 'users' ? users : items
    const start = of === 'users' ? 0 : users.length
    const place = (n: number) => ids[Math.floor(n / dim)] * dim + (n % dim)
    const isPadding = (n: number) => ids[Math.floor(n / dim)] === NO_ITEM
    return {
      kind: 'rows',
      name,
      shape: [ids.length, dim],
      data: Float32Array.from({ length: ids.length * dim }, (_, n) => (isPadding(n) ? 0 : table[place(n)])),
      pull: (gradient, out) =>
        gradient.forEach((g, n) => {
          if (!isPadding(n)) out[start + place(n)] += g
        }),
    }
  })
  return [...scores, ...rowsOf]
}

/** Only the model in training has them. */
export function backgroundsOf(model: StandIn, { rows, backgrounds }: Block): View[] {
  return Object.entries(backgrounds).map(([name, { clamp, items }]): View => {
    const clamped = (user: number, item: number) =>
      Math.max(-clamp, Math.min(clamp, scoreOf(model, user, item)))
    const sums = rows.map(({ user }, row) => logSumExp(items[row].map((item) => clamped(user, item))))
    return {
      kind: 'backgrounds',
      name,
      shape: [rows.length, 1],
      data: Float32Array.from(sums),
      pull: (gradient, out) =>
        rows.forEach(({ user }, row) => {
          for (const item of items[row]) {
            if (Math.abs(scoreOf(model, user, item)) > clamp) continue
            pullScore(model, user, item, gradient[row] * Math.exp(clamped(user, item) - sums[row]), out)
          }
        }),
    }
  })
}

/** The method's own numbers; they stand behind the tables of the model in training. */
export function auxOf(declared: Declared, point: Point): View[] {
  const [, ...parts] = partsOf(point, 'student')
  return Object.entries(declared.aux).map(([name, { shape }], n): View => {
    const { start } = parts[n]
    return {
      kind: 'aux',
      name,
      shape,
      data: Float32Array.from(point.aux[name]),
      pull: (gradient, out) => gradient.forEach((g, n) => void (out[start + n] += g)),
    }
  })
}

function pullScore({ users, items, dim }: StandIn, user: number, item: number, g: number, out: Float64Array) {
  for (let d = 0; d < dim; d++) {
    out[user * dim + d] += g * items[item * dim + d]
    out[users.length + item * dim + d] += g * users[user * dim + d]
  }
}
