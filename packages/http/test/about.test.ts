import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Recommender } from '@recdistill/serve'
import { createService, type LogEntry, type Problem, type Service } from '../src/index.ts'
import { smallWorld } from './world.ts'

let world: Recommender
let service: Service
const log: LogEntry[] = []

beforeAll(async () => {
  world = await smallWorld()
  service = createService(world, { limits: { maxK: 50, maxIds: 20 }, log: (entry) => log.push(entry) })
  return () => service.dispose()
})

const at = (path: string, init?: RequestInit) => service.fetch(new Request(`http://service${path}`, init))

type Paths = { paths: Record<string, { get: { parameters: object[] } }> }

describe('what a service tells of itself', () => {
  test('the OpenAPI document is valid and names every path', async () => {
    const document = (await (await at('/openapi.json')).json()) as { paths: Record<string, object> }
    const result = await new Validator().validate(document)
    expect(result.errors ?? []).toEqual([])
    expect(result.valid).toBe(true)
    expect(Object.keys(document.paths).sort()).toEqual([
      '/health',
      '/health/live',
      '/health/ready',
      '/metrics',
      '/v1/info',
      '/v1/items/{item}/similar',
      '/v1/recommendations',
      '/v1/users/{user}/recommendations',
    ])
  })

  test('the OpenAPI document tells limits, and repeats of a parameter', async () => {
    const document = (await (await at('/openapi.json')).json()) as Paths
    const { parameters } = document.paths['/v1/users/{user}/recommendations'].get
    expect(parameters).toContainEqual(
      expect.objectContaining({
        name: 'k',
        in: 'query',
        schema: expect.objectContaining({ type: 'integer', minimum: 1, maximum: 50, default: 10 }),
      }),
    )
    expect(parameters).toContainEqual(
      expect.objectContaining({
        name: 'exclude',
        explode: true,
        schema: expect.objectContaining({ type: 'array', maxItems: 20 }),
      }),
    )
  })

  test('info', async () => {
    const info = await (await at('/v1/info')).json()
    expect(info).toEqual({ ...world.info, limits: { maxK: 50, maxIds: 20 } })
  })

  test('metrics count what was asked, by routes that exist alone', async () => {
    await at('/v1/users/u1/recommendations')
    await at('/made/up/by/a/client')
    await at('/v1/info', { method: 'PROPFIND' })
    const response = await at('/metrics')
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const text = await response.text()
    expect(text).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/v1\/users\/:user\/recommendations",status="200"\} \d+/,
    )
    expect(text).toMatch(/_count\{method="GET",route="none",status="404"\} \d+/)
    expect(text).toMatch(/_count\{method="other",route="none",status="405"\} 1/)
    expect(text).toMatch(/recdistill_ranking_duration_seconds_count\{operation="recommend"\} \d+/)
    expect(text).toContain(
      'recdistill_bundle_info{model="student",backbone="mf",method="rrd",dataset="made \\"up\\"\\n\\\\"} 1',
    )
    expect(text).toMatch(/\nrecdistill_bundle_items 300\n/)
    expect(text).not.toContain('made/up/by')
    expect(text).toMatch(/process_resident_memory_bytes \d/)
  })

  test('metrics of several processes of which one does not answer are none', async () => {
    const own = createService(world, { metricsText: () => Promise.resolve(null) })
    const response = await own.fetch(new Request('http://service/metrics'))
    expect([response.status, ((await response.json()) as Problem).code]).toEqual([503, 'unavailable'])
    own.dispose()
  })

  test('the log has every request with its query and how it ended', async () => {
    log.length = 0
    await at('/v1/users/u1/recommendations?k=3')
    await at('/nowhere')
    expect(log.map(({ method, url, status }) => [method, url, status])).toEqual([
      ['GET', '/v1/users/u1/recommendations?k=3', 200],
      ['GET', '/nowhere', 404],
    ])
    expect(log[0].milliseconds).toBeGreaterThan(0)
  })

  test('ready until it is told to stop, alive even then', async () => {
    const own = createService(world)
    const status = async (path: string) => (await own.fetch(new Request(`http://service${path}`))).status
    expect([await status('/health'), await status('/health/ready'), await status('/health/live')]).toEqual([
      200, 200, 200,
    ])
    own.drain()
    expect([await status('/health'), await status('/health/ready'), await status('/health/live')]).toEqual([
      503, 503, 200,
    ])
    expect(await status('/v1/users/u1/recommendations')).toBe(200)
    own.dispose()
  })
})
