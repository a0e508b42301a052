import { prepareTensors } from '@recdistill/tensor'
import { expect } from 'vitest'
import { compareNear, type Near, type Numbers } from './near.ts'

declare module 'vitest' {
  interface Matchers<T> {
    /**
     * Every number within `abs + rel * |expected|` of its partner. Takes numbers, nested arrays, typed arrays and tensors
     * on either side; lengths must agree. `rel` is 1e-5 and `abs` 1e-7 unless given.
     */
    toBeNear(expected: Numbers, tolerance?: Near): T
  }
}

expect.extend({
  toBeNear(received: Numbers, expected: Numbers, tolerance: Near = {}) {
    const problem = compareNear(received, expected, tolerance)
    return {
      pass: problem === null,
      message: () => problem ?? 'expected at least one number outside the tolerance, all are inside',
    }
  },
})

await prepareTensors()
