import { InputError } from '@recdistill/core'
import { startWorkers } from '../threads.ts'
import { runs, wasm, type SharedMemory } from '../webassembly.ts'
import { dropFaint } from './faint-weights.ts'
import type { MixtureGradients, MixtureInput } from './mixture.ts'
import { relaxedModule, simdModule } from './modules.ts'
import { copyRows, withWidth } from './row-width.ts'

/** Results are views, valid until the next call. */
export interface ExpertMachine {
  /** [rows, outputs] */
  mix(input: MixtureInput): Float32Array
  /** @param upstream The gradient with respect to the mixture. [rows, outputs] */
  differentiate(input: MixtureInput, upstream: Float32Array): MixtureGradients
  dispose(): void
}

interface Exports {
  fieldsAt(): number
  heapAt(): number
  packedBytes(): number
  scratchBytes(): number
  fork(job: number, pieces: number, workers: number): void
  quit(): void
}

/** Jobs and constants of assembly/experts.ts. */
const Job = { pack: 0, mix: 1, differentiate: 2, addParts: 3 } as const
const PANEL = 32
const BLOCK = 64
/** Layers of users and layers of items. */
const SLOTS = 2

/**
 * Kernels for mixtures of experts on a memory of their own; null where they cannot run. Results do not depend on `threads`.
 *
 * @param simd `relaxed` fuses products and sums, where the runtime can.
 */
export function createExpertMachine({
  threads,
  simd = 'relaxed',
}: {
  threads: number
  simd?: 'relaxed' | 'simd'
}): ExpertMachine | null {
  const module = compile(simd) ?? (simd === 'relaxed' ? compile('simd') : null)
  if (module === null || wasm === null) return null
  const memory = addressable()
  if (memory === null) return null
  const kernel = new wasm.Instance(module, { env: { memory } }).exports as Exports
  const fieldsAt = kernel.fieldsAt() >>> 0
  let started = false
  let disposed = false

  const run = (job: number, pieces: number) => {
    if (disposed) throw new Error('expert machine: used after dispose()')
    if (!started && pieces > 1) {
      started = true
      void startWorkers('experts', module, memory, threads)
    }
    kernel.fork(job, pieces, threads - 1)
  }

  /** Packed layers that are kept, latest first: a step asks for users and items, forth and back. */
  let kept: { readonly key: readonly object[]; readonly slot: number }[] = []
  let slotBytes = 0

  /** Writes what a job reads, and makes room for what it writes; both jobs begin with it. */
  const load = (input: MixtureInput) => {
    const { rows, experts, hidden, outputs } = input
    const inputs = Math.ceil(input.inputs / 4) * 4
    const line = Math.ceil(outputs / PANEL) * PANEL
    const fields = new Uint32Array(memory.buffer, fieldsAt, 23)
    fields.set([rows, inputs, experts, hidden, outputs])
    fields[8] = input.inputs
    const packedBytes = experts * (kernel.packedBytes() >>> 0)
    const slotSize = Math.max(slotBytes, Math.ceil(packedBytes / 64) * 64)
    let end = Math.ceil((kernel.heapAt() >>> 0) / 64) * 64
    const slotsAt = end
    end += SLOTS * slotSize
    const room = (floats: number) => {
      const at = end
      end = Math.ceil((end + floats * 4) / 64) * 64
      return at
    }
    const units = experts * hidden
    const at = {
      x: room(rows * inputs),
      weights: room(rows * experts),
      // Layers as they come and gradients of layers as they go: never both at once.
      first: room(input.inputs * units),
      firstBias: room(units),
      second: room(units * outputs),
      secondBias: room(experts * outputs),
      out: room(rows * line),
      dx: room(rows * inputs),
      dWeights: room(rows * experts),
      dPacked: room(packedBytes / 4),
      parts: room(experts * rows * inputs),
      scratch: room((threads * (kernel.scratchBytes() >>> 0)) / 4),
    }
    reserve(memory, end)
    if (slotSize > slotBytes) {
      slotBytes = slotSize
      kept = []
    }
    const known = kept.find(({ key }) => sameKey(key, input.layers.key))
    const slot = known?.slot ?? (kept.length < SLOTS ? kept.length : kept[SLOTS - 1].slot)
    const others = kept.filter((other) => other.slot !== slot)
    const { x, weights, first, firstBias, second, secondBias } = at
    new Uint32Array(memory.buffer, fieldsAt, 23).set(
      [
        ...[x, weights, first, input.inputs, firstBias, second, secondBias, slotsAt + slot * slotBytes],
        ...[at.out, at.dx, at.dWeights, first, firstBias, second, secondBias],
        ...[at.dPacked, at.parts, at.scratch],
      ],
      5,
    )
    const view = (address: number, floats: number) => new Float32Array(memory.buffer, address, floats)
    copyRows(input.x, input.inputs, view(x, rows * inputs), inputs)
    const weighing = view(weights, rows * experts)
    weighing.set(input.weights)
    dropFaint(weighing, experts)
    const layers = {
      first: view(first, input.inputs * units),
      firstBias: view(firstBias, units),
      second: view(second, units * outputs),
      secondBias: view(secondBias, experts * outputs),
    }
    if (!known) {
      kept = others // what throws on the way leaves the slot to nobody
      const given = input.layers.read()
      layers.first.set(given.first)
      layers.firstBias.set(given.firstBias)
      layers.second.set(given.second)
      layers.secondBias.set(given.secondBias)
      run(Job.pack, experts)
    }
    kept = [{ key: input.layers.key, slot }, ...others]
    return { at, view, inputs, line, layers, blocks: Math.ceil(rows / BLOCK) }
  }

  return {
    mix(input) {
      const { at, view, line, blocks } = load(input)
      run(Job.mix, blocks)
      return withWidth(view(at.out, input.rows * line), line, input.outputs)
    },
    differentiate(input, upstream) {
      const { at, view, inputs, line, layers, blocks } = load(input)
      copyRows(upstream, input.outputs, view(at.out, input.rows * line), line)
      view(at.dWeights, input.weights.length).fill(0)
      run(Job.differentiate, input.experts)
      run(Job.addParts, blocks)
      return {
        x: withWidth(view(at.dx, input.rows * inputs), inputs, input.inputs),
        weights: view(at.dWeights, input.weights.length),
        ...layers,
      }
    },
    dispose() {
      disposed = true
      kernel.quit()
    },
  }
}

function sameKey(a: readonly object[], b: readonly object[]): boolean {
  return a.length === b.length && a.every((part, n) => part === b[n])
}

/** Null where the system does not give the addresses: slower, not wrong. */
function addressable(): SharedMemory | null {
  if (wasm === null) return null
  try {
    return new wasm.Memory({ initial: 16, maximum: 65536, shared: true })
  } catch (error) {
    process.emitWarning(`mixtures of experts run without kernels of their own: ${(error as Error).message}`)
    return null
  }
}

function reserve(memory: SharedMemory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength
  if (missing <= 0) return
  try {
    memory.grow(Math.ceil(missing / 65536))
  } catch (error) {
    throw new InputError(
      `mixtures of experts: no memory for ${Math.ceil(bytes / 2 ** 20)} MiB (${(error as Error).message}): WebAssembly holds 4 GiB at most; take smaller batches, or fewer or smaller experts`,
      { cause: error },
    )
  }
}

function compile(simd: 'relaxed' | 'simd'): object | null {
  if (wasm === null || typeof SharedArrayBuffer === 'undefined') return null
  const bytes = Buffer.from(simd === 'relaxed' ? relaxedModule : simdModule, 'base64')
  return runs(bytes, simd) ? new wasm.Module(bytes) : null
}
