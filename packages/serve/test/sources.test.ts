import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { encodeBundle, load, ServeError, type BundleSource } from '../src/index.ts'
import { loadFile } from '../src/node.ts'
import { randomParts } from './parts.ts'

const bundle = encodeBundle({ ...randomParts({ items: 3000, dim: 20 }), precision: 'f16' })
const expected = (await load(bundle)).recommend('u4')

const buffer = bundle.buffer as ArrayBuffer
const odd = new Uint8Array(bundle.length + 3)
odd.set(bundle, 3)

for (const simd of ['auto', 'none'] as const) {
  const sources: Record<string, () => BundleSource> = {
    'an ArrayBuffer': () => buffer,
    'a view that begins anywhere': () => odd.subarray(3),
    'a view of other numbers': () => new DataView(odd.buffer, 3),
    'a Buffer': () => Buffer.from(bundle),
    'a Response': () => new Response(buffer),
    'a Response in pieces': () => new Response(inPieces(1000)),
    'a Response in single bytes at first': () => new Response(inPieces(1, 100)),
    'an address': () => `data:application/octet-stream;base64,${Buffer.from(bundle).toString('base64')}`,
    'a URL': () => new URL(`data:application/octet-stream;base64,${Buffer.from(bundle).toString('base64')}`),
  }
  for (const [name, source] of Object.entries(sources))
    test(`${name}, simd ${simd}`, async () => {
      expect((await load(source(), { simd })).recommend('u4')).toEqual(expected)
    })
}

function inPieces(size: number, times = Infinity): ReadableStream<Uint8Array> {
  let at = 0
  let n = 0
  return new ReadableStream({
    pull(controller) {
      const end = n++ < times ? at + size : bundle.length
      if (at < bundle.length) controller.enqueue(bundle.slice(at, end))
      else controller.close()
      at = end
    },
  })
}

async function failure(loading: Promise<unknown>): Promise<ServeError> {
  const error: unknown = await loading.then(
    () => null,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(ServeError)
  return error as ServeError
}

test('a download that fails, ends early or is refused says so', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/missing') response.writeHead(404).end('no')
    else if (request.url === '/broken') {
      response.writeHead(200, { 'content-length': bundle.length })
      response.write(bundle.subarray(0, 5000), () => response.destroy())
    } else response.end(bundle.subarray(0, 5000))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const address = (path: string) => `http://127.0.0.1:${port}${path}`
  try {
    const missing = await failure(load(address('/missing')))
    expect([missing.code, missing.message]).toEqual([
      'source',
      `load: ${address('/missing')} answered 404 Not Found`,
    ])
    const broken = await failure(load(new URL(address('/broken'))))
    expect(broken.code).toBe('source')
    expect(broken.message).toContain(`load: cannot fetch ${address('/broken')}: `)
    const short = await failure(load(await fetch(address('/short'))))
    expect([short.code, short.message]).toEqual([
      'bundle',
      `bundle: cut short: has 5000 of ${bundle.length} bytes; get the file again`,
    ])
    const stopped = await failure(load(address('/short'), { signal: AbortSignal.abort() }))
    expect(stopped.code).toBe('source')
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('a file of another kind is refused at its first bytes, however large it is', async () => {
  for (const simd of ['auto', 'none'] as const) {
    let cancelled = false
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65536)),
      cancel: () => void (cancelled = true),
    })
    const other = await failure(load(new Response(endless), { simd }))
    expect([other.code, other.message]).toEqual([
      'bundle',
      'bundle: not a bundle of recdistill; `recdistill export RUN --to bundle` makes one',
    ])
    expect(cancelled).toBe(true)
  }
})

test('what is no source is refused with a hint', async () => {
  const path = await failure(load('./model.recdistill'))
  expect(path.message).toMatch(
    /^load: cannot fetch \.\/model\.recdistill: .*; a file is opened by loadFile of @recdistill\/serve\/node$/,
  )
  expect((await failure(load(7 as never))).message).toBe(
    'load: expected bytes, a Response or an address, got number; new Response(it) may help',
  )
  const used = new Response(buffer)
  await used.arrayBuffer()
  expect((await failure(load(used))).message).toContain('was read before')
  expect((await failure(load(new Response(null)))).message).toContain('cut short: has 0')
  expect((await failure(load(bundle, { simd: 'avx' as never }))).message).toContain(
    'expected auto, relaxed, simd or none',
  )
})

test('a file by path and by address', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recdistill-serve-'))
  const path = join(folder, 'a model.recdistill')
  await writeFile(path, bundle)
  try {
    for (const simd of ['auto', 'none'] as const) {
      expect((await loadFile(path, { simd })).recommend('u4')).toEqual(expected)
      expect((await loadFile(pathToFileURL(path), { simd })).recommend('u4')).toEqual(expected)
    }
    const missing = await failure(loadFile(join(folder, 'none')))
    expect([missing.code, missing.message]).toEqual([
      'source',
      `loadFile: cannot read ${join(folder, 'none')}: there is no such file`,
    ])
    const aFolder = await failure(loadFile(folder))
    expect([aFolder.code, aFolder.message]).toEqual([
      'source',
      `loadFile: cannot read ${folder}: it is a folder; name the bundle in it, e.g. model.recdistill`,
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
})
