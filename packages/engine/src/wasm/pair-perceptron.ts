import type { PairPerceptron, PerceptronTables } from '../engine.ts'
import { createArena } from './arena.ts'
import type { Context } from './context.ts'
import { pairCatalogue } from './pair-catalogue.ts'
import { pairLists } from './pair-lists.ts'
import type { WasmTable } from './table.ts'

/** See `Engine.pairPerceptron`. Its scratch memory is its own: the operations it is made of take and forget the context's. */
export function pairPerceptron(context: Context, tables: PerceptronTables<WasmTable>): PairPerceptron {
  const arena = createArena(context.machine.heap)
  const catalogue = pairCatalogue(context, arena, tables)
  return {
    ...pairLists({ context, arena, tables }),
    ...catalogue,
    release() {
      catalogue.release()
      arena.dispose()
    },
  }
}
