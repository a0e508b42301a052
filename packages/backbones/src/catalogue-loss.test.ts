import { createRng } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import type { Backbone, FusedInput, FusedLoss, Model } from '@recdistill/plugin'
import { parseParams } from '@recdistill/plugin'
import { prepareTensors } from '@recdistill/tensor'
import { randomSplit } from '@recdistill/testkit'
import { beforeAll, expect, test } from 'vitest'
import { fromEmbeddings } from './index.ts'
import mf from './mf.ts'

beforeAll(() => prepareTensors())

const engine = createEngine({ threads: 2 })
const split = randomSplit({ users: 9, items: 30, seed: 1 })
const student = (params: object = {}) =>
  mf.create(
    { split, dim: 3, optimizer: { lr: 1e-2, weightDecay: 0 }, rng: createRng(1), trainable: true, engine },
    parseParams(mf, { init: 0.5, ...params }),
  )
const rng = createRng(7)
const vectors = (rows: number) => Float32Array.from({ length: rows * 5 }, () => rng.normal())
const tables = { users: vectors(9), items: vectors(30), dim: 5 }

const loss: FusedLoss = { kind: 'catalogueCrossEntropy', list: 'all', temperature: 2 }
const users = Uint32Array.of(4, 0, 7)
const weights = Float32Array.of(1, 2, 1)
const fused = (model: Backbone, teacher: Model) => {
  const input: FusedInput = { users, weights, lists: {}, values: {}, teacher }
  return model.fused?.(loss, input, 0.5) ?? null
}

test('a teacher on tables of the same engine is compared over all items, in value and gradient', () => {
  const teacher = fromEmbeddings(engine, tables)
  const made = student()
  const plain = student()
  const all = Uint32Array.from({ length: 30 }, (_, item) => item)
  let expected = 0
  users.forEach((user, row) => {
    const softmax = (model: Model) => {
      const e = [...model.scoresOf(Uint32Array.of(user), all, 30)].map((score) => Math.exp(score / 2))
      const sum = e.reduce((a, b) => a + b, 0)
      return e.map((x) => x / sum)
    }
    const [p, q] = [softmax(teacher), softmax(plain)]
    expected -= weights[row] * p.reduce((sum, x, i) => sum + x * Math.log(q[i]), 0)
    const pull = Float32Array.from(q, (x, i) => (0.5 * weights[row] * (x - p[i])) / 2)
    plain.pullScores(Uint32Array.of(user), all, 30, pull)
  })
  expect(fused(made, teacher)).toBeNear(expected, { rel: 1e-5 })
  for (const one of [made, plain]) one.update()
  for (const name of ['users.m', 'items.m'])
    expect(made.state().optimizer[name]).toBeNear(plain.state().optimizer[name], { rel: 1e-4, abs: 1e-7 })
})

test('any other teacher is left to the tape', () => {
  const elsewhere = createEngine({ threads: 1 })
  expect(fused(student(), fromEmbeddings(elsewhere, tables))).toBeNull()
  expect(
    fused(student(), { ...fromEmbeddings(engine, tables), scoresOf: () => new Float32Array(90) }),
  ).toBeNull()
  expect(fused(student(), student({ biases: true }))).toBeNull()
  expect(fused(student(), student())).not.toBeNull()
  elsewhere.dispose()
})
