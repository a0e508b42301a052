import type { Csr, Rng } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'
import {
  streamDropout,
  tf,
  valueAndGradients,
  withGradient,
  type Scalar,
  type Tensor2D,
} from '@recdistill/tensor'
import { gather } from '../gather.ts'
import type { UserEncoder } from '../user-encoder.ts'
import { normaliseRows, pullNormalised } from './normalise-rows.ts'
import { sequencesOf, type Sequences } from './sequences.ts'

/** Leaves numbers of a grid out in training; does nothing else. [rows, length, width] */
export type Drop = (x: tf.Tensor3D, share?: number) => tf.Tensor3D

/** The layers between a sequence of item vectors and a sequence of states; they stand on the tape. */
export interface SequenceLayers {
  readonly tables: readonly Table[]
  /** @param weights Values of `tables`, by name. */
  apply(x: tf.Tensor3D, weights: Readonly<Record<string, Tensor2D>>, drop: Drop): tf.Tensor3D
}

export interface SequenceEncoder extends UserEncoder {
  /** The same encoder with numbers left out, by masks that depend on the stream and the user alone. */
  noisy(rng: Rng): UserEncoder
  /**
   * Runs the histories of users in training: `use` gets the states of all positions that have a next item, with these, and
   * returns its gradient with respect to the states, which is pulled back. [items, dim]
   */
  train(users: Uint32Array, rng: Rng, use: (sequences: Sequences, states: Float32Array) => Float32Array): void
}

interface SequenceModel {
  readonly item: Table // [items, dim]
  readonly position: Table // [positions, dim]
  readonly layers: SequenceLayers
  /** In the order they are to be read. */
  readonly histories: Csr
  /** Items of a history that are read. */
  readonly length: number
  /** Items of a history that are read in training, the last next item not among them. */
  readonly trainLength: number
  /** Row of `position` of the `place`-th of `length` items. */
  readonly positionOf: (place: number, length: number) => number
  /** Share of the input that is left out in training. */
  readonly inputDropout: number
  /** Share of what the layers drop, unless they say otherwise. */
  readonly dropout: number
  /** Whether states have length 1. */
  readonly normalised: boolean
}

/**
 * States of a model that reads histories; the last state is the user.
 *
 *     x_k = sqrt(dim) item[id_k] + position[k],  states = layers(x), over |.| where `normalised`
 *
 * Tables stay outside of the tape: rows go in, gradients of rows come back. A user without a history is the zero vector.
 */
export function sequenceEncoder(engine: Engine, model: SequenceModel): SequenceEncoder {
  const { item, position, layers, histories, length, trainLength, positionOf, normalised } = model
  const { dim } = item
  const scale = Math.sqrt(dim)

  const inputOf = ({ items, places, rows, longest }: Sequences, positions: Uint32Array) => {
    const vectors = gather(engine, item, items)
    const offsets = gather(engine, position, positions)
    for (let n = 0; n < vectors.length; n++) vectors[n] = scale * vectors[n] + offsets[n]
    return tf.tensor3d(spread(vectors, places, rows.length * longest, dim), [rows.length, longest, dim])
  }
  const weightsOf = () =>
    Object.fromEntries(
      layers.tables.map((table) => [
        table.name,
        tf.tensor2d(engine.read(table).slice(), [table.rows, table.dim]),
      ]),
    )

  const dropOf = (sequences: Sequences, from: Rng | null): Drop =>
    from ? dropping(sequences, from, model.dropout) : (x) => x

  /** Pulls back what `use` returns for the states at `at`. */
  const differentiate = (
    sequences: Sequences,
    at: Uint32Array,
    dropFrom: Rng | null,
    use: (states: Float32Array) => Float32Array,
  ) => {
    const { items, places, rows, longest } = sequences
    const positions = positionsOf(sequences, positionOf)
    const leaves = tf.tidy(() => ({ [inputName]: inputOf(sequences, positions), ...weightsOf() }))
    const drop = dropOf(sequences, dropFrom)
    const loss = (given: Readonly<Record<string, tf.Tensor>>) => {
      const { [inputName]: x, ...weights } = given
      const input = drop(x as tf.Tensor3D, model.inputDropout)
      return outside(layers.apply(input, weights as Record<string, Tensor2D>, drop), (grid) => {
        const states = pick(grid, at, dim)
        const lengths = normalised ? normaliseRows(states, dim) : null
        const grad = use(states)
        if (lengths) pullNormalised(grad, states, lengths, dim)
        return spread(grad, at, rows.length * longest, dim)
      })
    }
    let gradients: Record<string, Float32Array>
    try {
      gradients = valueAndGradients<string, tf.Tensor>(leaves, loss).gradients
    } finally {
      tf.dispose(leaves)
    }
    for (const table of layers.tables) engine.pullRows(table, allRows(table), gradients[table.name])
    const toInput = pick(gradients[inputName], places, dim)
    engine.pullRows(position, positions, toInput)
    for (let n = 0; n < toInput.length; n++) toInput[n] *= scale
    engine.pullRows(item, items, toInput)
  }

  const lastStates = (dropFrom: Rng | null): UserEncoder => ({
    encode(users, out) {
      out.fill(0)
      for (const sequences of sequencesOf(histories, users, { length })) {
        const positions = positionsOf(sequences, positionOf)
        const drop = dropOf(sequences, dropFrom)
        let states: Float32Array = new Float32Array(0)
        // by assignment: `tf.tidy` would search an array it is given for tensors
        tf.tidy(() => {
          const input = drop(inputOf(sequences, positions), model.inputDropout)
          const grid = layers.apply(input, weightsOf(), drop)
          states = pick(grid.dataSync<'float32'>(), sequences.ends, dim)
        })
        if (normalised) normaliseRows(states, dim)
        sequences.rows.forEach((row, n) => out.set(states.subarray(n * dim, (n + 1) * dim), row * dim))
      }
    },
    pull(users, grad) {
      for (const sequences of sequencesOf(histories, users, { length }))
        differentiate(sequences, sequences.ends, dropFrom, () => pick(grad, sequences.rows, dim))
    },
  })
  return {
    ...lastStates(null),
    noisy: lastStates,
    train(users, rng, use) {
      for (const sequences of sequencesOf(histories, users, { length: trainLength, next: true }))
        differentiate(sequences, sequences.places, rng, (states) => use(sequences, states))
    },
  }
}

const inputName = 'sequences'

/** Leaves the tape with the values of `x` and comes back with a gradient of them. */
function outside(x: tf.Tensor3D, use: (values: Float32Array) => Float32Array): Scalar {
  return withGradient<Scalar>([x], (save) => {
    const grad = tf.tensor3d(use(x.dataSync<'float32'>()), x.shape)
    save(grad)
    return { value: tf.scalar(0), gradient: (upstream, grad) => [tf.mul(upstream, grad)] }
  })
}

/** Inverted dropout. Draws are of the user alone, whoever else is in the batch. */
function dropping({ users, lengths }: Sequences, rng: Rng, usual: number): Drop {
  let calls = 0
  return (x, share = usual) => {
    const stream = rng.fork('dropout').fork(calls++)
    if (share === 0) return x
    const sizes = lengths.map((length) => length * x.shape[2])
    return streamDropout(x, { rate: share, rng: stream, ids: users, sizes })
  }
}

function positionsOf({ lengths, items }: Sequences, positionOf: SequenceModel['positionOf']): Uint32Array {
  const positions = new Uint32Array(items.length)
  let at = 0
  for (const length of lengths)
    for (let place = 0; place < length; place++) positions[at++] = positionOf(place, length)
  return positions
}

/** Rows `at` of `grid`. */
function pick(grid: Float32Array, at: Uint32Array, dim: number): Float32Array {
  const out = new Float32Array(at.length * dim)
  at.forEach((row, n) => out.set(grid.subarray(row * dim, (row + 1) * dim), n * dim))
  return out
}

/** The reverse: `rows` at their places in a grid of zeros. */
function spread(values: Float32Array, at: Uint32Array, rows: number, dim: number): Float32Array {
  const grid = new Float32Array(rows * dim)
  at.forEach((row, n) => grid.set(values.subarray(n * dim, (n + 1) * dim), row * dim))
  return grid
}

function allRows({ rows }: Table): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, row) => row)
}
