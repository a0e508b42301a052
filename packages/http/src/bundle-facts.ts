import type { Recommender } from '@recdistill/serve'
import type { BundleFacts } from './metrics.ts'

/** Of what the bundle says of itself, the names that are worth a label. */
export function bundleFacts({ info }: Recommender): BundleFacts {
  const { bytes, users, items, meta } = info
  const labels = Object.fromEntries(
    (['model', 'backbone', 'method', 'dataset'] as const).map((name) => [name, String(meta[name] ?? '')]),
  )
  return { bytes, users, items, labels }
}
