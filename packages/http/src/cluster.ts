import cluster, { type Worker } from 'node:cluster'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { AggregatorRegistry } from 'prom-client'
import type { LogEntry } from './observe.ts'
import type { ServerOptions, StopOptions } from './server.ts'

/** Settings that can be sent to another process. */
export interface ClusterOptions extends Pick<ServerOptions, 'host' | 'port' | 'limits' | 'cors'> {
  /** Processes that answer, each with the whole bundle in its memory. */
  readonly workers: number
  readonly log?: (entry: LogEntry) => void
  /** Called when a worker ended by itself; another one takes its place. */
  readonly onWorkerLost?: (reason: string) => void
  readonly onDefect?: (error: unknown) => void
}

export interface RunningCluster {
  readonly url: string
  readonly port: number
  stop(options?: StopOptions): Promise<void>
}

/** What a worker is started with, as its only argument. */
export interface WorkerSettings extends Pick<ServerOptions, 'host' | 'port' | 'limits' | 'cors'> {
  readonly bundle: string
  readonly logs: boolean
}

/** What a worker tells. */
export type FromWorker =
  | { readonly recdistill: 'listening'; readonly url: string; readonly port: number }
  | { readonly recdistill: 'failed'; readonly name: string; readonly message: string; readonly code?: string }
  | { readonly recdistill: 'log'; readonly entry: LogEntry }
  | { readonly recdistill: 'defect'; readonly stack: string }
  | { readonly recdistill: 'metrics?'; readonly question: number }

/** What a worker is told. */
export type ToWorker =
  | { readonly recdistill: 'stop'; readonly how: StopOptions }
  | { readonly recdistill: 'metrics'; readonly question: number; readonly text: string | null }

/** A worker that ends sooner than this after its start is not replaced at once, or a broken one would be started without end. */
const SETTLED_MILLISECONDS = 1000

/**
 * Serves a bundle from several processes that share one port. `/metrics` of any of them tells of all.
 *
 * @throws RangeError for fewer workers than one; what `load` and `startServer` throw in the first worker, by name, message and code.
 */
export async function startCluster(
  bundle: string,
  { workers, log, onWorkerLost, onDefect, ...shared }: ClusterOptions,
): Promise<RunningCluster> {
  if (!Number.isInteger(workers) || workers < 1)
    throw new RangeError(`workers: expected an integer >= 1, got ${workers}`)
  const registry = new AggregatorRegistry()
  cluster.setupPrimary({ exec: fileURLToPath(new URL('./worker.js', import.meta.url)), args: [] })
  const running = new Set<Worker>()
  const serving = new WeakSet<Worker>() // those that listen
  const host = shared.host ?? '127.0.0.1'
  // Found out once: workers that come later have to share it, even when all others are gone.
  const port = shared.port === 0 ? await freePort(host) : (shared.port ?? 8080)
  let stopping = false

  const startWorker = (): Promise<{ url: string; port: number }> =>
    new Promise((resolve, reject) => {
      const settings: WorkerSettings = { ...shared, host, port, bundle, logs: log !== undefined }
      cluster.setupPrimary({ args: [JSON.stringify(settings)] })
      const since = Date.now()
      const worker = cluster.fork()
      running.add(worker)
      worker.on('message', (message: FromWorker) => {
        switch (message.recdistill) {
          case 'listening':
            serving.add(worker)
            resolve(message)
            break
          case 'failed':
            reject(Object.assign(new Error(message.message), { name: message.name, code: message.code }))
            break
          case 'log':
            log?.(message.entry)
            break
          case 'defect':
            onDefect?.(message.stack)
            break
          case 'metrics?':
            void registry.clusterMetrics().then(
              (text) => tell(worker, { recdistill: 'metrics', question: message.question, text }),
              // One ends, or is too busy: sums without its numbers would look like a reset.
              () => tell(worker, { recdistill: 'metrics', question: message.question, text: null }),
            )
            break
        }
      })
      worker.on('exit', (code: number | null, signal: string | null) => {
        running.delete(worker)
        const reason = signal === null ? `exit code ${code}` : signal
        reject(new Error(`a worker ended before it listened: ${reason}`))
        if (stopping || !(listening || serving.has(worker))) return
        onWorkerLost?.(reason)
        const pause = Date.now() - since < SETTLED_MILLISECONDS ? SETTLED_MILLISECONDS : 0
        setTimeout(() => {
          if (stopping) return
          startWorker().catch((error: unknown) => {
            if (!stopping) onWorkerLost?.(String(error))
          })
        }, pause)
      })
    })

  let listening = false
  const stop = async (how: StopOptions = {}): Promise<void> => {
    stopping = true
    const { drainSeconds = 0, graceSeconds = 10 } = how
    await Promise.all(
      [...running].map(
        (worker) =>
          new Promise<void>((resolve) => {
            const kill = () => worker.process.kill('SIGKILL')
            const late = setTimeout(kill, (drainSeconds + graceSeconds + 5) * 1000)
            worker.once('exit', () => {
              clearTimeout(late)
              resolve()
            })
            // One that is only being started has no request to finish, and does not hear yet.
            if (serving.has(worker)) tell(worker, { recdistill: 'stop', how })
            else kill()
          }),
      ),
    )
  }
  try {
    // The first one finds out whether bundle and port will do.
    const first = await startWorker()
    await Promise.all(Array.from({ length: workers - 1 }, startWorker))
    listening = true
    let stopped: Promise<void> | null = null
    return { ...first, stop: (how) => (stopped ??= stop(how)) }
  } catch (error) {
    stopping = true
    for (const worker of running) worker.process.kill('SIGKILL')
    throw error
  }
}

function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => undefined)
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
