import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What is asked of a bundle. */
export type Operation = 'recommend' | 'fold-in' | 'similar'

export interface Metrics {
  readonly registry: Registry
  /** A request came in; call what is returned when it was answered. */
  started(): (request: { readonly method: string; readonly route: string; readonly status: number }) => void
  /** Runs `work` and notes how long it took. */
  timed<T>(operation: Operation, work: () => T): T
  /** Requests that were no HTTP: refused before any route saw them. */
  malformed(code: string): void
  dispose(): void
}

/** What `/metrics` tells of the bundle, once. */
export interface BundleFacts {
  readonly bytes: number
  readonly users: number
  readonly items: number
  readonly labels: Readonly<Record<string, string>>
}

/** Prometheus metrics in a registry of their own, so that several services fit in one process. */
export function createMetrics({ bytes, users, items, labels }: BundleFacts): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Seconds from the head of a request to its answer, by route and status.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  const inFlight = new Gauge({
    name: 'http_requests_in_flight',
    help: 'Requests that are being answered.',
    registers,
  })
  const refused = new Counter({
    name: 'http_malformed_requests_total',
    help: 'Requests refused before any route saw them, by reason.',
    labelNames: ['reason'] as const,
    registers,
  })
  const rankings = new Histogram({
    name: 'recdistill_ranking_duration_seconds',
    help: 'Seconds for a list alone, without HTTP and JSON, by operation.',
    labelNames: ['operation'] as const,
    buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5],
    registers,
  })
  fact('recdistill_bundle_bytes', 'Bytes of the bundle, which is also what it takes of memory.', bytes)
  fact('recdistill_bundle_users', 'Users in the bundle.', users)
  fact('recdistill_bundle_items', 'Items in the bundle.', items)
  new Gauge({
    name: 'recdistill_bundle_info',
    help: 'Always 1; the labels say what is served.',
    labelNames: Object.keys(labels),
    aggregator: 'first',
    registers,
  }).set({ ...labels }, 1)

  function fact(name: string, help: string, value: number): void {
    new Gauge({ name, help, aggregator: 'first', registers }).set(value)
  }

  return {
    registry,
    started() {
      const since = performance.now()
      inFlight.inc()
      return ({ method, route, status }) => {
        inFlight.dec()
        requests.observe({ method, route, status }, (performance.now() - since) / 1000)
      }
    },
    timed(operation, work) {
      const since = performance.now()
      const result = work()
      rankings.observe({ operation }, (performance.now() - since) / 1000)
      return result
    },
    malformed: (reason) => refused.inc({ reason }),
    dispose: () => registry.clear(),
  }
}
