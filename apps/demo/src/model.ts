import { load, type BundleSource, type Recommender } from '@recdistill/serve'
import type { Latency } from './measure-latency.ts'

export const roles = ['teacher', 'student'] as const
export type Role = (typeof roles)[number]

/** One side of the page: a bundle on its way, a recommender, or why there is none. */
export type Model =
  | { readonly state: 'loading'; readonly from: string }
  | { readonly state: 'refused'; readonly from: string; readonly reason: string }
  | {
      readonly state: 'ready'
      readonly from: string
      readonly recommender: Recommender
      readonly loadMilliseconds: number
      readonly latency: Latency | null
    }

export type Models = Readonly<Record<Role, Model>>

/** Fetches or reads a bundle; what is wrong with it becomes a sentence. */
export async function openModel(source: BundleSource | File, from: string): Promise<Model> {
  const since = performance.now()
  try {
    const bytes = source instanceof File ? await source.arrayBuffer() : source
    const recommender = await load(bytes)
    return { state: 'ready', from, recommender, loadMilliseconds: performance.now() - since, latency: null }
  } catch (error) {
    return { state: 'refused', from, reason: error instanceof Error ? error.message : String(error) }
  }
}

export function recommenderOf(model: Model): Recommender | null {
  return model.state === 'ready' ? model.recommender : null
}
