import { NO_ITEM } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'
import type { Backbone, BackboneContext } from '@recdistill/plugin'
import { tf } from '@recdistill/tensor'
import { factorModel, type FactorModel } from './factor-model.ts'
import { gather } from './gather.ts'
import { restoreTables, stateOfTables } from './table-state.ts'

/**
 * The same model with a learnt number per item added to its scores. A user's own bias would shift all its scores alike and
 * change no ranking and no loss here, so there is none.
 * Ranking uses two frozen tables one column wider, [row, 1] and [row, bias], made anew when the model has moved.
 */
export function addItemBias(
  model: Backbone & { flipped(): Backbone },
  { engine: anyEngine, optimizer, trainable }: BackboneContext,
): Backbone {
  const engine = anyEngine as Engine
  const bias = engine.table('biases', model.numItems, 1, { trainable })
  engine.write(bias, new Float32Array(model.numItems))
  const wide = widened(engine, model, bias)

  const addBias = (scores: Float32Array, items: Uint32Array) => {
    const of = gatherBias(engine, bias, items)
    for (let n = 0; n < scores.length; n++) scores[n] += of[n]
    return scores
  }
  const scoresOf: Backbone['scoresOf'] = (users, items, k) => addBias(model.scoresOf(users, items, k), items)
  const pullScores: Backbone['pullScores'] = (users, items, k, grad) => {
    model.pullScores(users, items, k, grad)
    const real = items.filter((item) => item !== NO_ITEM)
    engine.pullRows(
      bias,
      real,
      real.length === items.length ? grad : grad.filter((_, n) => items[n] !== NO_ITEM),
    )
  }
  const views = withoutKernels(model)
  const biased: Backbone = {
    ...views,
    flipped: () => flipped,
    parameters: model.parameters + model.numItems,
    scoresOf,
    scoringRowsOf: (of, ids) => wide.current().rowsOf(of, ids),
    rank: (users, k, exclude) => wide.current().rank(users, k, exclude),
    positionsOf: (users, items, k, exclude) => wide.current().positionsOf(users, items, k, exclude),
    itemsAt: (users, positions, k, exclude) => wide.current().itemsAt(users, positions, k, exclude),
    scores: (users, items, k) => tf.tensor2d(scoresOf(users, items, k), [users.length, k]),
    pullScores,
    base({ users, positives, negatives, negativesPerRow: n }) {
      const positive = scoresOf(users, positives, 1)
      const negative = scoresOf(users, negatives, n)
      let loss = 0
      const positiveGrad = new Float32Array(users.length)
      for (let at = 0; at < negative.length; at++) {
        const row = Math.floor(at / n)
        const margin = negative[at] - positive[row]
        loss += (Math.max(margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)))) / n
        negative[at] = 1 / (1 + Math.exp(-margin)) / n
        positiveGrad[row] -= negative[at]
      }
      pullScores(users, positives, 1, positiveGrad)
      pullScores(users, negatives, n, negative)
      return loss
    },
    update() {
      wide.forget()
      model.update()
      engine.adam([bias], optimizer)
    },
    state() {
      const inner = model.state()
      const own = stateOfTables(engine, [bias], trainable)
      return {
        parameters: { ...inner.parameters, ...own.parameters },
        optimizer: { ...inner.optimizer, ...own.optimizer },
        step: inner.step,
      }
    },
    restore(state) {
      wide.forget()
      model.restore(state)
      restoreTables(engine, [bias], state)
    },
    dispose() {
      wide.forget()
      engine.free(bias)
      model.dispose()
    },
  }
  const flipped = flip(engine, biased, model.flipped(), bias, () => wide.current().flipped())
  return biased
}

/** The biased model with users and items exchanged: the bias belongs to the row of a list, not to its places. */
function flip(
  engine: Engine,
  biased: Backbone,
  model: Backbone,
  bias: Table,
  ranker: () => FactorModel,
): Backbone {
  const scoresOf: Backbone['scoresOf'] = (items, users, k) => {
    const scores = model.scoresOf(items, users, k)
    const of = gatherBias(engine, bias, items)
    for (let n = 0; n < scores.length; n++) if (users[n] !== NO_ITEM) scores[n] += of[Math.floor(n / k)]
    return scores
  }
  const views = withoutKernels(model)
  return {
    ...views,
    parameters: biased.parameters,
    flipped: () => biased,
    begin: biased.begin,
    update: biased.update,
    state: biased.state,
    restore: biased.restore,
    scoresOf,
    scoringRowsOf: (of, ids) => ranker().rowsOf(of, ids),
    rank: (items, k, exclude) => ranker().rank(items, k, exclude),
    positionsOf: (items, users, k, exclude) => ranker().positionsOf(items, users, k, exclude),
    itemsAt: (items, positions, k, exclude) => ranker().itemsAt(items, positions, k, exclude),
    scores: (items, users, k) => tf.tensor2d(scoresOf(items, users, k), [items.length, k]),
    pullScores(items, users, k, grad) {
      model.pullScores(items, users, k, grad)
      const sums = new Float32Array(items.length)
      for (let n = 0; n < grad.length; n++) if (users[n] !== NO_ITEM) sums[Math.floor(n / k)] += grad[n]
      engine.pullRows(bias, items, sums)
    },
  }
}

/** What the engine's kernels do on two tables alone is not this model's. */
function withoutKernels(model: Backbone): Backbone {
  const views = { ...model }
  for (const name of ['fused', 'backgroundOf', 'pullBackground'] as const) delete views[name]
  return views
}

function gatherBias(engine: Engine, bias: Table, items: Uint32Array): Float32Array {
  const real = items.map((item) => (item === NO_ITEM ? 0 : item))
  const out = gather(engine, bias, real)
  for (let n = 0; n < out.length; n++) if (items[n] === NO_ITEM) out[n] = 0
  return out
}

function widened(engine: Engine, model: Backbone, bias: Table) {
  let cached: ReturnType<typeof factorModel> | null = null
  const widen = (name: string, rows: Float32Array, last: (row: number) => number): Table => {
    const count = rows.length / model.dim
    const table = engine.table(name, count, model.dim + 1, { trainable: false })
    const values = new Float32Array(count * (model.dim + 1))
    for (let row = 0; row < count; row++) {
      values.set(rows.subarray(row * model.dim, (row + 1) * model.dim), row * (model.dim + 1))
      values[(row + 1) * (model.dim + 1) - 1] = last(row)
    }
    engine.write(table, values)
    return table
  }
  return {
    current() {
      if (cached) return cached
      const { users, items } = model.state().parameters
      const biases = engine.read(bias)
      cached = factorModel(
        engine,
        widen('wide users', users, () => 1),
        widen('wide items', items, (row) => biases[row]),
      )
      return cached
    },
    forget() {
      cached?.dispose()
      cached = null
    },
  }
}
