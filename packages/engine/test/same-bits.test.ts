import { createRng } from '@recdistill/core'
import { expect, test } from 'vitest'
import { distance, fastEngine, gradientOf, idsOf, normals, world } from './engines.ts'
import { train } from './train.ts'

test('one, two and three threads give the same bits', () => {
  for (const dim of [3, 20, 37])
    for (const [simd, lanes] of [
      ['simd', 4],
      ['relaxed', 4],
      ['relaxed', 1],
    ] as const) {
      const runs = [1, 2, 3].map((threads) =>
        train(fastEngine(simd, threads, true, lanes), dim, 12, () => ({ weightDecay: 1e-3 })),
      )
      expect(runs[1].losses).toEqual(runs[0].losses)
      expect(runs[1].bits).toEqual(runs[0].bits)
      expect(runs[2].bits).toEqual(runs[0].bits)
    }
})

test('workers that are up take part, with lists of every length, and change no bit', () => {
  const rng = createRng(9)
  const [dim, users, items, rows] = [20, 300, 2000, 400]
  const values = [normals(rng, users * dim), normals(rng, items * dim)] as const
  const worlds = [1, 3].flatMap((threads) =>
    [1, 4].map((lanes) => world(fastEngine('relaxed', threads, true, lanes), dim, ...values)),
  )
  for (let round = 0; round < 12; round++) {
    const batch = idsOf(rng, rows, users)
    const [k, l] = [1 + rng.int(120), 1 + rng.int(250)]
    const a = { users: batch, items: idsOf(rng, rows * k, items, 0.1), k }
    const b = { users: batch, items: idsOf(rng, rows * l, items, 0.3), k: l }
    const [ta, tb] = [normals(rng, rows * k), normals(rng, rows * l)]
    const weights = new Float32Array(rows).fill(1)
    const gamma = new Float32Array(rows).fill(0.4)
    const results = worlds.map(({ engine, user, item }) => {
      const losses = [
        engine.rceKd(user, item, a, ta, b, tb, gamma, weights, 1, 0.1),
        engine.relaxedRanking(user, item, a, b, weights, null, 0.01),
        engine.softCrossEntropy(user, item, b, weights, tb, 2, 0.1),
      ]
      engine.pullScores(user, item, b, tb)
      engine.adam([user, item], { lr: 1e-3, weightDecay: 1e-5 })
      return [...losses, ...engine.read(user), ...engine.read(item)]
    })
    // workers start while the first round runs
    if (round === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
    expect(results[2]).toEqual(results[0])
    expect(results[3]).toEqual(results[1])
    expect(distance(results[1], results[0])).toBeLessThan(1e-4)
  }
  for (const { engine } of worlds) engine.dispose()
})

test('deferred steps of Adam have the bits of steps on all rows, also when the options change', () => {
  for (const dim of [1, 8, 20, 30]) {
    const options = (step: number) => ({ weightDecay: step < 7 ? 1e-3 : 1e-5 })
    const deferred = train(fastEngine('relaxed', 1, true), dim, 25, options)
    const dense = train(fastEngine('relaxed', 1, false), dim, 25, options)
    expect(deferred.losses).toEqual(dense.losses)
    expect(deferred.bits).toEqual(dense.bits)
  }
})

test('a row that waits for thousands of steps catches up to the same bits', () => {
  const bits = [true, false].map((deferred) => {
    const engine = fastEngine('relaxed', 1, deferred)
    const table = engine.table('t', 3, 4, { trainable: true })
    engine.write(table, normals(createRng(1), 12))
    engine.pullRows(table, Uint32Array.from([1]), new Float32Array(4).fill(0.3))
    for (let n = 0; n < 5000; n++) engine.adam([table], { lr: 1e-4, weightDecay: 1e-6 })
    const values = Array.from(engine.read(table))
    engine.dispose()
    return values
  })
  expect(bits[0]).toEqual(bits[1])
})

test('lists as long as those of the papers give the same bits on one thread and on two', async () => {
  const [dim, rows, k, l] = [8, 1500, 50, 50]
  const rng = createRng(3)
  const values = [normals(rng, 2000 * dim, 0.5), normals(rng, 3000 * dim, 0.5)] as const
  const users = idsOf(rng, rows, 2000)
  const a = { users, items: idsOf(rng, rows * k, 3000), k }
  const b = { users, items: idsOf(rng, rows * l, 3000), k: l }
  const weights = new Float32Array(rows).fill(1)

  const results = []
  for (const threads of [1, 2]) {
    const engine = fastEngine('relaxed', threads, true, 4)
    const { user, item } = world(engine, dim, ...values)
    const step = () => [
      engine.relaxedRanking(user, item, a, b, weights, null, 1),
      ...gradientOf(engine, user),
      ...gradientOf(engine, item),
    ]
    const [first] = step()
    await new Promise((resolve) => setTimeout(resolve, 300)) // the second thread starts beside the first job
    for (let n = 0; n < 20; n++) expect(step()[0]).toBe(first)
    results.push(Float64Array.from(step()))
    engine.dispose()
  }
  expect(results[1]).toEqual(results[0])
})
