import autocannon from 'autocannon'
import { expect, test } from 'vitest'
import { startServer } from '../src/index.ts'
import { smallWorld } from './world.ts'

// benchmarks/serve-http.mjs asks for more: ten thousand connections at a process of its own.
test('three hundred connections, mixed requests, wrong ones among them: every one is answered as it should be', async () => {
  const defects: unknown[] = []
  const server = await startServer(await smallWorld(), { port: 0, onDefect: (error) => defects.push(error) })
  const headers = { 'content-type': 'application/json' }
  const result = await autocannon({
    url: server.url,
    connections: 300,
    duration: 3,
    requests: [
      { path: '/v1/users/u1/recommendations?k=20' },
      { method: 'POST', path: '/v1/recommendations', headers, body: '{"items":["i1","i2","i3"]}' },
      { path: '/v1/items/i5/similar' },
      { path: '/v1/users/nobody/recommendations' },
      { method: 'POST', path: '/v1/recommendations', headers, body: '{"items":' },
    ],
  })
  expect([result.errors, result.timeouts, result['5xx'], defects]).toEqual([0, 0, 0, []])
  expect(result['2xx']).toBeGreaterThan(result['4xx'])
  expect(result['4xx']).toBeGreaterThan(0)
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const counted = [...text.matchAll(/http_request_duration_seconds_count\{.*\} (\d+)/g)]
  const answered = counted.reduce((sum, [, count]) => sum + Number(count), 0)
  expect(answered).toBeGreaterThanOrEqual(result['2xx'] + result['4xx'])
  expect(text).toMatch(/\nhttp_requests_in_flight 1\n/) // this very one
  await server.stop()
})
