import { createRng } from '@recdistill/core'
import { encodeBundle } from '@recdistill/serve'

/** A bundle whose vectors are noise, each user with 20 seen items: what it answers is nothing, what it costs is the real thing. */
export function bundleOfNoise({ users, items, dim }) {
  const rng = createRng(1)
  const noise = (length) => Float32Array.from({ length }, () => rng.float() - 0.5)
  const seen = 20
  return encodeBundle({
    users: Array.from({ length: users }, (_, n) => `u${n}`),
    items: Array.from({ length: items }, (_, n) => `i${n}`),
    dim,
    userVectors: noise(users * dim),
    itemVectors: noise(items * dim),
    seen: {
      offsets: Uint32Array.from({ length: users + 1 }, (_, user) => user * seen),
      items: Uint32Array.from({ length: users * seen }, (_, n) => (n * 7919) % items),
    },
    meta: { model: 'noise' },
  })
}
