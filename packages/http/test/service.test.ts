import { beforeAll, describe, expect, test } from 'vitest'
import type { Recommender } from '@recdistill/serve'
import { createService, type Problem, type Service } from '../src/index.ts'
import { smallWorld, strange } from './world.ts'

let world: Recommender
let service: Service
const defects: unknown[] = []

beforeAll(async () => {
  world = await smallWorld()
  service = createService(world, {
    limits: { maxK: 50, maxIds: 20, maxIdLength: 64, maxBodyBytes: 4096 },
    onDefect: (error) => defects.push(error),
  })
  return () => {
    service.dispose()
    expect(defects).toEqual([])
  }
})

const at = (path: string, init?: RequestInit) => service.fetch(new Request(`http://service${path}`, init))
const get = async (path: string) => {
  const response = await at(path)
  expect(response.status, path).toBe(200)
  return (await response.json()) as { items: { item: string; score: number }[]; unknown?: string[] }
}
const post = (body: unknown, type = 'application/json') =>
  at('/v1/recommendations', {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const answerTo = async (body: unknown) => {
  const response = await post(body)
  expect(response.status).toBe(200)
  return (await response.json()) as Awaited<ReturnType<typeof get>>
}

describe('lists are those of the recommender, to the last bit', () => {
  test('for a user', async () => {
    expect(await get('/v1/users/u3/recommendations?k=7')).toEqual({ items: world.recommend('u3', { k: 7 }) })
    expect((await get('/v1/users/u3/recommendations')).items).toHaveLength(10)
  })

  test('for a user, without what is to be left out beside what was seen', async () => {
    const [first, second] = world.recommend('u3', { k: 2 })
    const { items } = await get(
      `/v1/users/u3/recommendations?k=5&exclude=${first.item}&exclude=${second.item}&exclude=unheard-of`,
    )
    expect(items).toEqual(world.recommend('u3', { k: 7 }).slice(2))
  })

  test('for a user, with what was seen', async () => {
    const { items } = await get('/v1/users/u3/recommendations?k=50&seen=keep')
    expect(items).toEqual(world.recommend('u3', { k: 50, exclude: [] }))
  })

  test('for someone new', async () => {
    const liked = ['i1', 'i20', 'i17']
    expect(await answerTo({ items: liked, k: 4 })).toEqual({
      items: world.recommendFor(liked, { k: 4 }),
      unknown: [],
    })
    expect((await answerTo({ items: liked, seen: 'keep' })).items).toEqual(
      world.recommendFor(liked, { exclude: [] }),
    )
  })

  test('for someone new who likes things the bundle does not know', async () => {
    const { items, unknown } = await answerTo({ items: ['i1', 'nothing', 'i20'] })
    expect(items).toEqual(world.recommendFor(['i1', 'i20']))
    expect(unknown).toEqual(['nothing'])
  })

  test('out of a choice', async () => {
    const expected = world.recommend('u3', { k: 300 }).filter(({ item }) => /^i[567]$/.test(item))
    expect(await answerTo({ user: 'u3', k: 50, only: ['i5', 'i6', 'i7'] })).toEqual({
      items: expected,
      unknown: [],
    })
    expect(await answerTo({ items: ['i5'], only: [] })).toEqual({ items: [], unknown: [] })
  })

  test('out of a choice that the bundle does not know all of', async () => {
    const { items, unknown } = await answerTo({ user: 'u3', k: 50, only: ['new', 'i5', 'newer', 'new'] })
    expect(items.map(({ item }) => item)).toEqual(['i5'])
    expect(unknown).toEqual(['new', 'newer'])
    expect(await answerTo({ items: ['i5', 'gone'], only: ['new'] })).toEqual({
      items: [],
      unknown: ['gone', 'new'],
    })
  })

  test('of similar items', async () => {
    const { items } = await get('/v1/items/i9/similar?k=6')
    expect(items).toEqual(world.similar('i9', { k: 6 }))
    expect(items.map(({ item }) => item)).not.toContain('i9')
  })

  test.each(strange.filter((id) => id !== '..'))('for the id %s', async (id) => {
    const path = encodeURIComponent(id)
    expect((await get(`/v1/users/${path}/recommendations`)).items).toEqual(world.recommend(id))
    expect((await get(`/v1/items/${path}/similar`)).items).toEqual(world.similar(id))
    expect((await answerTo({ user: id, exclude: [id] })).items).toEqual(
      world.recommend(id, { exclude: [id, ...world.seen(id)] }),
    )
  })

  test('for an id that no address can carry', async () => {
    expect((await answerTo({ user: '..' })).items).toEqual(world.recommend('..'))
  })
})

/** What is wrong, the request, status, code, field. */
type Wrong = readonly [
  what: string,
  ask: () => Response | Promise<Response>,
  number,
  Problem['code'],
  string?,
]

const user = (query: string) => () => at(`/v1/users/u1/recommendations?${query}`)
const wrong: readonly Wrong[] = [
  ['an unknown user', () => at('/v1/users/nobody/recommendations'), 404, 'unknown-user', 'user'],
  ['an unknown user in a body', () => post({ user: 'nobody' }), 404, 'unknown-user', 'user'],
  ['an unknown item', () => at('/v1/items/nothing/similar'), 404, 'unknown-item', 'item'],
  ['an id that is no UTF-8', () => at('/v1/users/%ff%fe/recommendations'), 404, 'unknown-user', 'user'],
  [
    'an id that is too long',
    () => at(`/v1/users/${'x'.repeat(65)}/recommendations`),
    400,
    'invalid-request',
    'user',
  ],
  ['k of 0', user('k=0'), 400, 'invalid-request', 'k'],
  ['a negative k', user('k=-1'), 400, 'invalid-request', 'k'],
  ['half a k', user('k=1.5'), 400, 'invalid-request', 'k'],
  ['k above the limit', user('k=51'), 400, 'invalid-request', 'k'],
  ['k beyond all numbers', user(`k=${'9'.repeat(400)}`), 400, 'invalid-request', 'k'],
  ['k as a word', user('k=ten'), 400, 'invalid-request', 'k'],
  ['an empty k', user('k='), 400, 'invalid-request', 'k'],
  ['k twice', user('k=1&k=2'), 400, 'invalid-request', 'k'],
  ['a misspelt name', user('K=3'), 400, 'invalid-request', 'K'],
  ['a name of the language', user('__proto__=3'), 400, 'invalid-request', '__proto__'],
  ['too much to exclude', user('exclude=a&'.repeat(21)), 400, 'invalid-request', 'exclude'],
  ['an empty id to exclude', user('exclude='), 400, 'invalid-request', 'exclude.0'],
  ['seen that is neither', user('seen=maybe'), 400, 'invalid-request', 'seen'],
  ['no JSON', () => post('{"items": ['), 400, 'malformed-json'],
  ['no body', () => post(''), 400, 'malformed-json'],
  ['JSON of another kind', () => post('[]'), 400, 'invalid-request'],
  ['null', () => post('null'), 400, 'invalid-request'],
  ['neither user nor items', () => post({}), 400, 'invalid-request', 'items'],
  ['both user and items', () => post({ user: 'u1', items: ['i1'] }), 400, 'invalid-request', 'items'],
  ['no item', () => post({ items: [] }), 400, 'invalid-request', 'items'],
  ['a number among items', () => post({ items: ['i1', 2] }), 400, 'invalid-request', 'items.1'],
  ['items that are no list', () => post({ items: 'i1' }), 400, 'invalid-request', 'items'],
  ['too many items', () => post({ items: Array(21).fill('i1') }), 400, 'invalid-request', 'items'],
  ['items of which none is known', () => post({ items: ['x', 'y'] }), 400, 'unknown-item', 'items'],
  ['k as text in a body', () => post({ items: ['i1'], k: '3' }), 400, 'invalid-request', 'k'],
  ['k above the limit in a body', () => post({ items: ['i1'], k: 51 }), 400, 'invalid-request', 'k'],
  ['a number beyond all others', () => post('{"items":["i1"],"k":1e999}'), 400, 'invalid-request', 'k'],
  ['a stray name in a body', () => post({ items: ['i1'], foo: 1 }), 400, 'invalid-request', 'foo'],
  [
    'a stray name of great length',
    () => post({ items: ['i1'], ['x'.repeat(3000)]: 1 }),
    400,
    'invalid-request',
    `${'x'.repeat(200)}...`,
  ],
  ['prototypes', () => post('{"items":["i1"],"__proto__":{"k":1}}'), 400, 'invalid-request', '__proto__'],
  ['half a surrogate pair', () => post('{"user":"\\ud83c"}'), 404, 'unknown-user', 'user'],
  ['a body of another type', () => post('<a/>', 'text/xml'), 415, 'unsupported-media-type'],
  ['a body that is too large', () => post({ items: ['x'.repeat(5000)] }), 413, 'body-too-large'],
  ['lists in lists in lists', () => post('['.repeat(4000)), 400, 'malformed-json'],
  ['no such path', () => at('/v2/users/u1'), 404, 'not-found'],
  ['another method', () => at('/v1/recommendations'), 405, 'method-not-allowed'],
  [
    'a method to delete',
    () => at('/v1/users/u1/recommendations', { method: 'DELETE' }),
    405,
    'method-not-allowed',
  ],
]

describe('a wrong request is told what is wrong and where', () => {
  test.for(wrong)('%s', async ([, ask, status, code, field]) => {
    const response = await ask()
    const problem = (await response.json()) as Problem
    expect(problem).toMatchObject({ status, code })
    expect(problem.field).toBe(field)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(problem.detail.length).toBeGreaterThan(10)
    expect(problem.detail.length).toBeLessThan(300)
  })

  test('someone unknown is shown the way to fold-in', async () => {
    const problem = (await (await at('/v1/users/nobody/recommendations')).json()) as Problem
    expect(problem.hint).toMatch(/POST \/v1\/recommendations/)
  })

  test('another method is shown those that a path takes', async () => {
    expect((await at('/v1/info', { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD')
    expect((await at('/v1/recommendations')).headers.get('allow')).toBe('POST')
  })
})

test('pages of other origins may call it when they are let', async () => {
  const own = createService(world, { cors: ['https://shop.example'] })
  const ask = (origin: string, init: RequestInit = {}) =>
    own.fetch(new Request('http://service/v1/info', { ...init, headers: { origin } }))
  expect((await ask('https://shop.example')).headers.get('access-control-allow-origin')).toBe(
    'https://shop.example',
  )
  expect((await ask('https://other.example')).headers.get('access-control-allow-origin')).toBeNull()
  const preflight = await ask('https://shop.example', { method: 'OPTIONS' })
  expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'GET,POST'])
  expect((await at('/v1/info')).headers.get('access-control-allow-origin')).toBeNull()
  own.dispose()
})

test.each([
  [{ maxK: 0 }, 'maxK: expected an integer >= 1, got 0'],
  [{ maxK: 1.5 }, 'maxK: expected an integer >= 1, got 1.5'],
  [{ requestSeconds: NaN }, 'requestSeconds: expected an integer >= 1, got NaN'],
  [{ maxBody: 5 } as object, 'limits: there is no "maxBody"; there are maxK, defaultK, maxIds'],
  [{ maxK: 5, defaultK: 6 }, 'defaultK: expected at most maxK, 5, got 6'],
])('limits %o are refused', (limits, says) => {
  expect(() => createService(world, { limits })).toThrow(says)
})
