import { NO_ITEM } from '@recdistill/core'
import type { Engine, ListRows, PairPerceptron, PerceptronTables, Table } from '../engine.ts'
import { layersOf } from './layers.ts'

/** Pairs, or items of a catalogue, that go through the layers together. */
const BLOCK = 1024

/** Scores of pairs by the other operations of an engine: every pair goes through all layers. */
export function pairPerceptron(
  engine: Pick<Engine, 'product' | 'read' | 'gatherRows' | 'pullRows'>,
  { user, item, deepUser, deepItem, layers, output, outputBias, itemsFirst = false }: PerceptronTables,
): PairPerceptron {
  const { dim } = user
  const last = output.dim - dim
  const hidden = layersOf(engine, layers)
  // where each deep row stands in what the first layer takes
  const [ofUser, ofItem] = itemsFirst ? [dim, 0] : [0, dim]
  /** What an item's deep row gives to the first layer. [items, width] */
  let parts: Float32Array | null = null

  const gather = (table: Table, ids: Uint32Array) => {
    const out = new Float32Array(ids.length * dim)
    engine.gatherRows(table, ids, out)
    return out
  }
  const forward = (users: Uint32Array, items: Uint32Array) => {
    const input = new Float32Array(users.length * 2 * dim)
    const [left, right] = [gather(deepUser, users), gather(deepItem, items)]
    for (let n = 0; n < users.length; n++) {
      input.set(left.subarray(n * dim, (n + 1) * dim), 2 * n * dim + ofUser)
      input.set(right.subarray(n * dim, (n + 1) * dim), 2 * n * dim + ofItem)
    }
    return { activations: hidden.forward(input), left: gather(user, users), right: gather(item, items) }
  }
  const scoresOf = (
    weights: Float32Array,
    left: Float32Array,
    right: Float32Array,
    top: Float32Array,
    out: Float32Array,
  ) => {
    const bias = engine.read(outputBias)[0]
    for (let n = 0; n < out.length; n++) {
      let score = bias
      for (let d = 0; d < dim; d++) score += weights[d] * left[n * dim + d] * right[n * dim + d]
      for (let d = 0; d < last; d++) score += weights[dim + d] * top[n * last + d]
      out[n] = score
    }
  }
  const pullBlock = (users: Uint32Array, items: Uint32Array, grad: Float32Array) => {
    const { activations, left, right } = forward(users, items)
    const top = activations[layers.length]
    const weights = engine.read(output).slice()
    const toOutput = new Float32Array(dim + last)
    const toTop = new Float32Array(top.length)
    for (let n = 0; n < users.length; n++) {
      const g = grad[n]
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
    engine.pullRows(user, users, left)
    engine.pullRows(item, items, right)
    const toInput = hidden.backward(activations, toTop)
    for (let n = 0; n < users.length; n++) {
      const at = 2 * n * dim
      left.set(toInput.subarray(at + ofUser, at + ofUser + dim), n * dim)
      right.set(toInput.subarray(at + ofItem, at + ofItem + dim), n * dim)
    }
    engine.pullRows(deepUser, users, left)
    engine.pullRows(deepItem, items, right)
    engine.pullRows(output, Uint32Array.of(0), toOutput)
    const sum = grad.reduce((sum, g) => sum + g, 0)
    engine.pullRows(outputBias, Uint32Array.of(0), Float32Array.of(sum))
  }

  return {
    score(rows, out) {
      out.fill(0)
      const { places, users, items } = pairsOf(rows)
      inBlocks(places.length, (from, to) => {
        const { activations, left, right } = forward(users.subarray(from, to), items.subarray(from, to))
        const scores = new Float32Array(to - from)
        scoresOf(engine.read(output).slice(), left, right, activations[layers.length], scores)
        scores.forEach((score, n) => (out[places[from + n]] = score))
      })
    },
    pull(rows, grad) {
      const { places, users, items } = pairsOf(rows)
      inBlocks(places.length, (from, to) => {
        const some = Float32Array.from(places.subarray(from, to), (place) => grad[place])
        pullBlock(users.subarray(from, to), items.subarray(from, to), some)
      })
    },
    scoreAll(users, out) {
      parts ??= hidden.firstLayer(engine.read(deepItem).slice(), ofItem, ofItem + dim)
      const width = layers[0].weights.dim
      const vectors = engine.read(item).slice()
      const weights = engine.read(output).slice()
      users.forEach((id, n) => {
        const share = hidden.firstLayer(gather(deepUser, Uint32Array.of(id)), ofUser, ofUser + dim)
        const mine = gather(user, Uint32Array.of(id))
        const repeated = new Float32Array(BLOCK * dim)
        for (let at = 0; at < repeated.length; at += dim) repeated.set(mine, at)
        const row = out.subarray(n * item.rows, (n + 1) * item.rows)
        inBlocks(item.rows, (from, to) => {
          const top = hidden.above(parts!.subarray(from * width, to * width), share)
          scoresOf(weights, repeated, vectors.subarray(from * dim), top, row.subarray(from, to))
        })
      })
    },
    forget() {
      parts = null
    },
    release() {
      parts = null
    },
  }
}

function inBlocks(length: number, use: (from: number, to: number) => void) {
  for (let from = 0; from < length; from += BLOCK) use(from, Math.min(from + BLOCK, length))
}

/** The places of lists that hold an item, each with its user. */
function pairsOf({ users, items, k }: ListRows) {
  const places = Uint32Array.from(items.keys()).filter((place) => items[place] !== NO_ITEM)
  return {
    places,
    users: places.map((place) => users[Math.floor(place / k)]),
    items: places.map((place) => items[place]),
  }
}
