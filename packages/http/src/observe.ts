import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Metrics } from './metrics.ts'

export interface LogEntry {
  /** When the answer was ready, ISO 8601. */
  readonly time: string
  readonly method: string
  /** Path and query as they came. */
  readonly url: string
  readonly status: number
  readonly milliseconds: number
}

/** Measures and logs every request. Labels are methods and routes that exist, so that no client can make up new ones. */
export function observe(metrics: Metrics, log: ((entry: LogEntry) => void) | undefined): MiddlewareHandler {
  return async (context, next) => {
    const since = performance.now()
    const answered = metrics.started()
    await next()
    const { method, url } = context.req
    const { status } = context.res
    const route = routePath(context, -1)
    answered({
      method: methods.has(method) ? method : 'other',
      route: route.includes('*') ? 'none' : route,
      status,
    })
    log?.({
      time: new Date().toISOString(),
      method,
      url: url.slice(url.indexOf('/', url.indexOf('//') + 2)),
      status,
      milliseconds: Math.round((performance.now() - since) * 1000) / 1000,
    })
  }
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
