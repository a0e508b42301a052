import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeBundle, load, ServeError, type Recommender } from '../src/index.ts'
import { sha256 } from '../src/sha256.ts'
import { randomParts } from './parts.ts'

const whole = encodeBundle(randomParts({ users: 5, items: 40, dim: 5 }))
const kinds = ['auto', 'none'] as const

/** What loading says, in every kind of runtime alike; null when it does not refuse. */
async function refusal(bytes: Uint8Array): Promise<string | null> {
  const [simd, plain] = await Promise.all(
    kinds.map((simd) =>
      load(bytes, { simd }).then(
        () => null,
        (error: unknown) => {
          expect(error).toBeInstanceOf(ServeError)
          expect((error as ServeError).code).toBe('bundle')
          return (error as ServeError).message
        },
      ),
    ),
  )
  expect(simd).toBe(plain)
  return plain
}

const altered = (change: (bytes: Uint8Array, view: DataView) => void) => {
  const bytes = whole.slice()
  change(bytes, new DataView(bytes.buffer))
  return bytes
}
const sealed = (bytes: Uint8Array) => {
  bytes.set(sha256(bytes.subarray(0, -32)), bytes.length - 32)
  return bytes
}

test('a bundle cut short anywhere is refused, and the message says so', async () => {
  const lengths = new Set([0, 1, 7, 8, 9, 11, 12, 16, 24, 31, 32, 63, 64, 65])
  for (let length = 0; length < whole.length; length += 61) lengths.add(length)
  for (let back = 1; back <= 70; back++) lengths.add(whole.length - back)
  for (const length of lengths) {
    const message = await refusal(whole.slice(0, length))
    expect(message).toMatch(/^bundle: cut short: has \d+ of .* bytes; get the file again$/)
    expect(message).toContain(`has ${length} of ${length < 64 ? 'at least 64' : whole.length}`)
  }
})

test('one altered byte anywhere is refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      expect(await refusal(altered((bytes) => void (bytes[at] ^= flip)))).not.toBe(null)
    }),
    { numRuns: 400 },
  )
})

test('every byte of the prefix and of the checksum counts', async () => {
  for (const at of [...Array(64).keys(), ...Array.from({ length: 32 }, (_, n) => whole.length - 1 - n)])
    expect(await refusal(altered((bytes) => void (bytes[at] ^= 1)))).not.toBe(null)
})

test('other files, other versions, and bytes behind the end are named', async () => {
  expect(await refusal(new TextEncoder().encode('{"model": "not a bundle"}'))).toContain(
    'not a bundle of recdistill',
  )
  expect(await refusal(altered((_, view) => view.setUint32(8, 2, true)))).toContain(
    'written in format 2, this version reads 1; use the @recdistill/serve of the recdistill that wrote it',
  )
  expect(await refusal(Uint8Array.of(...whole, 0, 0))).toContain('2 bytes stand behind its end')
  expect(await refusal(altered((bytes) => void (bytes[bytes.length - 50] ^= 4)))).toContain(
    'checksum does not match',
  )
})

test('lengths beyond all bounds take no memory and no time', async () => {
  for (const length of [2 ** 31, 2 ** 32 - 1, whole.length, 33])
    expect(await refusal(sealed(altered((_, view) => view.setUint32(12, length, true))))).toContain(
      'header length',
    )
  for (const total of [2n ** 63n, 2n ** 40n])
    expect(await refusal(altered((_, view) => view.setBigUint64(16, total, true)))).toContain(
      `of ${total} bytes`,
    )
})

/** Rewrites the header and seals it anew, as a broken writer would. */
function withHeader(change: (header: never) => unknown): Uint8Array {
  const room = new DataView(whole.buffer).getUint32(12, true)
  const header = JSON.parse(new TextDecoder().decode(whole.subarray(32, 32 + room))) as never
  const text = new TextEncoder().encode(JSON.stringify(change(header)))
  expect(text.length).toBeLessThanOrEqual(room)
  return sealed(
    altered((bytes) => {
      bytes.fill(0x20, 32, 32 + room)
      bytes.set(text, 32)
    }),
  )
}

test('a header that does not keep to the format is refused though its checksum is right', async () => {
  type Header = Record<string, unknown> & { arrays: Record<string, unknown>[] }
  const set = (name: string, value: unknown) => withHeader((header: Header) => ({ ...header, [name]: value }))
  const entry = (n: number, change: Record<string, unknown>) =>
    withHeader((header: Header) => {
      const arrays = header.arrays.map((each, m) => (m === n ? { ...each, ...change } : each))
      return { ...header, meta: {}, arrays }
    })
  const cases = [
    set('items', 41),
    set('items', 10 ** 15),
    set('users', -1),
    set('dim', 0),
    set('dim', 1e9),
    set('precision', 'f64'),
    set('precision', 'int8'),
    set('foldIn', null),
    set('meta', []),
    set('arrays', {}),
    set('arrays', [null]),
    withHeader(() => []),
    withHeader(() => null),
    sealed(altered((bytes) => void (bytes[32] = 0x22))),
    sealed(altered((bytes) => void (bytes[33] = 0xff))),
  ]
  for (let n = 0; n < 9; n++)
    for (const change of [
      { offset: 2 ** 40 },
      { offset: -64 },
      { offset: 8 },
      { length: -1 },
      { length: 1e12 },
      { type: 'constructor' },
      { name: 'other' },
    ])
      // a list of ids that is in order already needs no order beside it, so that this array alone may be missing
      if (!('name' in change) || n !== 4) cases.push(entry(n, change))
  for (const bytes of cases) {
    const message = await refusal(bytes)
    expect(message).toMatch(/is not as this format has it; export again with recdistill$/)
  }
})

test('whatever a writer seals, loading and asking end in an answer or in a ServeError', async () => {
  let answered = 0
  const ask = (recommender: Recommender) => {
    for (const run of [
      () => recommender.recommend('u1', { k: 50 }),
      () => recommender.recommendFor(['i1', 'i2'], { k: 3 }),
      () => recommender.similar('i3'),
      () => [...recommender.items, ...recommender.users],
    ])
      try {
        run()
        answered++
      } catch (error) {
        expect(error).toBeInstanceOf(ServeError)
      }
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 8, max: whole.length - 33 }), fc.nat(255)), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.constantFrom(...kinds),
      async (changes, simd) => {
        const bytes = sealed(
          altered((all) => {
            for (const [at, value] of changes) all[at] = value
          }),
        )
        try {
          ask(await load(bytes, { simd }))
        } catch (error) {
          expect(error).toBeInstanceOf(ServeError)
        }
      },
    ),
    { numRuns: 600 },
  )
  expect(answered).toBeGreaterThan(0)
})
