import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { SharedMemory } from './webassembly.ts'

let threads = availableParallelism()

/** How many threads kernels run on from now on. No result depends on it. */
export function setThreads(count: number): void {
  threads = count
}

export function threadsNow(): number {
  return threads
}

/**
 * Source text rather than a file: works from sources, from `dist` and inside bundles. An error is written at once, since the
 * event loop of the thread that waits for this one may never run again.
 */
const WORKER = `
const { writeSync } = require('node:fs')
const { module, memory, at, thread } = require('node:worker_threads').workerData
const { serve, abandon } = new WebAssembly.Instance(module, { env: { memory } }).exports
try {
  serve(...at, thread)
} catch (error) {
  writeSync(2, error.stack + String.fromCharCode(10))
  abandon(...at)
}
`

/**
 * Starts threads 1 to `count` - 1, each in `serve` of the module with `at` and its number. Thread 0 is the caller.
 *
 * @returns When all of them have ended. Nobody is kept waiting by it: a process ends with its threads.
 */
export async function startWorkers(
  name: string,
  module: object,
  memory: SharedMemory,
  count: number,
  at: number[] = [],
): Promise<void> {
  const ends: Promise<void>[] = []
  // threads that cannot start leave their share to the others: slower, not wrong
  const tell = (thread: number, error: unknown) =>
    process.emitWarning(
      `${name}: thread ${thread} did not start: ${error instanceof Error ? error.message : String(error)}`,
    )
  for (let thread = 1; thread < count; thread++)
    try {
      const worker = new Worker(WORKER, {
        eval: true,
        name: `${name} ${thread}`,
        workerData: { module, memory, at, thread },
        execArgv: [],
        env: {},
      })
      worker.unref()
      worker.on('error', (error) => tell(thread, error))
      ends.push(new Promise((resolve) => worker.on('exit', () => resolve())))
    } catch (error) {
      tell(thread, error)
      break // what keeps this one keeps the others: too little memory, or no permission
    }
  await Promise.all(ends)
}
