import fc from 'fast-check'
import { connect } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import { startServer, type RunningServer } from '../src/index.ts'
import { talk } from './talk.ts'
import { smallWorld } from './world.ts'

let server: RunningServer
const defects: unknown[] = []

beforeAll(async () => {
  server = await startServer(await smallWorld(), {
    port: 0,
    limits: { maxBodyBytes: 2000, maxHeadBytes: 4096, headSeconds: 1, requestSeconds: 2, idleSeconds: 1 },
    onDefect: (error) => defects.push(error),
  })
  return () => server.stop({ graceSeconds: 1 })
})

const head = (line: string, ...more: string[]) =>
  [line, 'host: x', 'connection: close', ...more].join('\r\n') + '\r\n\r\n'
const chunked = (...chunks: string[]) =>
  head('POST /v1/recommendations HTTP/1.1', 'content-type: application/json', 'transfer-encoding: chunked') +
  chunks.join('')

/** What is wrong, the bytes, and how the answer begins; null where hanging up without a word is as good. */
const requests: readonly (readonly [what: string, bytes: string | Uint8Array, answer: RegExp | null])[] = [
  ['no HTTP at all', 'hello, is anybody there?\r\n\r\n', /^HTTP\/1\.1 400 .*"malformed-request"/s],
  ['the first bytes of TLS', Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3), /^HTTP\/1\.1 400 /],
  ['a version of the future', head('GET /health HTTP/9.9'), /^HTTP\/1\.1 400 /],
  ['a preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['a method nobody knows', head('BREW /pot HTTP/1.1'), /^HTTP\/1\.1 400 /],
  ['no host', 'GET /health HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['two hosts', head('GET /health HTTP/1.1', 'host: y'), /^HTTP\/1\.1 (200|400) /],
  [
    'a host that is none',
    'GET /health HTTP/1.1\r\nhost: a b<>\r\nconnection: close\r\n\r\n',
    /^HTTP\/1\.1 400 /,
  ],
  ['a header without a colon', head('GET /health HTTP/1.1', 'nonsense'), /^HTTP\/1\.1 400 /],
  ['a header with a zero', head('GET /health HTTP/1.1', 'x: a\0b'), /^HTTP\/1\.1 400 /],
  ['a header folded over two lines', head('GET /health HTTP/1.1', 'x: a\r\n b'), /^HTTP\/1\.1 (200|400) /],
  ['a name of a header that is none', head('GET /health HTTP/1.1', 'x y: 1'), /^HTTP\/1\.1 400 /],
  ['line feeds alone', 'GET /health HTTP/1.1\nhost: x\nconnection: close\n\n', /^HTTP\/1\.1 (200|400) /],
  [
    'headers without end',
    head('GET /health HTTP/1.1', `x: ${'y'.repeat(9000)}`),
    /^HTTP\/1\.1 431 .*"head-too-large"/s,
  ],
  [
    'thousands of headers',
    head('GET /health HTTP/1.1', ...Array(3000).fill('a: b')),
    /^HTTP\/1\.1 (431|200) /,
  ],
  [
    'an endless address',
    head(`GET /v1/users/${'u'.repeat(9000)}/recommendations HTTP/1.1`),
    /^HTTP\/1\.1 431 /,
  ],
  ['an address with a zero', head('GET /v1/\0/x HTTP/1.1'), /^HTTP\/1\.1 400 /],
  ['an address with spaces', head('GET /v1/a b/x HTTP/1.1'), /^HTTP\/1\.1 400 /],
  ['an address that is none', head('GET http://[::1 HTTP/1.1'), /^HTTP\/1\.1 400 /],
  ['a path upwards', head('GET /v1/../../etc/passwd HTTP/1.1'), /^HTTP\/1\.1 404 /],
  [
    'raw bytes in an address',
    Buffer.from(head('GET /v1/users/\xff\xfe/recommendations HTTP/1.1'), 'latin1'),
    /^HTTP\/1\.1 (400|404) /,
  ],
  [
    'a broken escape in an address',
    head('GET /v1/users/%zz/recommendations HTTP/1.1'),
    /^HTTP\/1\.1 (400|404) /,
  ],
  [
    'a query of nothing but signs',
    head('GET /v1/users/u1/recommendations?&&==&?%&k HTTP/1.1'),
    /^HTTP\/1\.1 400 /,
  ],
  ['an asterisk', head('OPTIONS * HTTP/1.1'), /^HTTP\/1\.1 4\d\d /],
  ['a tunnel', head('CONNECT example.org:443 HTTP/1.1'), null],
  [
    'an upgrade',
    head('GET /health HTTP/1.1', 'upgrade: websocket', 'sec-websocket-key: x'),
    /^HTTP\/1\.1 200 /,
  ],
  ['an expectation nobody has', head('GET /health HTTP/1.1', 'expect: wonders'), /^HTTP\/1\.1 417 /],
  [
    'a length that is no number',
    head('POST /v1/recommendations HTTP/1.1', 'content-length: ten'),
    /^HTTP\/1\.1 400 /,
  ],
  ['a negative length', head('POST /v1/recommendations HTTP/1.1', 'content-length: -5'), /^HTTP\/1\.1 400 /],
  [
    'two lengths',
    head('POST /v1/recommendations HTTP/1.1', 'content-length: 2', 'content-length: 3') + '{}',
    /^HTTP\/1\.1 400 /,
  ],
  [
    'a length and chunks (smuggling)',
    head('POST /v1/recommendations HTTP/1.1', 'content-length: 4', 'transfer-encoding: chunked') +
      '0\r\n\r\n',
    /^HTTP\/1\.1 400 /,
  ],
  [
    'a length beyond the limit, and nothing sent',
    head('POST /v1/recommendations HTTP/1.1', 'content-type: application/json', 'content-length: 99999999'),
    /^HTTP\/1\.1 413 .*"body-too-large"/s,
  ],
  ['chunks beyond the limit', chunked(...Array(30).fill(`64\r\n${'x'.repeat(100)}\r\n`)), /^HTTP\/1\.1 413 /],
  ['a chunk whose size is no number', chunked('zz\r\nabc\r\n'), /^HTTP\/1\.1 400 /],
  ['a chunk of unspeakable size', chunked('ffffffffffffffffff\r\n'), /^HTTP\/1\.1 400 /],
  ['extensions of a chunk without end', chunked(`2;${'e'.repeat(40_000)}\r\n{}\r\n`), /^HTTP\/1\.1 4\d\d /],
  [
    'JSON of bytes that are no text',
    Buffer.concat([
      Buffer.from(
        head('POST /v1/recommendations HTTP/1.1', 'content-type: application/json', 'content-length: 4'),
      ),
      Buffer.of(0xff, 0xfe, 0x00, 0x22),
    ]),
    /^HTTP\/1\.1 400 .*"malformed-json"/s,
  ],
  [
    'a compressed body',
    head(
      'POST /v1/recommendations HTTP/1.1',
      'content-type: application/json',
      'content-encoding: gzip',
      'content-length: 3',
    ) + 'abc',
    /^HTTP\/1\.1 400 /,
  ],
  ['a GET with a body', head('GET /health HTTP/1.1', 'content-length: 2') + 'hi', /^HTTP\/1\.1 200 /],
]

async function stillAnswers(): Promise<void> {
  const response = await fetch(`${server.url}/v1/users/u1/recommendations?k=3`)
  expect(response.status).toBe(200)
  expect(((await response.json()) as { items: unknown[] }).items).toHaveLength(3)
  expect(defects).toEqual([])
}

describe('requests that are none are refused, and the next one is answered', () => {
  test.for(requests)('%s', async ([, bytes, answer]) => {
    const { text, closed } = await talk(server.port, bytes, { end: false })
    if (answer !== null || text !== '') expect(text).toMatch(answer ?? /^HTTP\/1\.1 4/)
    expect(closed).toBe(true)
    await stillAnswers()
  })

  test('a request that stops in the middle of its body', async () => {
    const bytes =
      head('POST /v1/recommendations HTTP/1.1', 'content-type: application/json', 'content-length: 50') +
      '{"it'
    await talk(server.port, bytes, { end: true, milliseconds: 500 })
    await stillAnswers()
  })

  test('whoever hangs up before the answer', async () => {
    const bytes = 'GET /v1/users/u1/recommendations HTTP/1.1\r\nhost: x\r\n\r\n'
    await Promise.all(Array.from({ length: 50 }, () => talk(server.port, bytes, { milliseconds: 1 })))
    await stillAnswers()
  })

  test('connections that are reset count as nothing that was refused', async () => {
    const refused = async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text()
      return [...text.matchAll(/^http_malformed_requests_total\{.*\} (\d+)$/gm)].map(([, n]) => Number(n))
    }
    const before = await refused()
    for (const bytes of ['GET /health HTTP/1.1\r\nhost: x\r\n\r\n', 'GET /he']) {
      const socket = connect(server.port, '127.0.0.1')
      socket.on('error', () => undefined).write(bytes)
      await new Promise((resolve) => setTimeout(resolve, 100))
      socket.resetAndDestroy()
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await refused()).toEqual(before)
  })

  test('a body in chunks is read', async () => {
    const { text } = await talk(server.port, chunked('8\r\n{"items"\r\n', '8\r\n:["i1"]}\r\n', '0\r\n\r\n'))
    expect(text).toMatch(/^HTTP\/1\.1 200 .*"unknown":\[\]/s)
  })

  test('fifty requests in one piece are answered in their order', async () => {
    const one = (k: number) => `GET /v1/users/u1/recommendations?k=${k} HTTP/1.1\r\nhost: x\r\n\r\n`
    const bytes = Array.from({ length: 50 }, (_, n) => one(n + 1)).join('') + head('GET /health HTTP/1.1')
    const { text } = await talk(server.port, bytes)
    const lengths = [...text.matchAll(/\{"items":.*?\]\}/g)].map(
      ([body]) => (JSON.parse(body) as { items: [] }).items.length,
    )
    expect(lengths).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
  })
})

describe('whoever is slow does not hold a connection for ever', () => {
  test('a head that comes drop by drop', async () => {
    const drops = [...'GET /health HTTP/1.1\r\nhost: x\r\nx: y'].map((letter) => letter)
    const { text, closed } = await talk(server.port, drops, { pause: 100 })
    expect(text).toMatch(/^HTTP\/1\.1 408 .*"request-timeout"/s)
    expect(closed).toBe(true)
  })

  test('a body that comes drop by drop', async () => {
    const first = head(
      'POST /v1/recommendations HTTP/1.1',
      'content-type: application/json',
      'content-length: 100',
    )
    const { text, closed } = await talk(server.port, [first, ...'{"items": ["i1", "i2", "i3", "i4", "i5"'], {
      pause: 100,
    })
    expect(text).toMatch(/^HTTP\/1\.1 408 /)
    expect(closed).toBe(true)
  })

  test('a connection on which nothing is said', async () => {
    const { closed } = await talk(server.port, [], { milliseconds: 4000 })
    expect(closed).toBe(true)
  })

  test('a hundred of them, while others are answered', async () => {
    const slow = Array.from({ length: 100 }, () => talk(server.port, 'GET /he', { milliseconds: 4000 }))
    for (let n = 0; n < 20; n++) await stillAnswers()
    expect((await Promise.all(slow)).every(({ closed }) => closed)).toBe(true)
  })
})

describe('whatever comes', () => {
  const path = fc.oneof(
    fc.webPath(),
    fc
      .tuple(fc.constantFrom('/v1/users/', '/v1/items/', '/v1/'), fc.string({ unit: 'binary' }))
      .map((parts) => parts.join('')),
  )

  test('bytes at random', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const { text } = await talk(server.port, bytes, { end: true, milliseconds: 1500 })
        if (text !== '') expect(text).toMatch(/^HTTP\/1\.1 4\d\d /)
      }),
      { numRuns: 60 },
    )
    await stillAnswers()
  })

  test('requests with damage', async () => {
    const whole =
      head('POST /v1/recommendations HTTP/1.1', 'content-type: application/json', 'content-length: 16') +
      '{"items":["i1"]}'
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const bytes = Buffer.from(whole, 'latin1')
        for (const [at, value] of changes) bytes[at] = value
        const { text } = await talk(server.port, bytes, { end: true, milliseconds: 1500 })
        if (text !== '') expect(text).toMatch(/^HTTP\/1\.1 [24]\d\d /)
      }),
      { numRuns: 100 },
    )
    await stillAnswers()
  })

  test('addresses at random', async () => {
    await fc.assert(
      fc.asyncProperty(path, fc.webQueryParameters(), async (where, query) => {
        const bytes = Buffer.from(head(`GET ${where}?${query} HTTP/1.1`), 'utf8')
        const { text } = await talk(server.port, bytes, { milliseconds: 1500 })
        expect(text).toMatch(/^HTTP\/1\.1 [24]\d\d /)
      }),
      { numRuns: 150 },
    )
    await stillAnswers()
  })

  test('JSON at random', async () => {
    const name = fc.constantFrom('user', 'items', 'k', 'exclude', 'only', 'seen')
    const body = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(name, fc.oneof(fc.jsonValue(), fc.constant('u1'), fc.constant(['i1']))),
    )
    await fc.assert(
      fc.asyncProperty(body, async (value) => {
        const response = await fetch(`${server.url}/v1/recommendations`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(value),
        })
        expect([200, 400, 404, 413]).toContain(response.status)
        await response.text()
      }),
      { numRuns: 200 },
    )
    await stillAnswers()
  })
})
