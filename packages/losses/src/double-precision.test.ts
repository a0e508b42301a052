import '@recdistill/testkit'
import { createRng } from '@recdistill/core'
import { prepareTensors, tf, valueAndGradients } from '@recdistill/tensor'
import { beforeAll, describe, expect, test } from 'vitest'
import { bprLoss, rceKd, relaxedRanking, softCrossEntropy } from './index.ts'

/**
 * Every loss against its formula in double precision, written a second time below; gradients against central
 * differences of that formula with step 1e-6. Scores mix magnitudes from 0 to 90, where raw float32 exponentials overflow.
 */
const magnitudes = [0, 1e-3, 1, 30, 90]
// float32 rounding of scores around 90 moves an exponential by 90 * 2^-24; a term sums up to ten of them.
const float32 = { rel: 2e-5, abs: 6e-5 }
const [rows, K, L] = [6, 5, 4]
type Rows = number[][]

const losses = {
  bpr: {
    shapes: [1, L],
    tape: (positive: tf.Tensor2D, negative: tf.Tensor2D) => bprLoss(positive, negative),
    plain: ([positive]: number[], negative: number[]) => mean(negative.map((x) => softplus(x - positive))),
  },
  softCrossEntropy: {
    shapes: [K, K],
    tape: (student: tf.Tensor2D, teacher: tf.Tensor2D) =>
      softCrossEntropy(student, teacher, { temperature: 2 }),
    plain: (student: number[], teacher: number[]) => crossEntropy(student, teacher, 2),
    constants: 1,
  },
  relaxedRanking: {
    shapes: [K, L],
    tape: (listed: tf.Tensor2D, background: tf.Tensor2D) => relaxedRanking(listed, background),
    plain: (listed: number[], background: number[]) =>
      sum(listed.map((a, k) => logSumExp([...listed.slice(k), ...background]) - a)),
  },
  relaxedRankingCapped: {
    shapes: [K, L],
    tape: (a: tf.Tensor2D, b: tf.Tensor2D) => relaxedRanking(a, b, { scoreCap: 80 }),
    plain: (a: number[], b: number[]) => {
      const cap = (x: number) => Math.min(x, 80)
      return losses.relaxedRanking.plain(a.map(cap), b.map(cap))
    },
  },
  rceKd: {
    shapes: [K, L],
    tape: (top: tf.Tensor2D, approximate: tf.Tensor2D) =>
      rceKd({
        student: { top, approximate },
        teacher: { top: tf.tensor2d(teacher(K)), approximate: tf.tensor2d(teacher(L)) },
        gamma: tf.fill([rows, 1], 0.25),
      }),
    plain: (top: number[], approximate: number[], row: number) =>
      0.75 * crossEntropy(top, teacher(K)[row], 1) + 0.25 * crossEntropy(approximate, teacher(L)[row], 1),
  },
}

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(async () => void expect(await prepareTensors({ backend })).toBe(backend))

  test.each(Object.keys(losses) as (keyof typeof losses)[])('%s', (name) => {
    const { shapes, tape, plain } = losses[name]
    const constants = 'constants' in losses[name] ? 1 : 0
    for (const seed of [1, 2, 3, 4]) {
      const [first, second] = shapes.map((columns, n) => scores(columns, `${seed} ${n}`))
      const leaves = { first: tf.tensor2d(first), second: tf.tensor2d(second) }
      const { value, gradients } = valueAndGradients(leaves, ({ first, second }) => tape(first, second))
      const total = (a: Rows, b: Rows) => sum(a.map((row, u) => plain(row, b[u], u)))
      expect(value).toBeNear(total(first, second), float32)
      expect(gradients.first).toBeNear(
        differences((moved, u) => plain(moved, second[u], u), first),
        float32,
      )
      if (!constants)
        expect(gradients.second).toBeNear(
          differences((moved, u) => plain(first[u], moved, u), second),
          float32,
        )
    }
  })
})

/** Central differences, row by row: rows do not meet in a sum. */
function differences(f: (row: number[], u: number) => number, at: Rows): Rows {
  const step = 1e-6
  return at.map((row, u) =>
    row.map((_, n) => {
      const moved = (offset: number) => f(row.with(n, row[n] + offset), u)
      return (moved(step) - moved(-step)) / (2 * step)
    }),
  )
}

/** float32 numbers, so both sides see the same scores. */
function scores(columns: number, name: string): Rows {
  const rng = createRng(17).fork(name)
  const one = () =>
    Math.fround((rng.int(2) ? 1 : -1) * magnitudes[rng.int(magnitudes.length)] * (0.5 + rng.float() / 2))
  return Array.from({ length: rows }, () => Array.from({ length: columns }, one))
}

function teacher(columns: number): Rows {
  return scores(columns, 'teacher')
}

function crossEntropy(student: number[], teacher: number[], temperature: number): number {
  const logSoftmax = (x: number[]) => x.map((value) => value - logSumExp(x))
  const log = (x: number[]) => logSoftmax(x.map((value) => value / temperature))
  const logQ = log(student)
  return -sum(log(teacher).map((logP, n) => Math.exp(logP) * logQ[n]))
}

function logSumExp(x: number[]): number {
  const max = Math.max(...x)
  return max + Math.log(sum(x.map((value) => Math.exp(value - max))))
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}

function sum(x: number[]): number {
  return x.reduce((total, value) => total + value, 0)
}

function mean(x: number[]): number {
  return sum(x) / x.length
}
