import { encodeBundle, load, type Recommender } from '@recdistill/serve'

const users = 40
const items = 300
const dim = 8

/** Numbers that look like chance and are the same everywhere. */
function numbers(length: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
}

/** A bundle of 40 users `u0`, ... and 300 items `i0`, ..., with ids that are hard on addresses at the end. */
function smallBundle(): Uint8Array {
  const offsets = Uint32Array.from({ length: users + 1 }, (_, user) => user * 3)
  const seen = Uint32Array.from({ length: users * 3 }, (_, n) => (n * 7) % items)
  return encodeBundle({
    users: [...Array.from({ length: users - strange.length }, (_, n) => `u${n}`), ...strange],
    items: [...Array.from({ length: items - strange.length }, (_, n) => `i${n}`), ...strange],
    dim,
    userVectors: numbers(users * dim, 1),
    itemVectors: numbers(items * dim, 2),
    seen: { offsets, items: seen },
    meta: { model: 'student', backbone: 'mf', method: 'rrd', dataset: 'made "up"\n\\' },
  })
}

/** Ids as data sets have them that nobody cleaned. */
export const strange = [
  'a/b',
  '..',
  'ä ö',
  '%41',
  '?k=1',
  '日本',
  '🎬',
  '"quoted"',
  '-1',
  '#x',
  'a+b&c=d',
  '\\back',
]

export function smallWorld(): Promise<Recommender> {
  return load(smallBundle())
}
