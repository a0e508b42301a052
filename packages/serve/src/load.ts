import { decodeBundle } from './decode.ts'
import { ServeError } from './errors.ts'
import { createPlainScorer } from './plain-scorer.ts'
import { createRecommender, type Recommender } from './recommender.ts'

/** Bytes at hand, what `fetch` returned, or an address to fetch. */
export type BundleSource = Uint8Array | ArrayBuffer | Response | URL | string

export interface LoadOptions {
  /** Which kernels score; `auto` takes the fastest that this runtime has. */
  readonly simd?: 'auto' | 'relaxed' | 'simd' | 'none'
}

/**
 * A recommender on a bundle.
 * @throws ServeError with code `bundle` when it is cut short, altered or of another version, `source` when it cannot be had.
 */
export async function load(source: BundleSource, _options: LoadOptions = {}): Promise<Recommender> {
  const bytes = await bytesOf(source)
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
  const bundle = decodeBundle(aligned)
  const { dim, precision } = bundle.header
  return createRecommender(
    bundle,
    createPlainScorer({ dim, precision, itemVectors: bundle.arrays.itemVectors }),
  )
}

async function bytesOf(source: BundleSource): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source
  if (source instanceof ArrayBuffer) return new Uint8Array(source)
  const response = source instanceof Response ? source : await fetch(source)
  if (!response.ok)
    throw new ServeError('source', `load: ${response.url} answered ${response.status} ${response.statusText}`)
  return new Uint8Array(await response.arrayBuffer())
}
