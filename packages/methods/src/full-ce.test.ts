import { createRng } from '@recdistill/core'
import { parseParams, type AnyMethod } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { drawLists, lossOf } from '../test/score-row.ts'
import fullCe from './full-ce.ts'
import vanillaCe from './vanilla-ce.ts'

describeMethod(fullCe, { variants: [{ tau: 2 }] })

beforeAll(() => prepareTensors())

// prettier-ignore
const users = [
  { student: [0.73, -1.18, 2.41, 0.05], teacher: [1.9, -0.4, 0.6, -2.2] },
  { student: [90.3, -35.2, 88.9, 0], teacher: [3.3, -1.7, 4.1, 90.25] },
]

function evaluate(method: AnyMethod, given: object) {
  const params = parseParams(method, given)
  const drawn = users.map((user) => drawLists(method, params, user, createRng(0)))
  return lossOf(method, params, users, drawn, createRng(0))
}

test.each([
  [1, 92.285615], // spec, TV-2
  [2.5, 37.984209],
])('TV-2: loss over all items with tau %d', (tau, total) => {
  expect(Math.abs(evaluate(fullCe, { tau }).value - total) / total).toBeLessThan(2e-6)
})

test('it is vanilla-ce guided by the catalogue', () => {
  expect(evaluate(fullCe, { tau: 3 })).toEqual(evaluate(vanillaCe, { tau: 3, guide: 'catalogue' }))
})
