import { expect, test } from 'vitest'
import { dot, randomParts, rowOf } from '../test/parts.ts'
import { foldIn } from './fold-in.ts'
import { gramOf } from './gram.ts'
import { encodeBundle, load, ServeError } from './index.ts'

const parts = randomParts()
const recommender = await load(encodeBundle(parts))
const ids = (list: { item: string }[]) => list.map(({ item }) => item)

test('what a user has seen is left out, unless a list says otherwise', () => {
  const seen = recommender.seen('u3')
  expect(new Set(seen)).toEqual(new Set([...parts.seen.items.subarray(15, 20)].map((item) => `i${item}`)))
  const all = ids(recommender.recommend('u3', { k: 100, exclude: [] }))
  expect(all.length).toBe(100)
  expect(ids(recommender.recommend('u3', { k: 100 }))).toEqual(all.filter((item) => !seen.includes(item)))
  expect(
    ids(recommender.recommend('u3', { k: 100, exclude: new Set(['i0', 'nobody knows it', 'i0']) })),
  ).toEqual(all.filter((item) => item !== 'i0'))
})

test('k of 0, k beyond the catalogue, and a catalogue with nothing left', () => {
  expect(recommender.recommend('u0', { k: 0 })).toEqual([])
  expect(recommender.recommend('u0', { k: 1e9, exclude: [] }).length).toBe(100)
  expect(recommender.recommend('u0', { exclude: recommender.items })).toEqual([])
  expect(recommender.recommend('u0', { filter: () => false })).toEqual([])
  expect(recommender.recommend('u0').length).toBe(10)
})

test('an option there is not, and a number in place of options, are refused, for the list would be of another length', () => {
  const wrong = (options: unknown) => () => recommender.recommend('u0', options as { k: number })
  expect(wrong({ n: 3 })).toThrow('recommend: no option "n"; there are k, exclude, only, filter')
  expect(wrong(3)).toThrow('expected options such as { k: 20 }, got 3')
  expect(wrong(null)).toThrow('expected options')
  expect(() => recommender.similar('i1', { limit: 3 } as object)).toThrow('no option "limit"')
  expect(() => recommender.recommendFor(['i1'], { unseen: 1 } as object)).toThrow(
    'k, exclude, only, filter, unobserved, regularisation',
  )
  expect(recommender.recommendFor(['i1'], { unobserved: 0.1, regularisation: 2, k: 3 })).toHaveLength(3)
})

test('whom the bundle does not know is an error that says what serves them', () => {
  const code = (run: () => unknown) => {
    try {
      run()
    } catch (error) {
      expect(error).toBeInstanceOf(ServeError)
      return [(error as ServeError).code, (error as ServeError).message]
    }
    return []
  }
  expect(code(() => recommender.recommend('nobody'))).toEqual([
    'unknown-user',
    'the bundle has no user "nobody"; recommendFor(items) serves users it does not know',
  ])
  expect(code(() => recommender.seen(12))[0]).toBe('unknown-user')
  expect(code(() => recommender.similar('nothing'))).toEqual([
    'unknown-item',
    'the bundle has no item "nothing"',
  ])
})

test('wrong arguments are refused', () => {
  for (const k of [-1, 1.5, NaN, Infinity, '3' as never])
    expect(() => recommender.recommend('u0', { k })).toThrow('k: expected an integer >= 0')
  expect(() => recommender.recommend('u0', { filter: {} as never })).toThrow('expected a function')
  expect(() => recommender.recommend('u0', { exclude: 'i1' })).toThrow(
    'expected a list of items, got a string',
  )
  expect(() => recommender.recommend('u0', { exclude: 5 as never })).toThrow(
    'expected a list of items, got number',
  )
  expect(() => recommender.recommendFor('i1')).toThrow(ServeError)
  expect(() => recommender.recommendFor(['i1'], { unobserved: -1 })).toThrow(
    'unobserved: expected a number >= 0',
  )
})

test('someone new gets what the folded-in vector scores best, not what was given', () => {
  const { dim, itemVectors } = parts
  const weights = { unobserved: 0.3, regularisation: 0.5 }
  const given = [4, 50, 99]
  const rows = given.map((item) => rowOf(itemVectors, dim, item))
  const vector = foldIn(rows, gramOf(itemVectors, dim), 100, dim, weights)
  const expected = Array.from({ length: 100 }, (_, n) => ({
    n,
    score: dot([...vector], rowOf(itemVectors, dim, n)),
  }))
    .filter(({ n }) => !given.includes(n))
    .sort((a, b) => b.score - a.score)
  const got = recommender.recommendFor(['i4', 'i50', 'i99', 'i4', 'unheard of'], { k: 97, ...weights })
  expect(ids(got)).toEqual(expected.map(({ n }) => `i${n}`))
  got.forEach(({ score }, n) => expect(score).toBeCloseTo(expected[n].score, 5))
  expect(ids(recommender.recommendFor(['i4'], { k: 100, exclude: [] }))).toContain('i4')
})

test('someone new who gave nothing known is told so: no list would look like one of which all was left out', () => {
  const none = () => recommender.recommendFor([])
  const unknown = () => recommender.recommendFor(new Set(['unheard of', 'i1000']).values())
  expect(none).toThrow(expect.objectContaining({ code: 'option' }))
  expect(none).toThrow('recommendFor: expected at least one item, got none')
  expect(unknown).toThrow(expect.objectContaining({ code: 'unknown-item' }))
  expect(unknown).toThrow('the bundle has none of these items, e.g. not "unheard of"')
})

test('out of a choice of items, whatever else is left out', () => {
  const choice = ['i9', 'i40', 'i41', 'i42', 'unheard of', 'i40']
  const isChosen = ({ item }: { item: string }) => choice.includes(item)
  const all = recommender.recommend('u3', { k: 100, exclude: [] }).filter(isChosen)
  expect(all.length).toBe(4)
  expect(recommender.recommend('u3', { only: choice, exclude: [] })).toEqual(all)
  expect(
    recommender.recommend('u3', { only: choice, exclude: ['i41'], filter: (item) => item !== 'i9' }),
  ).toEqual(all.filter(({ item }) => item === 'i40' || item === 'i42'))
  expect(ids(recommender.similar('i9', { only: choice }))).not.toContain('i9')
  expect(recommender.recommendFor(['i1'], { only: new Set(choice), k: 2 })).toEqual(
    recommender.recommendFor(['i1'], { k: 100 }).filter(isChosen).slice(0, 2),
  )
  expect(recommender.recommend('u3', { only: [] })).toEqual([])
  expect(() => recommender.recommend('u3', { only: 'i9' })).toThrow('expected a list of items, got a string')
})

test('similar items by cosine, never the item itself', () => {
  const { dim, itemVectors } = parts
  const row = (n: number) => rowOf(itemVectors, dim, n)
  const norm = (n: number) => Math.sqrt(dot(row(n), row(n)))
  const expected = Array.from({ length: 100 }, (_, n) => ({
    n,
    score: dot(row(9), row(n)) / norm(9) / norm(n),
  }))
    .filter(({ n }) => n !== 9)
    .sort((a, b) => b.score - a.score)
  const got = recommender.similar('i9', { k: 100 })
  expect(ids(got)).toEqual(expected.map(({ n }) => `i${n}`))
  got.forEach(({ score }, n) => expect(score).toBeCloseTo(expected[n].score, 5))
  expect(ids(recommender.similar('i9', { k: 100, exclude: [got[0].item] }))).toEqual(ids(got.slice(1)))
  // and what comes after is not disturbed
  expect(recommender.recommend('u1', { k: 5 })).toEqual(recommender.recommend('u1', { k: 5 }))
})

test('vectors that are as good as zero are like no other, and none is lost', async () => {
  const tiny = { ...parts, itemVectors: parts.itemVectors.map((value) => value * 1e-42) }
  for (const simd of ['auto', 'none'] as const) {
    const got = (await load(encodeBundle(tiny), { simd })).similar('i9', { k: 100 })
    expect(got.length).toBe(99)
    expect(new Set(got.map(({ score }) => score))).toEqual(new Set([0]))
  }
})

test('a bundle without users serves new ones', async () => {
  const anonymous = await load(
    encodeBundle({
      items: parts.items,
      users: [],
      dim: 8,
      userVectors: new Float32Array(0),
      itemVectors: parts.itemVectors,
    }),
  )
  expect(anonymous.users.length).toBe(0)
  expect(anonymous.recommendFor(['i1'])).toEqual(recommender.recommendFor(['i1']))
})

test('what the bundle says of itself', () => {
  expect(recommender.info).toMatchObject({
    users: 7,
    items: 100,
    dim: 8,
    precision: 'f32',
    bytes: encodeBundle(parts).length,
    meta: { model: 'random', metrics: { 'recall@20': 0.5 } },
  })
  expect(recommender.items.at(12)).toBe('i12')
  expect([...recommender.users]).toEqual(parts.users)
})
