import { InputError } from '@recdistill/core'
import { expectTrainable } from '../check-input.ts'
import type { MeanOfLayers, SparseMatrix } from '../engine.ts'
import { setWords, type Context } from './context.ts'
import { flush, noteFlushed } from './deferred-adam.ts'
import { Arg, Control, Head, Kernel, Layers } from './layout.ts'
import { placeNodes } from './place-nodes.ts'
import { clearGradient, expectFinite, field, setJob, type WasmTable } from './table.ts'

type Pair = readonly [users: WasmTable, items: WasmTable]

/** Pieces that the rows of a block are cut into where there are more threads than blocks. */
const PIECES = 32
/** An edge holds 64 times a place in 32 bits. */
const MOST_NODES = 2 ** 26

/**
 * Layers block of columns by block, each through all layers by one thread while it is in cache. With more threads than blocks they
 * go layer by layer, and rows are shared out: the same bits.
 *
 * The last layer of a table that is trained waits until rows are read, and is done for those alone. The gradient that came back
 * waits in the blocks for the next `refresh`, which does the step of Adam with it; whoever reads the table before has it delivered.
 */
export function meanOfLayers(
  context: Context,
  graph: SparseMatrix,
  layers: number,
  base: Pair,
  out: Pair,
): MeanOfLayers {
  if (graph.rows > MOST_NODES)
    throw new InputError(`meanOfLayers: expected at most ${MOST_NODES} nodes, got ${graph.rows}`)
  const { machine, threads } = context
  const { heap, control } = machine
  const { rows: nodes } = graph
  const { stride } = base[0]
  const chunks = base[0].chunks + base[1].chunks
  const blocks = Math.floor(stride / 16) + (stride % 16) / 4
  const byBlock = threads > blocks
  const scratchBytes = 3 * nodes * Math.min(stride, 16) * 4
  const placed = placeNodes(graph, base[0].rows, PIECES)
  let memory: ReturnType<typeof takeMemory> | null = null
  /** What the blocks hold: values of `base`, its gradient, or neither. */
  let holds: 'values' | 'gradient' | null = null
  /** The layer before the last is there. */
  let walked = false

  const one: MeanOfLayers = {
    refresh() {
      if (holds === 'gradient' && base.some(({ step, first }) => step === first)) deliver()
      // a gradient that waits in the blocks of another mean of the same tables
      for (const table of base) if (table.settle !== deliver) table.settle?.(true)
      for (const table of out) table.settle = null
      const { done } = place()
      setWords(context, { pending: holds === 'gradient' ? 1 : 0 })
      for (const table of base) table.settle = null
      machine.fork(Kernel.layersIn, chunks)
      expectFinite(machine, base)
      for (const table of base) if (table.trainable) noteFlushed(machine, table)
      holds = 'values'
      walked = false
      out.forEach((table, n) => {
        table.version++
        if (!table.trainable) return
        clearGradient(machine, table, null)
        bytesOf(done[n], table).fill(0)
        bytesOf(field(machine, table, Head.need), table).fill(0)
        heap.u32[table.head / 4 + Head.step] = 1 // so that rows about to be read are marked
        table.settle = (all) => complete(table, all)
      })
      if (out.some(({ trainable }) => trainable)) return
      walk(false, 1)
      expectFinite(machine, out)
      one.release()
    },
    pullBack() {
      for (const table of [...base, ...out]) expectTrainable('pullBack', table)
      for (const table of base) flush(machine, table)
      place()
      machine.fork(Kernel.layersJoin, chunks)
      walk(true, 1)
      machine.fork(Kernel.layersClear, chunks)
      holds = 'gradient'
      for (const table of base) table.settle = deliver
    },
    release() {
      if (memory === null) return
      if (holds === 'gradient' && !base.some(({ freed }) => freed)) deliver()
      for (const table of out) table.settle = null
      for (const pointer of memory.taken) heap.give(pointer)
      memory = null
      holds = null
    },
  }
  return one

  /** Rows of `out` that are marked, or all of one table, unless they are done. */
  function complete(table: WasmTable, all: boolean) {
    const { done } = memory!
    let some = 0
    out.forEach((one, n) => {
      const need = wordsOf(field(machine, one, Head.need), one)
      const ready = wordsOf(done[n], one)
      const mark = all && one === table ? 0x01010101 : 0
      for (let w = 0; w < need.length; w++) some |= need[w] = (need[w] | mark) & ~ready[w]
    })
    if (some === 0) return
    if (holds !== 'values')
      throw new InputError(`table "${table.name}" is read after its gradient went back; refresh it first`)
    between(() => {
      walk(false, walked ? layers : 1)
      expectFinite(machine, out)
    })
    walked = true
    out.forEach((one, n) => {
      const need = wordsOf(field(machine, one, Head.need), one)
      const ready = wordsOf(done[n], one)
      for (let w = 0; w < need.length; w++) ready[w] |= need[w]
      need.fill(0)
    })
  }

  /** Adds the gradient in the blocks to that of `base`. */
  function deliver() {
    between(() => machine.fork(Kernel.layersDeliver, chunks))
    holds = null
    for (const table of base) table.settle = null
  }

  /** Kernels of ours in the midst of another job, whose words they leave as they were. */
  function between(work: () => void) {
    const given = heap.u32.slice(control + Control.args, control + Control.words)
    place()
    work()
    heap.u32.set(given, control + Control.args)
  }

  /** Layers from `first` on, of all blocks. */
  function walk(back: boolean, first: number) {
    const run = (from: number, to: number, pieces: number) => {
      const bounds = pieces === 1 ? memory!.whole : memory!.bounds
      setWords(context, { back: back ? 1 : 0, firstLayer: from, lastLayer: to, pieces, bounds })
      machine.fork(Kernel.layers, blocks * pieces)
    }
    if (!byBlock) return run(first, layers, 1)
    for (let layer = first; layer <= layers; layer++) run(layer, layer, back && layer === 1 ? 1 : PIECES)
  }

  /** Sets what all kernels are told. */
  function place() {
    memory ??= takeMemory()
    setWords(context, {
      ...memory.pointers,
      rows: nodes,
      layers,
      scratchBytes,
      byBlock: byBlock ? 1 : 0,
      outUser: out[0].head,
      outItem: out[1].head,
    })
    heap.f32[control + Control.args + Arg.scale] = 1 / (layers + 1)
    setJob(machine, { user: base[0], item: base[1], all: 0 })
    return memory
  }

  function takeMemory() {
    const taken: number[] = []
    const take = (bytes: number) => {
      taken.push(heap.take(bytes))
      return taken[taken.length - 1]
    }
    const copied = (array: Uint32Array) => {
      const at = take(array.byteLength)
      heap.u32.set(array, at / 4)
      return at
    }
    const { starts, edges, order, places, bounds } = placed
    try {
      const pointers = {
        offsetsOfRows: copied(starts),
        edges: copied(edges),
        order: copied(order),
        places: copied(places),
        blocks: take(nodes * stride * 4),
        kept: take(nodes * stride * 4),
        scratch: take(scratchBytes * (byBlock ? blocks : threads)),
        rowsOfThread: take(Layers.rows * stride * 4 * threads),
      }
      const done = out.map(({ rows }) => take(rows + 16))
      return { taken, pointers, done, whole: copied(Uint32Array.of(0, nodes)), bounds: copied(bounds) }
    } catch (error) {
      for (const pointer of taken) heap.give(pointer)
      throw error
    }
  }

  /** A byte a row, and what is left of the last word. */
  function bytesOf(at: number, { rows }: WasmTable) {
    return heap.u8.subarray(at, at + Math.ceil(rows / 4) * 4)
  }

  function wordsOf(at: number, { rows }: WasmTable) {
    return heap.u32.subarray(at / 4, at / 4 + Math.ceil(rows / 4))
  }
}
