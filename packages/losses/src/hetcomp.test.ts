import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { logSumExp, tf, type Tensor2D, valueAndGradients } from '@recdistill/tensor'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hetCompOverall, hetCompRankAware, relaxedRanking, type HetCompLists } from './index.ts'

const golden = { rel: 1e-6, abs: 1e-6 }

/** Loss of one user and its gradient with respect to all scores: the background comes from the scores too. */
function lossOf(
  loss: typeof hetCompOverall,
  scores: readonly number[],
  { seen, observed, target }: { seen: number[]; observed: number[]; target: number[] },
) {
  const others = [...scores.keys()].filter((item) => !seen.includes(item) && !target.includes(item))
  const { value, gradients } = valueAndGradients({ all: tf.tensor2d([[...scores]]) }, ({ all }) => {
    const at = (items: number[]): Tensor2D =>
      tf.reshape(tf.gather(tf.reshape(all, [scores.length, 1]), items), [1, items.length])
    const background = logSumExp(tf.clipByValue(at(others), -40, 40))
    return loss({ observed: at(observed), target: at(target) }, background)
  })
  return { value, gradient: gradients.all }
}

describe('TV-10', () => {
  const s = [
    [0.42, -1.15, 2.37, 0.88, -0.29, 1.61, -3.4, 0.07],
    [41.3, 0.56, -2.2, 1.93, 0.31, -0.77, -45, 2.05],
  ]
  const more = [
    [0.5, -0.9, 1.2, 0.3, -0.2, 0.8],
    [0.25, -1.4, 0.65, 1.1, -0.6, 0.15],
  ]
  const seen = [[0, 1], [2, 3]] // prettier-ignore
  const observed = [[0, 1], [3, 2]] // prettier-ignore

  test('overall: scores outside the clamp have no gradient', () => {
    const targets = [[2, 4, 5, 6], [5, 4, 7, 1]] // prettier-ignore
    const found = [0, 1].map((u) =>
      lossOf(hetCompOverall, s[u], { seen: seen[u], observed: observed[u], target: targets[u] }),
    )
    expect(found[0].value + found[1].value).toBeNear(248.996, golden)
    expect(found[0].gradient).toBeNear(
      [-0.69593422, -0.91667551, -0.24564255, 2.825479, -0.82317541, -0.41047819, -0.99051028, 1.2569371],
      golden,
    )
    expect(found[1].gradient).toBeNear([0, -1, -1, -1, -1, -1, 0, -1], golden)
  })

  test('rank-aware', () => {
    const targets = [[2, 4, 5, 6, 7, 3, 8, 9, 10, 11], [5, 4, 7, 1, 8, 0, 6, 9, 10, 11]] // prettier-ignore
    const found = [0, 1].map((u) =>
      lossOf(hetCompRankAware, [...s[u], ...more[u]], {
        seen: seen[u],
        observed: observed[u],
        target: targets[u],
      }),
    )
    expect(found[0].value + found[1].value).toBeNear(212.89006, golden)
    expect(found[0].gradient).toBeNear(
      [
        -0.89143608, -0.95207693, -0.64023982, 0.75688712, -0.45518295, -0.063587847, -0.49583281, -0.3256171,
        0.51760589, 0.12764004, 1.0423303, 0.42377986, 0.25703548, 0.69869487,
      ],
      golden,
    )
    expect(found[1].gradient).toBeNear(
      [
        0, -0.5, -1, -1, -0.5, -1, 0, -0.5, -0.5, 5.2381563e-18, 4.068948e-17, 6.3813808e-17, 1.1657731e-17,
        2.4679417e-17,
      ],
      golden,
    )
    // the share of what competes with e^40 is right as well, small as it is
    expect([...found[1].gradient].slice(9).map((g) => g * 1e17)).toBeNear(
      [0.52381563, 4.068948, 6.3813808, 1.1657731, 2.4679417],
      { rel: 1e-5 },
    )
  })
})

const lists = (rows: number, P: number, K: number): [number, number][] => [[rows, P], [rows, K], [rows, 1]] // prettier-ignore
const losses = { hetCompOverall, hetCompRankAware }

describe.each(Object.entries(losses))('%s', (_, loss) => {
  const of = (observed: Tensor2D, target: Tensor2D, background: Tensor2D) =>
    loss({ observed, target }, background)

  test('gradient agrees with finite differences', () => {
    for (const scale of [0.5, 3]) expectGradient(of, lists(3, 2, 12), { scale })
  })

  test('leaves no tensor behind', () => {
    const inputs = [
      tf.ones<tf.Rank.R2>([2, 3]),
      tf.ones<tf.Rank.R2>([2, 10]),
      tf.ones<tf.Rank.R2>([2, 1]),
    ] as const
    expectNoLeak(() => of(...inputs))
  })

  test('padding and an empty background take no part', () => {
    const listed = (values: number[]) => tf.tensor2d([values])
    const leaves = (observed: number[], target: number[]) => ({
      observed: listed(observed),
      target: listed(target),
      background: tf.tensor2d([[-Infinity]]),
    })
    const short = valueAndGradients(leaves([1, 2], [3, 0.5, 1, -2, 1.5, 0.1, 0.7, 0.4, 0.2, 2, 9, 9]), (l) =>
      loss(l, l.background, {
        mask: { target: listed([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]), observed: listed([1, 0]) },
      }),
    )
    expect(Number.isFinite(short.value)).toBe(true)
    expect(short.gradients.target.slice(10)).toBeNear([0, 0])
    expect(short.gradients.observed[1]).toBeNear(0)
    expect(short.gradients.background[0]).toBeNear(0)
    for (const gradient of Object.values(short.gradients)) expect(gradient.every(Number.isFinite)).toBe(true)
  })

  test('a list without places counts as one without items', () => {
    const target = tf.tensor2d([[3, 0.5, 1, -2, 1.5, 0.1, 0.7, 0.4, 0.2, 2]])
    const without = (observed: Tensor2D) =>
      valueAndGradients({ observed, target, rest: tf.tensor2d([[1]]) }, (l) =>
        loss(l, l.rest, { mask: { observed: tf.zerosLike(l.observed) } }),
      )
    const [empty, padded] = [without(tf.zeros([1, 0])), without(tf.ones([1, 2]))]
    expect(empty.value).toBeNear(padded.value)
    expect(empty.gradients.target).toBeNear([...padded.gradients.target])
    expect(empty.gradients.rest).toBeNear([...padded.gradients.rest])
  })

  test('scores far outside the clamp and equal ones give finite numbers', () => {
    for (const size of [0, 39.9, 90, 1e4]) {
      const values = tf.tensor2d([[size, -size, size, -size, size, -size, size, -size, size, -size]])
      const { value, gradients } = valueAndGradients(
        { values, rest: tf.tensor2d([[Math.min(size, 40)]]) },
        (l) => loss({ observed: l.values, target: l.values }, l.rest),
      )
      expect(Number.isFinite(value)).toBe(true)
      expect(gradients.values.every(Number.isFinite)).toBe(true)
      if (size > 40) expect([...gradients.values].every((g) => g === 0)).toBe(true)
    }
  })

  test('shapes that disagree are refused', () => {
    const ones = (rows: number, k: number): Tensor2D => tf.ones([rows, k])
    expect(() => of(ones(2, 3), ones(2, 4), ones(2, 2))).toThrow('background must be [rows, 1], got [2, 2]')
    expect(() => of(ones(3, 3), ones(2, 4), ones(2, 1))).toThrow('they must have the same rows')
    const given: HetCompLists<Tensor2D> = { observed: ones(2, 3), target: ones(2, 4) }
    expect(() => loss(given, ones(2, 1), { mask: { target: ones(2, 3) } })).toThrow('the mask says which')
    expect(() => loss(given, ones(2, 1), { clamp: 0 })).toThrow('clamp must be above 0, got 0')
  })
})

test('halves and tenths are of K, not of what is padded behind it', () => {
  const values = [1.5, 2, 0.1, -0.4, 1, 0.9, -2, 0.2, 0.8, -0.7]
  const observed = tf.tensor2d([[0.3]])
  const rest = tf.tensor2d([[1]])
  const short = hetCompRankAware({ observed, target: tf.tensor2d([values]) }, rest)
  const padded = { observed, target: tf.tensor2d([[...values, ...new Array<number>(10).fill(3)]]) }
  const mask = { target: tf.tensor2d([[...values.map(() => 1), ...new Array<number>(10).fill(0)]]) }
  expect(hetCompRankAware(padded, rest, { mask, K: 10 })).toBeNear(short.dataSync(), { rel: 1e-6 })
  expect(() => hetCompRankAware(padded, rest, { K: 21 })).toThrow('K must be 0 to 20')
  expect(() => hetCompRankAware(padded, rest, { K: -5 })).toThrow('K must be 0 to 20')
})

test('overall does not mind the order within its lists, rank-aware does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 10, maxLength: 10 }),
      (scores) => {
        const background = tf.tensor2d([[1]])
        const value = (loss: typeof hetCompOverall, target: number[]) =>
          loss({ observed: tf.tensor2d([[0.5]]), target: tf.tensor2d([target]) }, background).dataSync()[0]
        const turned = [...scores].reverse()
        expect(value(hetCompOverall, turned)).toBeNear(value(hetCompOverall, scores), { rel: 1e-5 })
        const falling = scores.toSorted((a, b) => b - a)
        const rising = [...falling].reverse()
        expect(value(hetCompRankAware, falling)).toBeLessThanOrEqual(
          value(hetCompRankAware, rising) * (1 + 1e-5),
        )
      },
    ),
  )
})

test('rank-aware is three relaxed rankings, each against everything it does not list', () => {
  const observed = [0.3, -1]
  const target = [1.5, 2, 0.1, -0.4, 1, 0.9, -2, 0.2, 0.8, -0.7]
  const others = [0.6, -1.2, 0.4]
  const ranked = (listed: number[], from: number) =>
    relaxedRanking(tf.tensor2d([listed]), tf.tensor2d([[...target.slice(from), ...others]])).dataSync()[0]
  const expected = ranked(observed, 5) + (ranked(target.slice(0, 5), 5) + ranked(target.slice(0, 1), 1)) / 2
  const lists = { observed: tf.tensor2d([observed]), target: tf.tensor2d([target]) }
  expect(hetCompRankAware(lists, logSumExp(tf.tensor2d([others])))).toBeNear(expected, { rel: 1e-5 })
})
