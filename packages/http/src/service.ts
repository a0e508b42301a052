import { OpenAPIHono } from '@hono/zod-openapi'
import { cors } from 'hono/cors'
import type { Recommender } from '@recdistill/serve'
import { bundleFacts } from './bundle-facts.ts'
import { describeApi } from './describe-api.ts'
import { resolveLimits, type Limits } from './limits.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { observe, type LogEntry } from './observe.ts'
import { limitBody } from './limit-body.ts'
import { problem, problemResponse, problemType } from './problem.ts'
import { notFound, problemOf, refuseInvalid } from './problem-of.ts'
import { createRoutes } from './routes.ts'

export interface ServiceOptions {
  readonly limits?: Partial<Limits>
  /** Origins whose pages may call the service from a browser, or true for all. By default none. */
  readonly cors?: readonly string[] | true
  /** Called after every request. */
  readonly log?: (entry: LogEntry) => void
  /** Called with what no request should be able to bring about: a defect. It was answered with 500. */
  readonly onDefect?: (error: unknown) => void
  /** Text of `/metrics` where several processes share the work, null when one does not answer; by default that of this one. */
  readonly metricsText?: () => Promise<string | null>
}

/** The service without a network: answers one request at a time. */
export interface Service {
  readonly limits: Limits
  readonly metrics: Metrics
  readonly fetch: (request: Request) => Response | Promise<Response>
  /** From now on `/health/ready` answers 503, so that nobody sends new requests; all else goes on. */
  drain(): void
  dispose(): void
}

/**
 * Routes, checks of requests, metrics and the OpenAPI document around a recommender. It borrows the recommender.
 *
 * @throws RangeError for a limit out of its range.
 */
export function createService(recommender: Recommender, options: ServiceOptions = {}): Service {
  const limits = resolveLimits(options.limits)
  const metrics = createMetrics(bundleFacts(recommender))
  const routes = createRoutes(limits)
  const app = new OpenAPIHono({ defaultHook: refuseInvalid })
  let draining = false

  app.use(observe(metrics, options.log))
  if (options.cors !== undefined) {
    const origin = options.cors === true ? '*' : [...options.cors]
    app.use(cors({ origin, allowMethods: ['GET', 'POST'], allowHeaders: ['content-type'], maxAge: 600 }))
  }
  app.on('POST', '/v1/*', limitBody(limits.maxBodyBytes))

  app.openapi(routes.recommend, (context) => {
    const { user } = context.req.valid('param')
    const { k, ...asked } = context.req.valid('query')
    const items = metrics.timed('recommend', () =>
      recommender.recommend(user, { k, ...exclusion(asked, () => recommender.seen(user)) }),
    )
    return context.json({ items }, 200)
  })
  app.openapi(routes.ask, (context) => {
    const { user, items: liked = [], k, only, ...asked } = context.req.valid('json')
    const options = { k, ...(only && { only }) }
    const unknown = [...new Set([...liked, ...(only ?? [])])].filter((item) => !recommender.items.has(item))
    if (user !== undefined) {
      const items = metrics.timed('recommend', () =>
        recommender.recommend(user, { ...options, ...exclusion(asked, () => recommender.seen(user)) }),
      )
      return context.json({ items, unknown }, 200)
    }
    const items = metrics.timed('fold-in', () =>
      recommender.recommendFor(liked, { ...options, ...exclusion(asked, () => liked) }),
    )
    return context.json({ items, unknown }, 200)
  })
  app.openapi(routes.similar, (context) => {
    const { item } = context.req.valid('param')
    const { k, exclude = [] } = context.req.valid('query')
    const items = metrics.timed('similar', () => recommender.similar(item, { k, exclude }))
    return context.json({ items }, 200)
  })
  app.openapi(routes.info, (context) => {
    const { users, items, dim, precision, bytes, simd, foldIn, meta } = recommender.info
    const { maxK, maxIds } = limits
    return context.json(
      { users, items, dim, precision, bytes, simd, foldIn, meta, limits: { maxK, maxIds } },
      200,
    )
  })

  app.openapi(routes.live, (context) => context.json({ status: 'ok' as const }, 200))
  for (const route of [routes.ready, routes.health])
    app.openapi(route, (context) =>
      draining
        ? context.json(problem(503, 'stopping', 'the service is being stopped'), 503, asProblem)
        : context.json({ status: 'ok' as const }, 200),
    )
  app.openapi(routes.metrics, async (context) => {
    const text = await (options.metricsText ?? (() => metrics.registry.metrics()))()
    if (text === null)
      return context.json(
        problem(503, 'unavailable', 'one of the processes that share the work does not answer'),
        503,
        asProblem,
      )
    return context.body(text, 200, { 'content-type': metrics.registry.contentType })
  })
  const document = describeApi(app)
  app.get('/openapi.json', (context) => context.json(document))

  const paths = app.routes.filter(({ method }) => method !== 'ALL')
  app.notFound(({ req }) => problemResponse(...notFound(req.method, req.path, paths)))
  app.onError((error, { req }) => {
    const what = problemOf(error, req)
    if (what.status === 500) options.onDefect?.(error)
    return problemResponse(what)
  })

  return {
    limits,
    metrics,
    fetch: (request) => app.fetch(request),
    drain: () => {
      draining = true
    },
    dispose: () => metrics.dispose(),
  }
}

const asProblem = { 'content-type': problemType }

interface Exclusion {
  readonly exclude?: readonly string[] | undefined
  readonly seen: 'skip' | 'keep'
}

/** A recommender leaves out what the user has seen or else what it is given; a request may want both, either or neither. */
function exclusion(
  { exclude, seen }: Exclusion,
  known: () => Iterable<string>,
): { exclude?: Iterable<string> } {
  if (seen === 'keep') return { exclude: exclude ?? [] }
  return exclude === undefined ? {} : { exclude: [...exclude, ...known()] }
}
