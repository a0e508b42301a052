import { createRng, NO_ITEM, NumericError } from '@recdistill/core'
import { describe, expect, test } from 'vitest'
import type { Engine } from '../src/index.ts'
import { engines, gradientOf, normals, world } from './engines.ts'

const [rows, k] = [3, 5]
const users = Uint32Array.of(2, 0, 1)
const items = Uint32Array.from({ length: rows * k }, (_, n) => (n % k === 4 ? NO_ITEM : (n * 7) % 11))
const list = { users, items, k }
const ones = new Float32Array(rows).fill(1)
const finite = normals(createRng(5), rows * k)
const withScore = (place: number, score: number) => finite.with(place, score)

/** Every loss that reads scores of a teacher, by the place of the list that they are of. */
const losses: Record<string, (w: ReturnType<typeof small>, teacher: Float32Array) => number> = {
  softCrossEntropy: ({ engine, user, item }, teacher) =>
    engine.softCrossEntropy(user, item, list, ones, teacher, 1, 1),
  binaryCrossEntropy: ({ engine, user, item }, teacher) =>
    engine.binaryCrossEntropy(user, item, list, ones, teacher, 1, 0, 1),
  'rceKd, first list': ({ engine, user, item }, teacher) =>
    engine.rceKd(user, item, list, teacher, list, finite, ones, ones, 1, 1),
  'rceKd, second list': ({ engine, user, item }, teacher) =>
    engine.rceKd(user, item, list, finite, list, teacher, ones, ones, 1, 1),
}
const small = (engine: Engine) => {
  const rng = createRng(6)
  return world(engine, 4, normals(rng, 12), normals(rng, 44))
}

describe.each(Object.entries(engines))('%s', (_, create) => {
  for (const [name, loss] of Object.entries(losses)) {
    test(`${name}: NaN of the teacher is an error that names user and item, and adds no gradient`, () => {
      for (const place of [0, 3, 6, 13]) {
        const one = small(create())
        const act = () => loss(one, withScore(place, NaN))
        expect(act).toThrow(NumericError)
        const user = users[Math.floor(place / k)]
        expect(act).toThrow(
          `${name.split(',')[0]}: the teacher's score of user ${user} and item ${items[place]} is NaN; expected a number for every item`,
        )
        expect(gradientOf(one.engine, one.item).every((slope) => slope === 0)).toBe(true)
        one.engine.dispose()
      }
    })

    test(`${name}: what stands at padding is not looked at, and minus infinity is a probability of 0`, () => {
      const one = small(create())
      const expected = loss(one, finite)
      expect(loss(one, withScore(4, NaN))).toBe(expected)
      expect(loss(one, withScore(14, Infinity))).toBe(expected)
      expect(loss(one, withScore(6, -Infinity))).toBeGreaterThan(0)
      one.engine.dispose()
    })
  }
})
