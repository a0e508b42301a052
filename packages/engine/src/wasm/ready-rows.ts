import { setWords, type Context } from './context.ts'
import { All, Arg, Control, Kernel } from './layout.ts'
import { expectFinite, type WasmTable } from './table.ts'

/**
 * Checks the ids in place and brings their rows up to date. The kernel only says that some id is wrong; `explain`
 * finds it and throws.
 */
export function readyRows(
  context: Context,
  user: WasmTable,
  item: WasmTable | null,
  chunks: number,
  explain: () => void,
): void {
  const { machine } = context
  const { heap, control } = machine
  heap.u32[control + Control.badId] = 0
  machine.fork(Kernel.checkIds, chunks)
  if (heap.u32[control + Control.badId] !== 0) explain()
  const all = heap.u32[control + Control.args + Arg.all]
  user.settle?.((all & All.users) !== 0)
  if (item !== null && item !== user) item.settle?.((all & All.items) !== 0)
  const stale = (table: WasmTable | null) => (table !== null && table.step > table.first ? table.chunks : 0)
  const [userChunks, itemChunks] = [stale(user), item === user ? 0 : stale(item)]
  if (userChunks + itemChunks === 0) return
  setWords(context, { userChunks, itemChunks })
  machine.fork(Kernel.catchUp, userChunks + itemChunks)
  expectFinite(machine, item ? [user, item] : [user])
}
