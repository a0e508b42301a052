import type { Engine, Table } from '@recdistill/engine'
import { gather } from './gather.ts'
import { dot, rectifiedDot } from './dot.ts'
import { blockRows, type Perceptron } from './perceptron.ts'

interface Tables {
  readonly user: Table // [users, dim]
  readonly item: Table // [items, dim]
  readonly deepUser: Table // [users, dim]
  readonly deepItem: Table // [items, dim]
  readonly output: Table // [1, dim + last width]
  readonly outputBias: Table // [1, 1]
}

export interface NeumfScores {
  /** Scores of pairs. [pairs] */
  pairs(users: Uint32Array, items: Uint32Array): Float32Array
  /** Adds the pullback of `pairs`. */
  pull(users: Uint32Array, items: Uint32Array, grad: Float32Array): void
  /** Scores of the catalogue. [items] */
  row(user: number, out: Float32Array): void
  /** To be called when parameters change. */
  forget(): void
}

/** What the two halves of NeuMF have in common: pairs in blocks, forth and back, and a user's row with the items' part kept. */
export function neumfScores(engine: Engine, tables: Tables, hidden: Perceptron): NeumfScores {
  const { user, item, deepUser, deepItem, output, outputBias } = tables
  const { dim } = user
  const last = output.dim - dim
  const input = new Float32Array(blockRows * 2 * dim)
  let catalogue: { vectors: Float32Array; parts: Float32Array; weights: Float32Array; bias: number } | null =
    null

  const forward = (users: Uint32Array, items: Uint32Array) => {
    const [left, right] = [gather(engine, deepUser, users), gather(engine, deepItem, items)]
    for (let n = 0; n < users.length; n++) {
      input.set(left.subarray(n * dim, (n + 1) * dim), 2 * n * dim)
      input.set(right.subarray(n * dim, (n + 1) * dim), (2 * n + 1) * dim)
    }
    input.fill(0, 2 * users.length * dim)
    const top = hidden.forward(input).at(-1) as Float32Array
    return { top, left: gather(engine, user, users), right: gather(engine, item, items) }
  }
  const inBlocks = (length: number, use: (from: number, to: number) => void) => {
    for (let from = 0; from < length; from += blockRows) use(from, Math.min(from + blockRows, length))
  }
  const prepare = () => {
    const rows = Math.ceil(item.rows / blockRows) * blockRows
    const width = hidden.tables[0].dim
    const deep = new Float32Array(rows * dim)
    deep.set(engine.read(deepItem))
    const parts = new Float32Array(rows * width)
    for (let from = 0; from < rows; from += blockRows)
      parts.set(
        hidden.firstLayer(deep.subarray(from * dim, (from + blockRows) * dim), dim, 2 * dim),
        from * width,
      )
    return {
      vectors: engine.read(item).slice(),
      parts,
      weights: engine.read(output).slice(),
      bias: engine.read(outputBias)[0],
    }
  }

  return {
    pairs(users, items) {
      const out = new Float32Array(users.length)
      inBlocks(users.length, (from, to) => {
        const { top, left, right } = forward(users.subarray(from, to), items.subarray(from, to))
        const [weights, bias] = [engine.read(output).slice(), engine.read(outputBias)[0]]
        for (let n = 0; n < to - from; n++) {
          let score = bias
          for (let d = 0; d < dim; d++) score += weights[d] * left[n * dim + d] * right[n * dim + d]
          for (let d = 0; d < last; d++) score += weights[dim + d] * top[n * last + d]
          out[from + n] = score
        }
      })
      return out
    },
    pull(users, items, grad) {
      const toOutput = new Float32Array(dim + last)
      const toBias = new Float32Array(1)
      inBlocks(users.length, (from, to) => {
        const some = { users: users.subarray(from, to), items: items.subarray(from, to) }
        const { top, left, right } = forward(some.users, some.items)
        const weights = engine.read(output).slice()
        const toTop = new Float32Array(blockRows * last)
        for (let n = 0; n < to - from; n++) {
          const g = grad[from + n]
          toBias[0] += g
          for (let d = 0; d < last; d++) {
            toOutput[dim + d] += g * top[n * last + d]
            toTop[n * last + d] = g * weights[dim + d]
          }
          for (let at = n * dim, d = 0; d < dim; d++, at++) {
            const [x, y] = [left[at], right[at]]
            toOutput[d] += g * x * y
            left[at] = g * weights[d] * y
            right[at] = g * weights[d] * x
          }
        }
        engine.pullRows(user, some.users, left)
        engine.pullRows(item, some.items, right)
        const toInput = hidden.backward(toTop)
        for (let n = 0; n < to - from; n++) {
          left.set(toInput.subarray(2 * n * dim, (2 * n + 1) * dim), n * dim)
          right.set(toInput.subarray((2 * n + 1) * dim, (2 * n + 2) * dim), n * dim)
        }
        engine.pullRows(deepUser, some.users, left)
        engine.pullRows(deepItem, some.items, right)
      })
      engine.pullRows(output, Uint32Array.of(0), toOutput)
      engine.pullRows(outputBias, Uint32Array.of(0), toBias)
    },
    row(id, out) {
      catalogue ??= prepare()
      const { vectors, parts, weights, bias } = catalogue
      const width = hidden.tables[0].dim
      const mine = hidden.firstLayer(gather(engine, deepUser, Uint32Array.of(id)), 0, dim)
      const x = gather(engine, user, Uint32Array.of(id))
      for (let d = 0; d < dim; d++) x[d] *= weights[d]
      const ofTop = weights.subarray(dim)
      inBlocks(out.length, (from, to) => {
        const part = parts.subarray(from * width, (from + blockRows) * width)
        const { values, shift } = hidden.beforeLast(part, mine)
        for (let n = 0; n < to - from; n++)
          out[from + n] =
            bias + dot(x, vectors, (from + n) * dim) + rectifiedDot(ofTop, shift, values, n * last)
      })
    },
    forget() {
      catalogue = null
    },
  }
}
