import { createRng } from '@recdistill/core'
import { tensor, type Tensor } from '@recdistill/formats'
import { roundTo } from '@recdistill/serve'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { exportModel, type Deployable } from '../src/index.ts'
import { bestItems, facts, seenRows, vectorModel } from './world.ts'

type Precision = 'f32' | 'f16' | 'int8'

async function session(model: Deployable, precision: Precision = 'f32') {
  const out = join(mkdtempSync(join(tmpdir(), 'recdistill-onnx-')), 'model')
  await exportModel(model, { to: ['onnx'], out, precision })
  const graph = await InferenceSession.create(join(out, 'model.onnx'), { intraOpNumThreads: 1 })
  return async (
    users: readonly number[],
    k: number,
    excluded: readonly (readonly [number, number])[] = [],
  ) => {
    const int64 = (values: readonly number[], shape: number[]) =>
      new OnnxTensor('int64', BigInt64Array.from(values, BigInt), shape)
    const result = await graph.run({
      user: int64(users, [users.length]),
      k: int64([k], [1]),
      excluded: int64(excluded.flat(), [excluded.length, 2]),
    })
    const width = result.items.dims[1]
    const items = Array.from(result.items.data as BigInt64Array, Number)
    const scores = Array.from(result.scores.data as Float32Array)
    return users.map((_, n) => ({
      items: items.slice(n * width, (n + 1) * width),
      scores: scores.slice(n * width, (n + 1) * width),
    }))
  }
}

function expectNear(found: readonly number[], expected: readonly number[], tolerance = 1e-5) {
  expect(found.length).toBe(expected.length)
  for (const [n, value] of found.entries()) expect(Math.abs(value - expected[n])).toBeLessThan(tolerance)
}

test('the graph gives the best items that a plain loop finds, and their scores', async () => {
  const model = vectorModel()
  const ask = await session(model)
  const users = [0, 3, 59, 7, 3]
  for (const [n, { items, scores }] of (await ask(users, 20)).entries()) {
    const best = bestItems(model, users[n], 20)
    expect(items).toEqual(best.items)
    expectNear(scores, best.scores)
  }
})

test('items may be left out beside the seen ones, and places without an item say so', async () => {
  const model = vectorModel({ users: 9, items: 15 })
  const ask = await session(model)
  const [first, second] = await ask([1, 8], 3)
  const [, without] = await ask([1, 8], 3, [
    [1, second.items[0]],
    [1, second.items[2]],
  ])
  expect((await ask([1], 3))[0]).toEqual(first)
  expect(without.items).toEqual(
    bestItems(model, 8, 5).items.filter((item) => ![second.items[0], second.items[2]].includes(item)),
  )
  const [all] = await ask([2], 100)
  const candidates = bestItems(model, 2, 100).items
  expect(all.items).toEqual([...candidates, ...Array<number>(15 - candidates.length).fill(-1)])
  expect(all.scores.slice(candidates.length).every((score) => score === -Infinity)).toBe(true)
})

test('a user that there is not is refused, also counted from the end', async () => {
  const model = vectorModel({ users: 9, items: 15 })
  const nothing = { offsets: new Uint32Array(10), items: new Uint32Array(0) }
  for (const seen of [model.seen, nothing]) {
    const ask = await session({ ...model, seen })
    for (const user of [-2, -1, 9]) await expect(ask([0, user], 3)).rejects.toThrow('out of data bounds')
  }
})

test('equal scores put the smaller item first', async () => {
  const model = vectorModel({ users: 2, items: 30, dim: 2 })
  const form = { ...model.form, items: new Float32Array(60).fill(1) }
  const ask = await session({ ...model, form: form as Deployable['form'] })
  expect((await ask([1], 10))[0].items).toEqual(
    bestItems({ ...model, form: form as Deployable['form'] }, 1, 10).items,
  )
})

test('many users at once take memory of their pairs, not of users times pairs', async () => {
  const [users, items, each] = [1500, 50, 40]
  const seen = {
    offsets: Uint32Array.from({ length: users + 1 }, (_, user) => user * each),
    items: Uint32Array.from({ length: users * each }, (_, n) => n % each),
  }
  const ask = await session({ ...vectorModel({ users, items, dim: 2 }), seen })
  const all = Array.from({ length: users }, (_, user) => user)
  await ask([0], 10)
  const before = process.memoryUsage.rss()
  const lists = await ask(all, 10)
  expect(process.memoryUsage.rss() - before).toBeLessThan(2e8) // 8e8 when each pair meets each user
  for (const { items: found } of lists) expect(found.every((item) => item >= each)).toBe(true)
})

test('a model of users who have seen nothing', async () => {
  const model = vectorModel({ users: 3, items: 10 })
  const seen = { offsets: new Uint32Array(4), items: new Uint32Array(0) }
  const ask = await session({ ...model, seen })
  expect((await ask([2, 0], 4))[1].items).toEqual(bestItems({ ...model, seen }, 0, 4).items)
})

for (const precision of ['f16', 'int8'] as const)
  test(`tables of ${precision} score as the rounded vectors do`, async () => {
    const model = vectorModel({ dim: 5 })
    if (model.form.kind !== 'vectors') throw new Error()
    const { dim, users, items } = model.form as Extract<Deployable['form'], { kind: 'vectors' }>
    const form = {
      kind: 'vectors' as const,
      dim,
      users: roundTo(precision, users, dim),
      items: roundTo(precision, items, dim),
    }
    const ask = await session(model, precision)
    const [found] = await ask([4], 20)
    const best = bestItems({ ...model, form }, 4, 20)
    expect(found.items).toEqual(best.items)
    expectNear(found.scores, best.scores)
  })

test('NeuMF of three layers, its formula in plain loops', async () => {
  const [users, items, dim] = [12, 40, 6]
  const widths = [12, 6, 3, 1]
  const rng = createRng(5)
  const random = (rows: number, columns: number) =>
    tensor(
      Float32Array.from({ length: rows * columns }, () => rng.normal()),
      [rows, columns],
    )
  const tensors: Record<string, Tensor> = {
    users: random(users, dim),
    items: random(items, dim),
    'mlp users': random(users, dim),
    'mlp items': random(items, dim),
    output: random(1, dim + 1),
    'output bias': random(1, 1),
  }
  for (let n = 1; n < widths.length; n++) {
    tensors[`hidden ${n}`] = random(widths[n - 1], widths[n])
    tensors[`hidden ${n} bias`] = random(1, widths[n])
  }
  const values = (name: string) => Array.from(tensors[name].data as Float32Array)
  const row = (name: string, n: number) => values(name).slice(n * dim, (n + 1) * dim)
  const score = (user: number, item: number) => {
    let hidden = [...row('mlp users', user), ...row('mlp items', item)]
    for (let n = 1; n < widths.length; n++) {
      const weights = values(`hidden ${n}`)
      hidden = values(`hidden ${n} bias`).map((bias, c) =>
        Math.max(
          0,
          hidden.reduce((sum, value, r) => sum + value * weights[r * widths[n] + c], bias),
        ),
      )
    }
    const q = row('items', item)
    const top = [...row('users', user).map((value, d) => value * q[d]), ...hidden]
    return values('output').reduce((sum, weight, n) => sum + weight * top[n], values('output bias')[0])
  }
  const model: Deployable = {
    users: Array.from({ length: users }, (_, n) => `u${n}`),
    items: Array.from({ length: items }, (_, n) => `i${n}`),
    seen: seenRows({ users, items, seed: 2 }),
    form: { kind: 'parameters', backbone: 'neumf', tensors },
    facts: facts({ users, items, dim: 0 }),
  }
  const ask = await session(model)
  for (const [n, found] of (await ask([0, 5, 11], 15)).entries()) {
    const best = bestItems(model, [0, 5, 11][n], 15, score)
    expect(found.items).toEqual(best.items)
    expectNear(found.scores, best.scores, 1e-4)
  }
})
