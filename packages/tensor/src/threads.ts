import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { SharedMemory } from './webassembly.ts'

let threads = availableParallelism()
const listeners = new Set<() => void>()

/** How many threads kernels run on from now on. No result depends on it. */
export function setThreads(count: number): void {
  if (count === threads) return
  threads = count
  for (const tell of listeners) tell()
}

export function threadsNow(): number {
  return threads
}

/** Calls `tell` whenever the number of threads changes. */
export function onThreads(tell: () => void): void {
  listeners.add(tell)
}

/** Source text rather than a file: works from sources, from `dist` and inside bundles. */
const WORKER = `
const { module, memory, parameters } = require('node:worker_threads').workerData
new WebAssembly.Instance(module, { env: { memory } }).exports.serve(...parameters)
`

/** Starts threads 1 to `count` - 1, each in `serve` of the module with `at` and its number. Thread 0 is the caller. */
export function startWorkers(
  name: string,
  module: object,
  memory: SharedMemory,
  count: number,
  at: number[] = [],
) {
  for (let thread = 1; thread < count; thread++) {
    const worker = new Worker(WORKER, {
      eval: true,
      name: `${name} ${thread}`,
      workerData: { module, memory, parameters: [...at, thread] },
      execArgv: [],
      env: {},
    })
    worker.unref()
    // a worker that cannot start leaves its share to the others: slower, not wrong
    worker.on('error', (error) =>
      process.emitWarning(`${name}: thread ${thread} did not start: ${error.message}`),
    )
  }
}
