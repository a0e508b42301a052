import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startCluster, startServer } from '../src/index.ts'
import { talk } from './talk.ts'
import { smallWorld } from './world.ts'

const body = '{"items":["i1","i2"]}'
const head = `POST /v1/recommendations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

test('what is under way is finished, nothing new is taken', async () => {
  const server = await startServer(await smallWorld(), { port: 0 })
  const underWay = talk(server.port, [head + body.slice(0, 5), body.slice(5)], { pause: 300 })
  await pause(100)
  const stopped = server.stop()
  await pause(50)
  await expect(fetch(`${server.url}/health`)).rejects.toThrow()
  const { text, closed } = await underWay
  expect(text).toMatch(/^HTTP\/1\.1 200 .*connection: close.*"items":\[/is)
  expect(closed).toBe(true)
  await stopped
})

test('idle connections do not hold up the stop', async () => {
  const server = await startServer(await smallWorld(), { port: 0 })
  const idle = talk(server.port, 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n')
  const silent = talk(server.port, [])
  await pause(100)
  await server.stop({ graceSeconds: 3600 }) // which would outlast the test
  expect((await idle).closed).toBe(true)
  expect((await silent).closed).toBe(true)
})

test('while others are let notice, it answers and says that it is not ready', async () => {
  const server = await startServer(await smallWorld(), { port: 0 })
  const stopped = server.stop({ drainSeconds: 0.3 })
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(503)
  const answer = await fetch(`${server.url}/v1/users/u1/recommendations`)
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close'])
  await stopped
  await expect(fetch(`${server.url}/health`)).rejects.toThrow()
})

test('who never finishes is cut off in the end', async () => {
  const server = await startServer(await smallWorld(), { port: 0 })
  const stuck = talk(server.port, head + body.slice(0, 5))
  await pause(100)
  await Promise.all([server.stop({ graceSeconds: 0.3 }), server.stop()])
  expect((await stuck).closed).toBe(true)
})

test('a port that is taken is an error, and nothing is left behind', async () => {
  const world = await smallWorld()
  const server = await startServer(world, { port: 0 })
  await expect(startServer(world, { port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await server.stop()
  const again = await startServer(world, { port: server.port })
  await again.stop()
})

test('connections above the limit are closed, those within are served', async () => {
  const server = await startServer(await smallWorld(), { port: 0, limits: { maxConnections: 2 } })
  const held = [connect(server.port, '127.0.0.1'), connect(server.port, '127.0.0.1')]
  await pause(100)
  expect(await talk(server.port, 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n', { milliseconds: 1000 })).toEqual({
    text: '',
    closed: true,
  })
  held.forEach((socket) => socket.destroy())
  await pause(100)
  expect((await fetch(`${server.url}/health`)).status).toBe(200)
  await server.stop()
})

test('fewer processes than one are refused', async () => {
  await expect(startCluster('none.recdistill', { workers: 0 })).rejects.toThrow(
    'workers: expected an integer >= 1, got 0',
  )
})
