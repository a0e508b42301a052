import type { Rng } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'
import type { Aux, AuxSpec, OptimizerOptions } from '@recdistill/plugin'
import { tf, type Tensor } from '@recdistill/tensor'
import { savedArray } from './named-arrays.ts'

/** A method's own trainable numbers, kept and updated by the engine like any table. */
export class AuxTables {
  readonly names: readonly string[]
  readonly #engine: Engine
  readonly #specs: Aux
  readonly #tables = new Map<string, Table>()
  readonly #optimizer: OptimizerOptions
  readonly #method: string

  constructor(
    specs: Aux,
    {
      engine,
      optimizer,
      rng,
      method,
    }: { engine: Engine; optimizer: OptimizerOptions; rng: Rng; method: string },
  ) {
    this.names = Object.keys(specs)
    this.#engine = engine
    this.#specs = specs
    this.#optimizer = optimizer
    this.#method = method
    for (const [name, spec] of Object.entries(specs)) {
      const [rows, width] = shapeOfTable(spec)
      const table = engine.table(`${method} ${name}`, rows, width, { trainable: true })
      engine.write(table, initial(spec, rows * width, rng.fork(name)))
      this.#tables.set(name, table)
    }
  }

  /** Current values; the caller disposes. */
  tensor(name: string): Tensor {
    return tf.tensor(this.#engine.read(this.#table(name)).slice(), [...this.#specs[name].shape])
  }

  pull(name: string, grad: Float32Array): void {
    const table = this.#table(name)
    this.#engine.pullRows(
      table,
      Uint32Array.from({ length: table.rows }, (_, row) => row),
      grad,
    )
  }

  update(): void {
    if (this.#tables.size > 0) this.#engine.adam([...this.#tables.values()], this.#optimizer)
  }

  state(): Record<string, Float32Array> {
    const arrays: Record<string, Float32Array> = {}
    for (const [name, table] of this.#tables) {
      const { m, v, step } = this.#engine.optimizerState(table)
      arrays[`aux.${name}`] = this.#engine.read(table).slice()
      arrays[`aux.m.${name}`] = m.slice()
      arrays[`aux.v.${name}`] = v.slice()
      arrays[`aux.step.${name}`] = Float32Array.of(step)
    }
    return arrays
  }

  /** @throws InputError when the arrays are not those of this method. */
  restore(arrays: Readonly<Record<string, ArrayLike<number>>>): void {
    for (const [name, table] of this.#tables) {
      const saved = (key: string, length: number) =>
        Float32Array.from(savedArray(this.#method, arrays, key, length))
      const size = table.rows * table.dim
      this.#engine.write(table, saved(`aux.${name}`, size))
      this.#engine.restoreOptimizer(table, {
        m: saved(`aux.m.${name}`, size),
        v: saved(`aux.v.${name}`, size),
        step: saved(`aux.step.${name}`, 1)[0],
      })
    }
  }

  dispose(): void {
    for (const table of this.#tables.values()) this.#engine.free(table)
  }

  #table(name: string): Table {
    return this.#tables.get(name) as Table
  }
}

/** The last side is the width of a row; a single number is one row of one. */
function shapeOfTable({ shape }: AuxSpec): [rows: number, width: number] {
  const width = shape.at(-1) ?? 1
  return [shape.slice(0, -1).reduce((product, side) => product * side, 1), width]
}

function initial({ init }: AuxSpec, size: number, rng: Rng): Float32Array {
  if (init === 'zeros') return new Float32Array(size)
  return Float32Array.from({ length: size }, () =>
    'uniform' in init ? init.uniform * (2 * rng.float() - 1) : init.normal * rng.normal(),
  )
}
