import { InputError, NumericError } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'
import type { Backbone } from '@recdistill/plugin'

type State = ReturnType<Backbone['state']>

/** Parameters and Adam moments of tables under their names, as views into live memory. */
export function stateOfTables(engine: Engine, tables: readonly Table[], trainable: boolean): State {
  const parameters: Record<string, Float32Array> = {}
  const optimizer: Record<string, Float32Array> = {}
  let step = 0
  for (const table of tables) {
    parameters[table.name] = engine.read(table)
    if (!trainable) continue
    const moments = engine.optimizerState(table)
    optimizer[`${table.name}.m`] = moments.m
    optimizer[`${table.name}.v`] = moments.v
    step = moments.step
  }
  return { parameters, optimizer, step }
}

/** @throws InputError when a tensor is missing or of another size. */
export function restoreTables(
  engine: Engine,
  tables: readonly Table[],
  state: Parameters<Backbone['restore']>[0],
): void {
  for (const table of tables) {
    const { name, rows, dim } = table
    engine.write(table, expectTensor(state.parameters, name, rows, dim))
    if (state.optimizer && table.trainable)
      engine.restoreOptimizer(table, {
        m: expectTensor(state.optimizer, `${name}.m`, rows, dim),
        v: expectTensor(state.optimizer, `${name}.v`, rows, dim),
        step: state.step ?? 0,
      })
  }
}

/**
 * A tensor of a checkpoint. [rows, dim]
 * @throws InputError when it is missing or of another size; NumericError for NaN and infinity, where those are asked about.
 */
export function expectTensor(
  tensors: Readonly<Record<string, Float32Array>>,
  name: string,
  rows: number,
  dim: number,
  { finite = false }: { finite?: boolean } = {},
): Float32Array {
  const found = tensors[name]
  if (found === undefined)
    throw new InputError(`restore: no tensor "${name}"; the file holds ${Object.keys(tensors).join(', ')}`)
  if (found.length !== rows * dim)
    throw new InputError(
      `restore: "${name}" has ${found.length} numbers, the model needs ${rows} x ${dim} = ${rows * dim}; it belongs to another split or size`,
    )
  const wrong = finite ? found.findIndex((value) => !Number.isFinite(value)) : -1
  if (wrong >= 0)
    throw new NumericError(`restore: "${name}" row ${Math.floor(wrong / dim)} holds ${found[wrong]}`)
  return found
}
