import { expect, test } from 'vitest'
import { createRng, Rng } from './index.ts'

test('Threefry-2x32-20 gives the published known answers', () => {
  // Random123 kat_vectors: key, counter -> output; substream is counter word 1, position is counter word 0
  const zero = new Rng(0, 0)
  expect([zero.uint32(), zero.uint32()]).toEqual([0x6b200159, 0x99ba4efe])
  // all ones: counter (0xffffffff, 0xffffffff) is out of reach of uint32() from position 0, so only the first is checked
})

test('streams forked by different names differ, by equal names agree', () => {
  const root = createRng(7)
  const a = root.fork('negatives').fork(3)
  const b = root.fork('negatives').fork(3)
  const c = root.fork('lists').fork(3)
  const first = Array.from({ length: 8 }, () => a.uint32())
  expect(Array.from({ length: 8 }, () => b.uint32())).toEqual(first)
  expect(Array.from({ length: 8 }, () => c.uint32())).not.toEqual(first)
})

test('a substream gives the same draws whatever was drawn before', () => {
  const rng = createRng(1)
  const alone = [rng.at(5).uint32(), rng.uint32()]
  rng.at(4).uint32()
  expect([rng.at(5).uint32(), rng.uint32()]).toEqual(alone)
})

test('floats, normals and exponentials have their moments', () => {
  const rng = createRng(3)
  const n = 200_000
  const mean = (draw: () => number) => {
    let sum = 0
    let squares = 0
    for (let i = 0; i < n; i++) {
      const x = draw()
      sum += x
      squares += x * x
    }
    return [sum / n, squares / n - (sum / n) ** 2] as const
  }
  const near = (value: number, expected: number) => expect(Math.abs(value - expected)).toBeLessThan(0.02)
  const [u, uVar] = mean(() => rng.float())
  near(u, 0.5)
  near(uVar, 1 / 12)
  const [z, zVar] = mean(() => rng.normal())
  near(z, 0)
  near(zVar, 1)
  const [e, eVar] = mean(() => rng.exponential())
  near(e, 1)
  near(eVar, 1)
})

test('int is uniform over a range that does not divide 2^32', () => {
  const rng = createRng(11)
  const counts = new Array<number>(7).fill(0)
  for (let i = 0; i < 70_000; i++) counts[rng.int(7)]++
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(4 * Math.sqrt(10_000))
})

test('shuffle keeps every element', () => {
  const list = Uint32Array.from({ length: 100 }, (_, n) => n)
  createRng(5).shuffle(list)
  expect([...list]).not.toEqual([...list].sort((a, b) => a - b))
  expect([...list].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n))
})

test('a stream made of the key of another draws the same', () => {
  const rng = createRng(12345678901).fork('lists')
  const twin = new Rng(...rng.key)
  expect(Array.from({ length: 5 }, () => twin.at(3).uint32())).toEqual(
    Array.from({ length: 5 }, () => rng.at(3).uint32()),
  )
})

test('a seed that is another one rounded, and a range that no draw fits, are refused', () => {
  for (const seed of [1.5, NaN, Infinity, 2 ** 53, '7', undefined])
    expect(() => createRng(seed as number)).toThrow('createRng: expected a whole number as seed, got')
  expect(createRng(-1).uint32()).not.toBe(createRng(1).uint32())
  const rng = createRng(1)
  for (const n of [0, -3, 2.5, NaN, 2 ** 32 + 1, 2 ** 33])
    expect(() => rng.int(n)).toThrow(`Rng.int: expected a whole number of 1 to 2^32, got ${n}`)
  expect(rng.int(1)).toBe(0)
  expect(rng.int(2 ** 32)).toBeLessThan(2 ** 32)
})
