import { createRng } from '@recdistill/core'
import { parseParams } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { drawLists, lossOf } from '../test/score-row.ts'
import vanillaCe from './vanilla-ce.ts'

describeMethod(vanillaCe, {
  variants: [
    { guide: 'student', K: 4, tau: 10 },
    { guide: 'catalogue', tau: 2 },
  ],
})

beforeAll(() => prepareTensors())

test('the guide chooses the list, training positives included', () => {
  const user = { teacher: [1, 5, 3, 4], student: [9, 1, 2, 8], seen: [1] }
  const drawn = (guide: string) => [
    ...drawLists(vanillaCe, parseParams(vanillaCe, { guide, K: 2 }), user, createRng(0)).compared,
  ]
  expect(drawn('teacher')).toEqual([1, 3])
  expect(drawn('student')).toEqual([0, 3])
  expect(drawn('catalogue')).toEqual([0, 1, 2, 3])
})

test.each([
  // Spec, TV-2
  [
    1,
    92.285615,
    [
      [-0.57730914, -0.051068407, 0.56814074, 0.060236807],
      [0.80218389, 0, 0.19781611, -1],
    ],
  ],
  [
    2.5,
    37.984209,
    [
      [-0.087336203, -0.028375745, 0.078386741, 0.037325207],
      [0.25458102, 0, 0.14541898, -0.4],
    ],
  ],
])('TV-2: loss and gradient over all items with tau %d', (tau, total, gradients) => {
  // prettier-ignore
  const users = [
    { student: [0.73, -1.18, 2.41, 0.05], teacher: [1.9, -0.4, 0.6, -2.2] },
    { student: [90.3, -35.2, 88.9, 0], teacher: [3.3, -1.7, 4.1, 90.25] },
  ]
  for (const guide of ['catalogue', 'teacher']) {
    const params = parseParams(vanillaCe, { guide, tau, K: 4 })
    const drawn = users.map((user) => drawLists(vanillaCe, params, user, createRng(0)))
    const { value, gradient } = lossOf(vanillaCe, params, users, drawn, createRng(0))
    expect(Math.abs(value - total) / total).toBeLessThan(2e-6)
    gradients.forEach((row, u) =>
      row.forEach((expected, n) =>
        expect(Math.abs(gradient[u][n] - expected)).toBeLessThan(2e-5 * Math.abs(expected) + 1e-6),
      ),
    )
  }
})

test('a list longer than the catalogue is refused in words', () => {
  const problems = (given: object) =>
    vanillaCe.check?.(parseParams(vanillaCe, given), { numUsers: 1, numItems: 10 })
  expect(problems({})).toEqual(['vanilla-ce.K: expected at most 10, the number of items, got 50'])
  expect(problems({ guide: 'catalogue' })).toEqual([])
})
