import { createRng, NumericError } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { expect, test } from 'vitest'
import { invertMatrix } from './invert-matrix.ts'
import '@recdistill/testkit'

const engine = createEngine({ threads: 2 })

test.each([
  [1, 4],
  [7, 3],
  [8, 4],
  [33, 16],
  [60, 256],
])('the inverse of a matrix of %i rows, in blocks of %i, times the matrix is one', (n, block) => {
  const rng = createRng(n)
  const half = Array.from({ length: n * n }, () => rng.normal())
  const matrix = Float32Array.from({ length: n * n }, (_, e) => {
    const [row, column] = [Math.floor(e / n), e % n]
    let sum = row === column ? 5 : 0
    for (let k = 0; k < n; k++) sum += half[row * n + k] * half[column * n + k]
    return sum
  })
  const inverse = matrix.slice()
  invertMatrix(engine, inverse, n, block)
  const product = Array.from({ length: n * n }, (_, e) => {
    let sum = 0
    for (let k = 0; k < n; k++) sum += inverse[Math.floor(e / n) * n + k] * matrix[k * n + (e % n)]
    return sum
  })
  expect(product).toBeNear(
    product.map((_, e) => (e % (n + 1) === 0 ? 1 : 0)),
    { rel: 0, abs: 2e-4 },
  )
})

test('a singular matrix is refused', () => {
  expect(() => invertMatrix(engine, Float32Array.of(1, 1, 1, 1), 2)).toThrow(NumericError)
})
