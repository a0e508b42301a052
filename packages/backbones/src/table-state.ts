import { InputError } from '@recdistill/core'
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
    engine.write(table, tensor(state.parameters, table.name, table))
    if (state.optimizer && table.trainable)
      engine.restoreOptimizer(table, {
        m: tensor(state.optimizer, `${table.name}.m`, table),
        v: tensor(state.optimizer, `${table.name}.v`, table),
        step: state.step ?? 0,
      })
  }
}

function tensor(tensors: Record<string, Float32Array>, name: string, { rows, dim }: Table): Float32Array {
  const found = tensors[name]
  if (found === undefined)
    throw new InputError(`restore: no tensor "${name}"; the file holds ${Object.keys(tensors).join(', ')}`)
  if (found.length !== rows * dim)
    throw new InputError(
      `restore: "${name}" has ${found.length} numbers, the model needs ${rows} x ${dim} = ${rows * dim}; it belongs to another split or size`,
    )
  return found
}
