import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { download } from './download.ts'

const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, n) => (n * 31 + (n >> 8)) % 251))
const sha256 = createHash('sha256').update(content).digest('hex')
const md5 = createHash('md5').update(content).digest('hex')

let folder: string
let close: () => void
let requests: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recdistill-download-'))
  requests = []
})
afterEach(() => {
  close?.()
  rmSync(folder, { recursive: true, force: true })
})

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    requests.push(request.headers.range ?? 'all')
    answer(request, response, requests.length)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  close = () => {
    server.closeAllConnections()
    server.close()
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.bin`
}

/** Sends `from` onwards and breaks the connection after `most` bytes. */
function send(response: ServerResponse, from: number, most: number, ranges = true, version = '"v1"'): void {
  const rest = content.subarray(from)
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': rest.length,
    ...(ranges && { etag: version }),
    ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
  })
  if (most >= rest.length) response.end(rest)
  else response.write(rest.subarray(0, most), () => setTimeout(() => response.destroy(), 20))
}

const start = (request: IncomingMessage) =>
  Number(/bytes=(\d+)-/.exec(request.headers.range ?? 'bytes=0-')![1])
const quick = { waitSeconds: 0.01 }

test('a file arrives whole, with progress, and nothing else is left', async () => {
  const url = await serve((_, response) => send(response, 0, Infinity))
  const path = join(folder, 'deep/data.bin')
  const seen: number[] = []
  await download(url, path, { sha256, md5, onProgress: ({ bytes, total }) => seen.push(bytes / total!) })
  expect(readFileSync(path).equals(content)).toBe(true)
  expect(seen.at(-1)).toBe(1)
  expect(existsSync(`${path}.part`) || existsSync(`${path}.part.json`)).toBe(false)
})

test('a cut connection is taken up where it broke', async () => {
  const url = await serve((request, response, nth) =>
    send(response, start(request), nth < 3 ? 100_000 : Infinity),
  )
  const path = join(folder, 'data.bin')
  await download(url, path, { sha256, ...quick })
  expect(readFileSync(path).equals(content)).toBe(true)
  expect(requests[0]).toBe('all')
  expect(requests).toHaveLength(3)
  expect(start({ headers: { range: requests[2] } } as IncomingMessage)).toBeGreaterThan(100_000)
})

test('what came before is kept when the connection stays cut, and the next run goes on from there', async () => {
  let stable = false
  const url = await serve((request, response) => send(response, start(request), stable ? Infinity : 50_000))
  const path = join(folder, 'data.bin')
  await expect(download(url, path, { sha256, retries: 1, ...quick })).rejects.toThrow(
    /bytes are kept, run again/,
  )
  expect(existsSync(path)).toBe(false)
  stable = true
  await download(url, path, { sha256 })
  expect(readFileSync(path).equals(content)).toBe(true)
  expect(requests.at(-1)).not.toBe('all')
})

test('a server without ranges is asked for all again', async () => {
  const url = await serve((_, response, nth) => send(response, 0, nth === 1 ? 100_000 : Infinity, false))
  const path = join(folder, 'data.bin')
  await download(url, path, { sha256, ...quick })
  expect(readFileSync(path).equals(content)).toBe(true)
  expect(requests).toEqual(['all', 'all'])
})

test('another version at the server is fetched from the start', async () => {
  // The server honours If-Range: its tag has changed, so it sends all.
  const url = await serve((_, response, nth) =>
    send(response, 0, nth === 1 ? 100_000 : Infinity, true, `"v${nth}"`),
  )
  const path = join(folder, 'data.bin')
  await download(url, path, { sha256, ...quick })
  expect(readFileSync(path).equals(content)).toBe(true)
  expect(requests[1]).not.toBe('all')
})

test('a wrong checksum is refused and nothing is kept', async () => {
  const url = await serve((_, response) => send(response, 0, Infinity))
  const path = join(folder, 'data.bin')
  for (const wrong of [{ sha256: '0'.repeat(64) }, { md5: '0'.repeat(32) }])
    await expect(download(url, path, wrong)).rejects.toThrow(/expected (sha256|md5) 0+, got [0-9a-f]+/)
  expect(existsSync(path) || existsSync(`${path}.part`)).toBe(false)
})

test('404 and 500 are said at once, without trying again', async () => {
  for (const status of [404, 500]) {
    const url = await serve((_, response) => response.writeHead(status).end('<html>no</html>'))
    await expect(download(url, join(folder, 'x'), quick)).rejects.toThrow(
      new RegExp(`server answers ${status}`),
    )
    close()
  }
  expect(requests).toHaveLength(2)
  expect(existsSync(join(folder, 'x.part'))).toBe(false)
})

test('no server at all is one line', async () => {
  const url = await serve(() => {})
  close()
  await expect(download(url, join(folder, 'x'), quick)).rejects.toThrow(/no connection \(ECONNREFUSED\)/)
})

test('a part that is already whole is only checked', async () => {
  const url = await serve((request, response, nth) => {
    if (nth === 1) return send(response, 0, Infinity)
    expect(start(request)).toBe(content.length)
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
  })
  const path = join(folder, 'data.bin')
  await download(url, path, { sha256 })
  const { renameSync, writeFileSync } = await import('node:fs')
  renameSync(path, `${path}.part`)
  writeFileSync(`${path}.part.json`, JSON.stringify({ validator: '"v1"' }))
  await download(url, path, { sha256 })
  expect(readFileSync(path).equals(content)).toBe(true)
})

test('several that want the same file fetch it once', async () => {
  const url = await serve((_, response) => void setTimeout(() => send(response, 0, Infinity), 100))
  const path = join(folder, 'data.bin')
  await Promise.all([1, 2, 3].map(() => download(url, path, { sha256 })))
  expect(readFileSync(path).equals(content)).toBe(true)
  expect(requests).toEqual(['all'])
  expect(existsSync(`${path}.part.lock`)).toBe(false)
})
