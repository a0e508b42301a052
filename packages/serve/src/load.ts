import { bundleChunks, collect, collectInto, grow, type Chunks } from './collect.ts'
import { createRecommender } from './create-recommender.ts'
import { checkBundle, readBundle } from './decode.ts'
import { ServeError } from './errors.ts'
import { openKernels, type KernelOptions } from './kernels.ts'
import { createPlainScorer } from './plain-scorer.ts'
import type { Recommender } from './recommender.ts'
import { BUNDLE_AT, createWasmScorer, tailBytes } from './wasm-scorer.ts'

/** Bytes at hand, what `fetch` returned, or an address to fetch. Anything else that has bytes: `new Response(it)`. */
export type BundleSource = ArrayBufferView | ArrayBuffer | Response | URL | string

export interface LoadOptions extends KernelOptions {
  /** Ends a download that is under way. */
  readonly signal?: AbortSignal
}

/**
 * A recommender on a bundle. With SIMD the bytes are placed into the memory of the kernels once, as they arrive; without, they are used where
 * they lie, and must not be written to. Nothing is unpacked.
 * @throws ServeError with code `bundle` when they are cut short, altered or of another version, `source` when they cannot be had.
 */
export async function load(source: BundleSource, options: LoadOptions = {}): Promise<Recommender> {
  return loadChunks(await chunksOf(source, options.signal), options)
}

/** The same of bytes that come one after the other. */
export async function loadChunks(chunks: Chunks, options: LoadOptions): Promise<Recommender> {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1)
    throw new ServeError('option', 'load: bundles are little-endian, and this machine is not')
  const kernels = await openKernels(options)
  if (kernels === null) {
    const bytes = await collect(bundleChunks(chunks))
    const bundle = readBundle(checkBundle(bytes), bytes)
    return createRecommender(bundle, createPlainScorer({ ...bundle.header, ...bundle.arrays }))
  }
  const { memory } = kernels
  const length = await collectInto(memory, BUNDLE_AT, bundleChunks(chunks))
  const header = checkBundle(new Uint8Array(memory.buffer, BUNDLE_AT, length))
  const end = BUNDLE_AT + length
  grow(memory, end + tailBytes(header))
  const bundle = readBundle(header, new Uint8Array(memory.buffer, BUNDLE_AT, length))
  return createRecommender(bundle, createWasmScorer(kernels, { ...header, ...bundle.arrays }, end))
}

async function chunksOf(source: BundleSource, signal: AbortSignal | undefined): Promise<Chunks> {
  if (ArrayBuffer.isView(source)) return [bytesOf(source)]
  if (source instanceof Response) return read(source)
  if (typeof source === 'string' || source instanceof URL) return read(await request(source, signal))
  if (Object.prototype.toString.call(source).endsWith('ArrayBuffer]')) return [new Uint8Array(source)]
  throw new ServeError(
    'option',
    `load: expected bytes, a Response or an address, got ${typeof source}; new Response(it) may help`,
  )
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

async function request(address: string | URL, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(address, signal ? { signal } : {})
  } catch (cause) {
    throw unreachable(String(address), cause, '; a file is opened by loadFile of @recdistill/serve/node')
  }
}

async function* read(response: Response): AsyncGenerator<Uint8Array> {
  const name = response.url || 'the response'
  if (!response.ok)
    throw new ServeError(
      'source',
      `load: ${name} answered ${response.status} ${response.statusText}`.trimEnd(),
    )
  if (response.bodyUsed)
    throw new ServeError('source', `load: the body of ${name} was read before; give a clone`)
  if (response.body === null) return
  const reader = response.body.getReader()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read())
      yield part.value as Uint8Array
  } catch (cause) {
    throw unreachable(name, cause)
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function unreachable(name: string, cause: unknown, hint = ''): ServeError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ServeError('source', `load: cannot fetch ${name}: ${reason}${hint}`, { cause })
}
