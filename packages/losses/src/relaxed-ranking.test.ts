import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { tf, valueAndGradients } from '@recdistill/tensor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { relaxedRanking } from './index.ts'
import { relaxedRankingByRows } from './relaxed-ranking-by-rows.ts'
import { relaxedRankingBySums, spanOf } from './relaxed-ranking-by-sums.ts'

const float32 = { rel: 2e-5, abs: 1e-6 }
type Options = Parameters<typeof relaxedRanking>[2]

function evaluate(listed: readonly number[][], background: readonly number[][], options?: Options) {
  const leaves = {
    listed: tf.tensor2d(listed.flat(), [listed.length, listed[0].length]),
    background: tf.tensor2d(background.flat(), [background.length, background[0].length]),
  }
  return valueAndGradients(leaves, (leaf) => relaxedRanking(leaf.listed, leaf.background, options))
}

describe('TV-3', () => {
  const listed = [[1.27, -0.64, 0.38], [90.4, 2.15, -3.7]] // prettier-ignore
  const background = [[0.91, -2.33], [79.6, -41.5]] // prettier-ignore
  test.each([
    {
      scoreCap: 80,
      users: [4.0027978, 161.26302],
      loss: 165.26581,
      listedGradient: [-0.56212105, -0.81980761, -0.13868911, 0, -1, -1],
      backgroundGradient: [1.4633089, 0.057308876, 2.4013123, 6.1289615e-53],
    },
    {
      scoreCap: null,
      users: [4.0027978, 160.75002],
      loss: 164.75282,
      listedGradient: [-0.56212105, -0.81980761, -0.13868911, -2.0399087e-5, -1, -1],
      backgroundGradient: [1.4633089, 0.057308876, 2.0000204, 5.1047287e-53],
    },
  ])('cap $scoreCap', ({ scoreCap, users, loss, listedGradient, backgroundGradient }) => {
    const { value, gradients } = evaluate(listed, background, { scoreCap })
    expect(value).toBeNear(loss, float32)
    expect(gradients.listed).toBeNear(listedGradient, float32)
    expect(gradients.background).toBeNear(backgroundGradient, float32)
    users.forEach((user, n) =>
      expect(evaluate([listed[n]], [background[n]], { scoreCap }).value).toBeNear(user, float32),
    )
  })
})

test('one row, worked by hand', () => {
  const [a1, a2, b] = [0.5, -1, 0.25]
  const expected =
    Math.log(Math.exp(a1) + Math.exp(a2) + Math.exp(b)) - a1 + Math.log(Math.exp(a2) + Math.exp(b)) - a2
  expect(evaluate([[a1, a2]], [[b]]).value).toBeNear(expected)
})

const masks = {
  listedMask: tf.tensor2d([[1, 1, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0]]), // prettier-ignore
  backgroundMask: tf.tensor2d([[1, 1, 1], [1, 0, 0], [0, 0, 0], [1, 1, 1]]), // prettier-ignore
}

test('gradient agrees with finite differences, padding included', () => {
  expectGradient((a, b) => relaxedRanking(a, b), [[4, 4], [4, 3]]) // prettier-ignore
  expectGradient((a, b) => relaxedRanking(a, b, masks), [[4, 4], [4, 3]]) // prettier-ignore
})

test('gradient agrees with finite differences where rows span too much for cumulative sums', () => {
  const wide = [[30, -70, 0, 1, 2, -1, 40, 0.5], [0, -55, 1, 20]] // prettier-ignore
  expectGradient((a, b) => relaxedRanking(a, b), [[2, 4], [2, 2]], { inputs: wide, abs: 2e-3 }) // prettier-ignore
})

test('cumulative sums agree with rows in double precision, up to the widest span they are used for', () => {
  for (const [seed, spread] of [
    [1, 0.1],
    [2, 3],
    [3, 10],
  ] as const) {
    // prettier-ignore
    tf.tidy(() => {
      const scores = (columns: number, seed: number) =>
        tf.clipByValue<tf.Tensor2D>(tf.randomNormal([4, columns], 0, spread, 'float32', seed), -40, 40)
      const [listed, background] = [scores(4, seed), scores(3, seed + 10)]
      for (const use of [{ listed: null, background: null }, { listed: masks.listedMask, background: masks.backgroundMask }]) { // prettier-ignore
        const { highest, span } = spanOf(listed, background, use)
        expect(span).toBeLessThanOrEqual(80)
        const fast = relaxedRankingBySums(listed, background, use, highest)
        const sure = relaxedRankingByRows(listed, background, use)
        expect(fast.value).toBeNear(sure.value, float32)
        expect(fast.listed).toBeNear(sure.listed, float32)
        expect(fast.background).toBeNear(sure.background, float32)
      }
    })
  }
})

test('the span of a row leaves its padding out', () => {
  const scores = tf.tensor2d([[1, 500, 3]])
  const only = tf.tensor2d([[1, 0, 1]])
  const { highest, span } = spanOf(scores, tf.tensor2d([[-2]]), { listed: only, background: null })
  expect([highest.dataSync()[0], span]).toEqual([3, 5])
})

test('rows with padding equal rows without it, on either path', () => {
  for (const far of [0, 1e4]) {
    const plain = evaluate([[1, -2 - far]], [[0.5]])
    const padded = evaluate([[1, 77, -2 - far, -77], [3, 3, 3, 3]], [[-77, 0.5], [1, 1]], {
      listedMask: tf.tensor2d([[1, 0, 1, 0], [0, 0, 0, 0]]),
      backgroundMask: tf.tensor2d([[0, 1], [1, 1]]),
    }) // prettier-ignore
    expect(padded.value).toBeNear(plain.value)
    const [a1, a2] = plain.gradients.listed
    expect(padded.gradients.listed).toBeNear([a1, 0, a2, 0, 0, 0, 0, 0], float32)
    expect(padded.gradients.background).toBeNear([0, plain.gradients.background[0], 0, 0], float32)
  }
})

test('extremes: equal scores, one item, spans of 1e4 in both directions, nothing at all', () => {
  expect(evaluate([[7, 7]], [[7, 7]]).value).toBeNear(Math.log(4) + Math.log(3))
  expect(evaluate([[90, 90]], [[-90, -90]]).value).toBeNear(Math.log(2))
  expect(evaluate([[1e4, 0]], [[0]]).value).toBeNear(Math.log(2))
  const upside = evaluate([[-1e4, 0]], [[1e4]])
  expect(upside.value).toBeNear(3e4)
  expect(upside.gradients.listed).toEqual(Float32Array.of(-1, -1))
  expect(upside.gradients.background).toEqual(Float32Array.of(2))
  expect(relaxedRanking(tf.zeros([0, 3]), tf.zeros([0, 2]))).toBeNear(0)
  expect(relaxedRanking(tf.zeros([3, 0]), tf.zeros([3, 2]))).toBeNear(0)
})

test('the cap stops gradients above it, halves them at it and leaves them below', () => {
  const open = evaluate([[2, 1, 0]], [[2, -1]])
  const closed = evaluate([[3, 2, 0]], [[4, -1]], { scoreCap: 2 })
  const same = evaluate([[2, 2, 0]], [[2, -1]])
  expect(closed.value).toBeNear(same.value)
  const [, a2, a3] = same.gradients.listed
  expect(closed.gradients.listed).toBeNear([0, a2 / 2, a3], float32)
  expect(closed.gradients.background).toBeNear([0, same.gradients.background[1]], float32)
  expect(evaluate([[2, 1, 0]], [[2, -1]], { scoreCap: 80 })).toEqual(open)
})

/** Distinct scores with few digits, so that a shift of them is exact in float32; on either side of the 80. */
const row = fc
  .record({
    scores: fc.uniqueArray(fc.integer({ min: -300, max: 300 }), { minLength: 7, maxLength: 7 }),
    scale: fc.constantFrom(1 / 64, 1 / 2),
  })
  .map(({ scores, scale }) => scores.map((n) => n * scale))

test('a constant added to a row changes nothing, and gradients of a row sum to 0', () => {
  fc.assert(
    fc.property(row, fc.integer({ min: -50, max: 50 }), (scores, shift) => {
      const at = (x: number[]) => evaluate([x.slice(0, 4)], [x.slice(4)])
      const { value, gradients } = at(scores)
      const moved = at(scores.map((x) => x + shift))
      expect(moved.value).toBeNear(value, float32)
      expect(moved.gradients.listed).toBeNear(gradients.listed, float32)
      const sum = [...gradients.listed, ...gradients.background].reduce((sum, g) => sum + g, 0)
      expect(sum).toBeNear(0, { abs: 5e-6 })
    }),
    { numRuns: 100, seed: 1 },
  )
})

test('the order of the background is free, that of the list is not: descending is the best', () => {
  fc.assert(
    fc.property(row, fc.integer(), (scores, seed) => {
      const order = (n: number) =>
        [...Array(n).keys()].sort((a, b) => Math.sin(seed + a) - Math.sin(seed + b))
      const listed = scores.slice(0, 4).sort((a, b) => b - a)
      const background = scores.slice(4)
      const best = evaluate([listed], [background]).value
      const shuffled = order(3).map((n) => background[n])
      expect(evaluate([listed], [shuffled]).value).toBeNear(best, float32)
      const other = order(4).map((n) => listed[n])
      const worse = evaluate([other], [background]).value
      if (other.some((score, n) => score !== listed[n]))
        expect(worse).toBeGreaterThan(best - 1e-6 * Math.abs(best))
      else expect(worse).toBe(best)
    }),
    { numRuns: 100, seed: 2 },
  )
  expect(evaluate([[1, 2]], [[0]]).value).toBeGreaterThan(evaluate([[2, 1]], [[0]]).value + 0.1)
})

test('without a background nothing of what memory held before gets in', () => {
  const [listed, none] = [tf.tensor2d([[2, 1, 0.5], [0, 1, 2]]), tf.zeros<tf.Rank.R2>([2, 0])] // prettier-ignore
  const last = evaluate(
    [
      [2, 1],
      [0, 1],
    ],
    [[0.5], [2]],
  ).value // the last term of a list is 0
  for (let n = 0; n < 20; n++) {
    tf.dispose(Array.from({ length: 400 }, (_, size) => tf.fill([1 + (size % 40), 1 + (size % 3)], 1e10)))
    expect(relaxedRanking(listed, none)).toBeNear(last, float32)
  }
})

test('without a background it is the listwise likelihood; with one listed item it is -log softmax', () => {
  fc.assert(
    fc.property(row, (scores) => {
      const listwise = scores.reduce((sum, score, k) => sum + logSumExp(scores.slice(k)) - score, 0)
      const leaf = tf.tensor2d([scores])
      expect(relaxedRanking(leaf, tf.zeros([1, 0]))).toBeNear(listwise, float32)
      expect(evaluate([scores.slice(0, 1)], [scores.slice(1)]).value).toBeNear(
        logSumExp(scores) - scores[0],
        float32,
      )
    }),
    { numRuns: 100, seed: 4 },
  )
})

test('no tensor is left behind on either path', () => {
  const listed = tf.tensor2d([[1, 2]])
  const [narrow, wide] = [tf.tensor2d([[0]]), tf.tensor2d([[-200]])]
  expectNoLeak(() => relaxedRanking(listed, narrow, { scoreCap: 80 }))
  expectNoLeak(() => relaxedRanking(listed, wide))
})

test('what does not fit is named', () => {
  expect(() => relaxedRanking(tf.zeros([2, 3]), tf.zeros([3, 3]))).toThrow(
    'relaxedRanking: listed is [2, 3] but background is [3, 3]; they must have the same rows',
  )
  expect(() => relaxedRanking(tf.zeros([2, 3]), tf.zeros([2, 3]), { listedMask: tf.ones([2, 4]) })).toThrow(
    'listed is [2, 3] but listedMask is [2, 4]',
  )
  expect(() => relaxedRanking(tf.zeros([2, 3]), tf.zeros([2, 3]), { scoreCap: NaN })).toThrow('got NaN')
})

function logSumExp(scores: readonly number[]): number {
  const max = Math.max(...scores)
  return max + Math.log(scores.reduce((sum, x) => sum + Math.exp(x - max), 0))
}
