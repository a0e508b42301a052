import { backbones } from '@recdistill/backbones'
import { createRng } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { joinIds, vectorTeacher } from '@recdistill/teachers'
import { randomSplit } from '@recdistill/testkit'
import { expect, test } from 'vitest'
import { deployedModel, tablesOf } from './deployed.ts'

const engine = createEngine({ threads: 1 })
const split = randomSplit({ users: 12, items: 20, seed: 3 })
const rng = createRng(5)
const normal = (length: number) => Float32Array.from({ length }, () => rng.normal())

function trainedWithBiases() {
  const mf = backbones.find(({ name }) => name === 'mf')!
  const optimizer = { lr: 0.01, weightDecay: 0 }
  const context = { split, dim: 4, optimizer, rng, engine, trainable: true }
  const model = mf.create(context, mf.params.parse({ init: 1, biases: true }))
  const state = model.state()
  model.restore({ ...state, parameters: { ...state.parameters, biases: normal(20) } })
  return model
}

function importedWithBiases() {
  const tower = (rows: number) => ({ file: 'x', dim: 4, values: normal(rows * 4), bias: normal(rows) })
  const ids = (side: 'users' | 'items', rows: number) =>
    joinIds(
      side,
      Array.from({ length: rows }, (_, n) => `${n}`),
      { file: 'x', rows, ids: null },
    )
  return vectorTeacher(
    engine,
    { users: tower(12), items: tower(20) },
    { users: ids('users', 12), items: ids('items', 20) },
  )
}

test.each([
  ['trained here', trainedWithBiases],
  ['of elsewhere', importedWithBiases],
])('tables of a model %s with biases rank as it does', (_, make) => {
  const model = make()
  const everyone = Uint32Array.from({ length: 12 }, (_, user) => user)
  const { items, scores } = model.rank(everyone, 20, split.train)
  const ranked = deployedModel(engine, tablesOf(model)!, 'f32').rank(everyone, 20, split.train)
  expect(ranked.items).toEqual(items)
  expect(ranked.scores).toEqual(scores)
})
