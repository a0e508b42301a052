import cluster, { type Worker } from 'node:cluster'
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
  | { readonly recdistill: 'metrics'; readonly question: number; readonly text: string }

/** A worker that ends sooner than this after its start is not replaced at once, or a broken one would be started without end. */
const SETTLED_MILLISECONDS = 1000

/**
 * Serves a bundle from several processes that share one port. `/metrics` of any of them tells of all.
 *
 * @throws what `load` and `startServer` throw in the first worker, by name, message and code.
 */
export async function startCluster(
  bundle: string,
  { workers, log, onWorkerLost, onDefect, ...shared }: ClusterOptions,
): Promise<RunningCluster> {
  const registry = new AggregatorRegistry()
  cluster.setupPrimary({ exec: fileURLToPath(new URL('./worker.js', import.meta.url)), args: [] })
  const running = new Set<Worker>()
  let port = shared.port ?? 8080
  let stopping = false

  const startWorker = (): Promise<{ url: string; port: number }> =>
    new Promise((resolve, reject) => {
      const settings: WorkerSettings = { ...shared, port, bundle, logs: log !== undefined }
      cluster.setupPrimary({ args: [JSON.stringify(settings)] })
      const since = Date.now()
      const worker = cluster.fork()
      running.add(worker)
      worker.on('message', (message: FromWorker) => {
        switch (message.recdistill) {
          case 'listening':
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
              // Asked while a worker ends: whoever asks again gets an answer.
              () => tell(worker, { recdistill: 'metrics', question: message.question, text: '' }),
            )
            break
        }
      })
      worker.on('exit', (code: number | null, signal: string | null) => {
        running.delete(worker)
        const reason = signal === null ? `exit code ${code}` : signal
        reject(new Error(`a worker ended before it listened: ${reason}`))
        if (stopping || !listening) return
        onWorkerLost?.(reason)
        const pause = Date.now() - since < SETTLED_MILLISECONDS ? SETTLED_MILLISECONDS : 0
        setTimeout(() => {
          if (!stopping) startWorker().catch((error: unknown) => onWorkerLost?.(String(error)))
        }, pause)
      })
    })

  let listening = false
  const stop = async (how: StopOptions = {}): Promise<void> => {
    stopping = true
    await Promise.all(
      [...running].map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.once('exit', () => resolve())
            tell(worker, { recdistill: 'stop', how })
          }),
      ),
    )
  }
  try {
    // The first one finds out whether bundle and port will do, and which port 0 became.
    const first = await startWorker()
    port = first.port
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
