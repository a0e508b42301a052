import { InputError } from '@recdistill/core'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { plainMf } from '../test/plain-mf.ts'
import { asBackbone } from './index.ts'

test('a backbone is a backbone, with and without its optional parts', () => {
  expect(asBackbone(plainMf, 'file.js')).toBe(plainMf)
  const whole = { ...plainMf, batches: 'users', trains: 'steps', vectors: true, flips: true, rowDim: () => 4, sized: true, defaults: { lr: 1e-2, batch: 9 } } // prettier-ignore
  expect(asBackbone(whole, 'file.js')).toBe(whole)
})

const refused: [change: object, problem: string][] = [
  [{ name: 'My Model' }, 'its name "My Model" is not of lower case words joined by hyphens, e.g. soft-top'],
  [{ paper: 'mine' }, 'paper does not hold the texts title and venue'],
  [{ params: { init: 1 } }, 'params is not an object of zod 4'],
  [
    { params: z.object({ init: z.number().positive().default(0) }) },
    'parameter init refuses its own default 0',
  ],
  [{ create: undefined }, 'create is not a function'],
  [{ batches: 'items' }, 'batches is neither "pairs" nor "users"'],
  [{ trains: 'twice' }, 'trains is neither "steps" nor "once"'],
  [{ vectors: 'no' }, 'vectors is neither true nor false'],
  [{ flips: 1 }, 'flips is neither true nor false'],
  [{ rowDim: 8 }, 'rowDim is not a function'],
  [{ defaults: { lr: '1e-3' } }, 'defaults.lr is not a number for lr, weightDecay or batch'],
  [{ defaults: { negatives: 1 } }, 'defaults.negatives is not a number for lr, weightDecay or batch'],
  [{ vector: false }, 'no backbone has a part "vector", did you mean "vectors"?'],
]

test.each(refused)('%o is refused in one line', (change, problem) => {
  const refusal = () => asBackbone({ ...plainMf, ...change }, 'file.js')
  expect(refusal).toThrow(InputError)
  expect(refusal).toThrow(
    `file.js: its default export is not a backbone: ${problem}; declare it with defineBackbone({ ... })`,
  )
})
