import { NO_ITEM, NumericError } from '@recdistill/core'
import type { Backbone } from '@recdistill/plugin'
import { countTensors, prepareTensors, tf } from '@recdistill/tensor'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { backgroundOf, pullBackground, type Background } from './background.ts'

beforeAll(() => prepareTensors())
afterEach(() => expect(countTensors()).toBe(0))

const users = Uint32Array.of(0, 1)
const exclude = { offsets: Uint32Array.of(0, 1, 1), items: Uint32Array.of(0) }
const listed = { items: Uint32Array.of(1, NO_ITEM), k: 1 }

/** A backbone without a kernel of its own, whose scores are given. */
function scoring(scores: readonly (readonly number[])[]) {
  const pulled: Float32Array[] = []
  const model = {
    numItems: scores[0].length,
    scores: (users: Uint32Array, items: Uint32Array, k: number) =>
      tf.tensor2d(
        Float32Array.from(items, (item, n) => scores[users[Math.floor(n / k)]][item]),
        [users.length, k],
      ),
    pullScores: (_users: Uint32Array, _items: Uint32Array, _k: number, grad: Float32Array) =>
      pulled.push(grad.slice()),
  } as unknown as Backbone
  return { model, pulled }
}

function background(clamp: number | null = null): Background {
  return { items: listed, exclude, clamp }
}

test('the sum runs over items that are neither seen nor listed, and so does its gradient', () => {
  const { model, pulled } = scoring([
    [9, 9, 1, 2],
    [0.5, -1, 3, 50],
  ])
  const value = backgroundOf(model, users, background(40))
  expect(value[0]).toBeCloseTo(Math.log(Math.exp(1) + Math.exp(2)), 6)
  expect(value[1]).toBeCloseTo(40, 5)
  pullBackground(model, users, background(40), Float32Array.of(2, 1), value)
  const share = 1 / (1 + Math.exp(1))
  const expected = [0, 0, 2 * share, 2 * (1 - share), Math.exp(-39.5), Math.exp(-41), Math.exp(-37), 0]
  pulled[0].forEach((grad, n) => expect(grad).toBeCloseTo(expected[n], 5))
})

test('where nothing is left the sum is empty', () => {
  const { model, pulled } = scoring([
    [1, 2],
    [3, 4],
  ])
  const value = backgroundOf(model, users.subarray(0, 1), background())
  expect(value[0]).toBe(-Infinity)
  pullBackground(model, users.subarray(0, 1), background(), Float32Array.of(1), value)
  expect([...pulled[0]]).toEqual([0, 0])
})

test('a score of minus infinity adds nothing to the sum, and gets no gradient', () => {
  const { model, pulled } = scoring([
    [0, 0, -Infinity, 2],
    [-Infinity, -Infinity, -Infinity, -Infinity],
  ])
  const value = backgroundOf(model, users, background())
  expect(value[0]).toBeCloseTo(2, 6)
  expect(value[1]).toBe(-Infinity)
  pullBackground(model, users, background(), Float32Array.of(1, 1), value)
  expect([...pulled[0]]).toEqual([0, 0, 0, 1, 0, 0, 0, 0])
})

test.each([null, 40])('a score that is no number is an error, not an item left out; clamp %s', (clamp) => {
  const { model } = scoring([
    [0, 0, 1, 2],
    [0, 0, NaN, 2],
  ])
  expect(() => backgroundOf(model, users, background(clamp))).toThrow(NumericError)
  expect(() => backgroundOf(model, users, background(clamp))).toThrow('score of user 1 and item 2 is NaN')
})
