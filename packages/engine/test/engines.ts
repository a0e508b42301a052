import { NO_ITEM, type Rng } from '@recdistill/core'
import { findNodeBackends } from '@recdistill/tensor/node-backend'
import { createEngine, createPlainEngine, type Engine, type Table } from '../src/index.ts'
import { createWasmEngine } from '../src/wasm/engine.ts'

/** The fast engine of some build, which this runtime is known to have. */
export function fastEngine(
  simd: 'simd' | 'relaxed' = 'relaxed',
  threads = 1,
  deferred = true,
  lanes?: number,
): Engine {
  const engine = createWasmEngine({ threads, simd, deferred, ...(lanes === undefined ? {} : { lanes }) })
  if (engine === null) throw new Error(`no ${simd} kernels in this runtime`)
  return engine
}

/** Where a library is provisioned or installed, what holds for every engine is tested on it too. */
export const hasTensorFlow = findNodeBackends().found.length > 0

/** Every build, by name. */
export const engines: Record<string, () => Engine> = {
  plain: createPlainEngine,
  simd: () => fastEngine('simd', 2),
  relaxed: () => fastEngine('relaxed', 2),
  ...(hasTensorFlow ? { tensorflow: () => createEngine({ device: 'tensorflow' }) } : {}),
}

export interface World {
  readonly engine: Engine
  readonly user: Table
  readonly item: Table
}

/** Two trained tables with given values. */
export function world(engine: Engine, dim: number, users: Float32Array, items: Float32Array): World {
  const user = engine.table('users', users.length / dim, dim, { trainable: true })
  const item = engine.table('items', items.length / dim, dim, { trainable: true })
  engine.write(user, users)
  engine.write(item, items)
  return { engine, user, item }
}

/**
 * A world whose score of user b and place j is scores[b][j]: the items are unit vectors, so a user's gradient is the
 * gradient of the scores.
 */
export function worldOfScores(engine: Engine, scores: number[][]): World & { users: Uint32Array } {
  const dim = scores[0].length
  const items = new Float32Array(dim * dim)
  for (let n = 0; n < dim; n++) items[n * dim + n] = 1
  const users = Uint32Array.from(scores, (_, b) => b)
  return { ...world(engine, dim, Float32Array.from(scores.flat()), items), users }
}

export function gradientOf(engine: Engine, table: Table): Float32Array {
  const out = new Float32Array(table.rows * table.dim)
  engine.takeGradient(table, out)
  return out
}

export function normals(rng: Rng, length: number, scale = 1): Float32Array {
  return Float32Array.from({ length }, () => scale * rng.normal())
}

/** Ids below `below`, padding with probability `padding`. */
export function idsOf(rng: Rng, length: number, below: number, padding = 0): Uint32Array {
  return Uint32Array.from({ length }, () => (rng.float() < padding ? NO_ITEM : rng.int(below)))
}

/** Largest difference, relative to the largest magnitude expected (at least `floor`: sums that cancel keep the rounding of their terms). */
export function distance(got: ArrayLike<number>, expected: ArrayLike<number>, floor = 0.1): number {
  if (got.length !== expected.length) return Infinity
  let size = floor
  for (let n = 0; n < expected.length; n++) size = Math.max(size, Math.abs(expected[n]))
  let worst = 0
  for (let n = 0; n < expected.length; n++) {
    const difference = Math.abs(got[n] - expected[n])
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference / size)
  }
  return worst
}
