import { fromEmbeddings } from '@recdistill/backbones'
import { createRng, NumericError } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { expect, test } from 'vitest'
import { ensembleTeacher } from './index.ts'

const engine = createEngine({ threads: 1 })
const all = (count: number) => Uint32Array.from({ length: count }, (_, n) => n)
const random = (seed: number, scale = 1) => {
  const rng = createRng(seed)
  const numbers = (rows: number) => Float32Array.from({ length: rows * 3 }, () => rng.normal() * scale)
  return fromEmbeddings(engine, { users: numbers(5), items: numbers(8), dim: 3 })
}
const order = (model: ReturnType<typeof ensembleTeacher>) => [...model.rank(all(5), 8, null).items]

test('worked by hand: two teachers who disagree on two of three items', () => {
  const one = (...scores: number[]) =>
    fromEmbeddings(engine, { users: Float32Array.of(1), items: Float32Array.from(scores), dim: 1 })
  // (1, 0, -1) / sqrt(2/3) and (10, 20, 0): mean 10, so (0, 10, -10) / sqrt(200/3)
  const both = ensembleTeacher([one(1, 0, -1), one(10, 20, 0)])
  const scores = [...both.scoresOf(all(1), all(3), 3)]
  const [a, b] = [1 / Math.sqrt(2 / 3), 10 / Math.sqrt(200 / 3)]
  expect(scores[0]).toBeCloseTo(a / 2, 6)
  expect(scores[1]).toBeCloseTo(b / 2, 6)
  expect(scores[2]).toBeCloseTo(-(a + b) / 2, 6)
})

test('a teacher twice, or on another scale, ranks as it does alone', () => {
  expect(order(ensembleTeacher([random(1)]))).toEqual(order(random(1)))
  expect(order(ensembleTeacher([random(1), random(1)]))).toEqual(order(random(1)))
  expect(order(ensembleTeacher([random(1), random(2)]))).toEqual(
    order(ensembleTeacher([random(1, 30), random(2)])),
  )
})

test('a teacher who scores all items alike changes nothing', () => {
  const silent = fromEmbeddings(engine, { users: new Float32Array(15), items: new Float32Array(24), dim: 3 })
  expect(order(ensembleTeacher([random(1), silent]))).toEqual(order(random(1)))
})

test('its size is that of all; other sizes are refused', () => {
  expect(ensembleTeacher([random(1), random(2)]).parameters).toBe(2 * 13 * 3)
  const small = fromEmbeddings(engine, { users: new Float32Array(3), items: new Float32Array(24), dim: 3 })
  expect(() => ensembleTeacher([random(1), small])).toThrow('1 users and 8 items beside 5 and 8')
})

test('NaN or infinity of one teacher is an error that says whose, for whom and where', () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const sound = random(1)
    const scoresOf: typeof sound.scoresOf = (users, items, k) => {
      const scores = sound.scoresOf(users, items, k).slice()
      items.forEach((item, n) => {
        if (users[Math.floor(n / k)] === 3 && item === 6) scores[n] = bad
      })
      return scores
    }
    const both = ensembleTeacher([random(2), { ...sound, scoresOf }])
    const ask = (user: number) => () => both.scoresOf(Uint32Array.of(user), all(8), 8)
    expect(ask(2)).not.toThrow()
    expect(ask(3)).toThrow(NumericError)
    expect(ask(3)).toThrow(
      `the ensemble of teachers: teacher 1 of 2 (from 0) scores item 6 for user 3 as ${bad}; expected finite numbers`,
    )
    expect(() => both.rank(all(5), 2, null)).toThrow('scores item 6 for user 3')
  }
})
