import '@recdistill/testkit'
import { createRng, type Rng } from '@recdistill/core'
import { tf, valueAndGradients } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { softCrossEntropy } from './index.ts'

/**
 * Why RCE-KD takes its cross-entropy where it does. With relevance log2(p_i + 1), p the teacher's softmax over all items,
 * and J closed (a prefix of the student's ranking):
 *
 *     NDCG_J >= exp(-CE_J) / IDCG(p^J) >= exp(-CE_J)
 *
 * and for any J, with m_i items outside J ranked above i by the student:
 *
 *     NDCG_J >= exp(-CE_J - sum over J of p^J_i log(1 + m_i)) / IDCG(p^J)
 */
interface World {
  readonly teacher: number[]
  readonly student: number[]
  readonly temperature: number
}

const TRIALS = 10_000

test('TV-21: five items, five sets', () => {
  const world = { teacher: [1.3, -0.7, 2.4, 0.2, 0.9], student: [0.8, 1.9, 0.4, -1.1, 1.2], temperature: 1 }
  expect(rankingOf(world.student)).toEqual([1, 4, 0, 2, 3])
  const exact = { rel: 2e-8 }
  for (const [J, ...expected] of [
    [[0, 1, 2, 3, 4], 2.1186278, 0.59550498, 0.81007575, 0.1483768, 0.1483768],
    [[1, 4, 0], 1.4730795, 0.70995939, 0.82551331, 0.27766786, 0.27766786],
    [[2, 0, 4], 1.3509598, 0.55833902, 0.84934595, 0.30493058, 0.15246529],
    [[2], 0, 0.43067656, 1, 1, 0.25],
    [[3], 0, 0.38685281, 1, 1, 0.2],
  ] as [number[], ...number[]][]) {
    const { ce, ndcg, idcg, bound, relaxed } = measure(world, J)
    expect([ce, ndcg, idcg, bound, relaxed]).toBeNear(expected, exact)
  }
  expect(measure(world, [2]).ndcg).toBeLessThan(measure(world, [2]).bound)
})

test('the loss of this package is the cross-entropy of the bound', () => {
  const rng = createRng(2).fork('loss')
  for (let n = 0; n < 50; n++) {
    const world = randomWorld(rng, [0.1, 1, 5])
    const J = randomSet(rng, world.student.length)
    const pick = (scores: number[]) => tf.tensor2d([J.map((i) => scores[i])])
    const loss = softCrossEntropy(pick(world.student), pick(world.teacher), {
      temperature: world.temperature,
    })
    expect(loss).toBeNear(measure(world, J).ce, { rel: 2e-5, abs: 5e-6 })
  }
})

test('closed sets keep the bound, ties and scores of 30 included', () => {
  const rng = createRng(1).fork('closed')
  for (let n = 0; n < TRIALS; n++) {
    const world = randomWorld(rng)
    const J = rankingOf(world.student).slice(0, 1 + rng.int(world.student.length))
    const { ce, ndcg, bound } = measure(world, J)
    expect(ndcg).toBeGreaterThanOrEqual(bound - 1e-9)
    expect(bound).toBeGreaterThanOrEqual(Math.exp(-ce) * (1 - 1e-12))
  }
})

test('sets that are not closed break it in a sizable share of trials, and keep the relaxed bound', () => {
  const rng = createRng(1).fork('any')
  let broken = 0
  for (let n = 0; n < TRIALS; n++) {
    const world = randomWorld(rng)
    const { ndcg, bound, relaxed } = measure(world, randomSet(rng, world.student.length))
    expect(ndcg).toBeGreaterThanOrEqual(relaxed - 1e-9)
    if (ndcg < bound - 1e-9) broken++
  }
  expect(broken).toBeGreaterThan(TRIALS / 20)
})

test("the student's own top items are always closed, the teacher's are not while the student is untrained", () => {
  const rng = createRng(1).fork('top')
  let broken = 0
  for (let n = 0; n < 1000; n++) {
    const world = randomWorld(rng, [0.1, 1])
    const k = 1 + rng.int(3)
    const own = measure(world, rankingOf(world.student).slice(0, k))
    expect(own.ndcg).toBeGreaterThanOrEqual(own.bound - 1e-9)
    const taught = measure(world, rankingOf(world.teacher).slice(0, k))
    if (taught.ndcg < taught.bound - 1e-9) broken++
  }
  expect(broken).toBeGreaterThan(50)
})

test('the gradient of CE_J sums to 0 over J, and a constant added to all scores leaves CE_J', () => {
  const rng = createRng(1).fork('gradient')
  for (let n = 0; n < 200; n++) {
    const world = randomWorld(rng, [0.1, 1, 5])
    const J = randomSet(rng, world.student.length)
    const pick = (scores: number[]) => tf.tensor2d([J.map((i) => scores[i])])
    const { gradients } = valueAndGradients({ student: pick(world.student) }, ({ student }) =>
      softCrossEntropy(student, pick(world.teacher), { temperature: world.temperature }),
    )
    expect(gradients.student.reduce((sum, g) => sum + g, 0)).toBeNear(0, { abs: 2e-6 })
    const moved = {
      ...world,
      student: world.student.map((x) => x + 7),
      teacher: world.teacher.map((x) => x - 3),
    }
    expect(measure(moved, J).ce).toBeNear(measure(world, J).ce, { rel: 1e-9, abs: 1e-9 })
  }
})

function measure({ teacher, student, temperature }: World, J: readonly number[]) {
  const p = softmax(teacher.map((r) => r / temperature))
  const pJ = softmax(J.map((i) => teacher[i] / temperature))
  const logQ = logSoftmax(J.map((i) => student[i] / temperature))
  const ranking = rankingOf(student)
  const rank = (i: number) => ranking.indexOf(i) + 1
  const gain = (values: number[]) =>
    values.toSorted((a, b) => b - a).reduce((sum, value, k) => sum + value / Math.log2(2 + k), 0)
  const ce = -J.reduce((sum, _, n) => sum + pJ[n] * logQ[n], 0)
  const dcg = J.reduce((sum, i) => sum + p[i] / Math.log2(1 + rank(i)), 0)
  const idcg = gain(pJ)
  // Ranked above i from outside J: i's rank less the items of J up to and including i.
  const above = (i: number) => rank(i) - J.filter((j) => rank(j) <= rank(i)).length
  const gap = J.reduce((sum, i, n) => sum + pJ[n] * Math.log(1 + above(i)), 0)
  // p of J may underflow as a whole: NDCG_J is a quotient, and is 0 / 0 then.
  const ideal = gain(J.map((i) => p[i]))
  const ndcg =
    ideal > 0 ? dcg / ideal : J.reduce((sum, i, n) => sum + pJ[n] / Math.log2(1 + rank(i)), 0) / idcg
  return { ce, ndcg, idcg, bound: Math.exp(-ce) / idcg, relaxed: Math.exp(-ce - gap) / idcg }
}

/** Larger score first, then smaller item. */
function rankingOf(scores: readonly number[]): number[] {
  return [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b)
}

function randomWorld(rng: Rng, scales = [0.1, 1, 5, 30]): World {
  const items = 2 + rng.int(11)
  const round = rng.int(4) === 0 ? Math.round : (x: number) => x
  const draw = () => {
    const scale = scales[rng.int(scales.length)]
    return Array.from({ length: items }, () => round(scale * rng.normal()))
  }
  return { teacher: draw(), student: draw(), temperature: [0.5, 1, 3][rng.int(3)] }
}

function randomSet(rng: Rng, items: number): number[] {
  const all = Uint32Array.from({ length: items }, (_, n) => n)
  rng.shuffle(all)
  return [...all.subarray(0, 1 + rng.int(items))]
}

function logSoftmax(x: readonly number[]): number[] {
  const max = Math.max(...x)
  const log = max + Math.log(x.reduce((sum, value) => sum + Math.exp(value - max), 0))
  return x.map((value) => value - log)
}

function softmax(x: readonly number[]): number[] {
  return logSoftmax(x).map(Math.exp)
}
