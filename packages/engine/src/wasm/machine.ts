import { Worker } from 'node:worker_threads'
import { noAddresses } from '@recdistill/core'
import { createHeap, type Heap } from './heap.ts'
import { Control } from './layout.ts'

interface Exports {
  controlAddress(): number
  fork(kernel: number, chunks: number, workers: number): void
  chunksOf(table: number): number
  evaluate(which: number, at: number): void
}

/** Kernels on one shared memory with the threads that run them. */
export interface Machine {
  readonly heap: Heap
  /** Runs all pieces of a job on all threads and returns when they are done; never needs the event loop. */
  fork(kernel: number, chunks: number): void
  /** Pieces that a table is cut into by the kernels that walk all its rows. */
  chunksOf(table: number): number
  /** exp, log, log1p of the losses on the four numbers at `at`. */
  evaluate(which: number, at: number): void
  /** Index of a word of the control block. */
  readonly control: number
  dispose(): void
}

/** Memory is reserved up front; where the address space is limited less will do. */
const LIMITS = [65536, 32768, 16384, 8192]

export function createMachine(module: WebAssembly.Module, threads: number): Machine {
  const memory = reserve()
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports
  const address = exports.controlAddress() >>> 0
  const control = address / 4
  const heap = createHeap(memory, Math.ceil((address + Control.words * 4) / 64) * 64)
  const state = new Int32Array(memory.buffer, address, Control.words)
  let started = threads === 1
  let disposed = false
  let broken: string | null = null

  return {
    heap,
    control,
    evaluate: exports.evaluate,
    chunksOf: (table) => exports.chunksOf(table) >>> 0,
    fork(kernel, chunks) {
      if (disposed) throw new Error('engine: used after dispose()')
      if (broken !== null)
        throw new Error(
          `engine: a kernel failed before (${broken}); make a new engine, this one is not sound`,
        )
      if (!started && chunks > 1) {
        started = true
        startWorkers(module, memory, threads, address)
      }
      try {
        exports.fork(kernel, chunks, started ? threads - 1 : 0)
      } catch (error) {
        // half of a job is done, and other threads may still be at it: they would be counted to the next one
        broken = error instanceof Error ? error.message : String(error)
        throw error
      }
      if (Atomics.load(state, Control.failed) !== 0)
        throw new Error('engine: a worker thread failed; its error is on the standard error output')
    },
    dispose() {
      disposed = true
      Atomics.store(state, Control.quit, 1)
      Atomics.add(state, Control.generation, 1)
      Atomics.notify(state, Control.generation)
    },
  }
}

function reserve(): WebAssembly.Memory {
  for (const maximum of LIMITS)
    try {
      return new WebAssembly.Memory({ initial: 16, maximum, shared: true })
    } catch (error) {
      if (maximum === LIMITS.at(-1)) throw noAddresses('engine', error) ?? error
    }
  throw new Error('unreachable')
}

/** Source text rather than a file: works from sources, from `dist` and inside bundles. */
const WORKER = `
const { workerData } = require('node:worker_threads')
const { writeSync } = require('node:fs')
const { module, memory, thread, address, failed } = workerData
const { serve } = new WebAssembly.Instance(module, { env: { memory } }).exports
try {
  serve(thread)
} catch (error) {
  writeSync(2, error.stack + String.fromCharCode(10)) // the event loop of the owner may never run
  const state = new Int32Array(memory.buffer)
  Atomics.store(state, address / 4 + failed, 1)
}
`

/** Threads that cannot start leave their share to the others: slower, not wrong. */
function startWorkers(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  threads: number,
  address: number,
): void {
  const tell = (thread: number, error: unknown) =>
    process.emitWarning(
      `engine: thread ${thread} did not start: ${error instanceof Error ? error.message : String(error)}`,
    )
  for (let thread = 1; thread < threads; thread++)
    try {
      const worker = new Worker(WORKER, {
        eval: true,
        name: `engine ${thread}`,
        workerData: { module, memory, thread, address, failed: Control.failed },
        execArgv: [],
        env: {},
      })
      worker.unref()
      worker.on('error', (error) => tell(thread, error))
    } catch (error) {
      tell(thread, error)
      break // what keeps this one keeps the others: too little memory, or no permission
    }
}
