import { describe, expect, test } from 'vitest'
import { engines, gradientOf, worldOfScores } from './engines.ts'

// Numbers of the method specification, section 8, in 32 bits: entries to 1e-6 of the largest in their vector
const near = (got: ArrayLike<number>, expected: number[], tolerance = 1e-6) => {
  expect(got.length).toBe(expected.length)
  const size = Math.max(1, ...expected.map(Math.abs))
  for (let n = 0; n < expected.length; n++)
    expect(Math.abs(got[n] - expected[n]), `entry ${n}: ${got[n]} for ${expected[n]}`).toBeLessThanOrEqual(
      tolerance * size,
    )
}
const ids = (...list: number[]) => Uint32Array.from(list)
const floats = (...list: number[]) => Float32Array.from(list)

describe.each(Object.entries(engines))('%s', (_, create) => {
  test('TV-1: BPR with two negatives a row', () => {
    const { engine, user, item, users } = worldOfScores(create(), [
      [0.37, -0.81, 1.13],
      [-1.42, 2.6, -88.25],
      [90.5, 91.75, -3.4],
    ])
    const loss = engine.bpr(user, item, users, ids(0, 0, 0), ids(1, 2, 1, 2, 1, 2), 2)
    near([loss], [3.4756721])
    near(
      gradientOf(engine, user),
      [
        -0.45820297, 0.1175261, 0.34067687, -0.49118183, 0.49118183, 9.7539414e-39, -0.38864993, 0.38864993,
        8.2931239e-42,
      ],
    )
    engine.dispose()
  })

  test('TV-2: soft cross-entropy at two temperatures', () => {
    const scores = [
      [0.73, -1.18, 2.41, 0.05],
      [90.3, -35.2, 88.9, 0],
    ]
    const teacher = floats(1.9, -0.4, 0.6, -2.2, 3.3, -1.7, 4.1, 90.25)
    const expected = [
      [
        1,
        92.285615,
        [-0.57730914, -0.051068407, 0.56814074, 0.060236807, 0.80218389, -1.1657955e-40, 0.19781611, -1],
      ],
      [
        2.5,
        37.984209,
        [-0.087336203, -0.028375745, 0.078386741, 0.037325207, 0.25458102, -4.2531288e-17, 0.14541898, -0.4],
      ],
    ] as const
    const { engine, user, item, users } = worldOfScores(create(), scores)
    const rows = { users, items: ids(0, 1, 2, 3, 0, 1, 2, 3), k: 4 }
    for (const [temperature, loss, grad] of expected) {
      near([engine.softCrossEntropy(user, item, rows, floats(1, 1), teacher, temperature, 1)], [loss])
      near(gradientOf(engine, user), [...grad])
    }
    engine.dispose()
  })

  test('TV-3: relaxed ranking with and without a cap', () => {
    const { engine, user, item, users } = worldOfScores(create(), [
      [1.27, -0.64, 0.38, 0.91, -2.33],
      [90.4, 2.15, -3.7, 79.6, -41.5],
    ])
    const listed = { users, items: ids(0, 1, 2, 0, 1, 2), k: 3 }
    const background = { users, items: ids(3, 4, 3, 4), k: 2 }
    const first = [-0.56212105, -0.81980761, -0.13868911, 1.4633089, 0.057308876]
    const expected = [
      [80, 165.26581, [0, -1, -1, 2.4013123, 6.1289615e-53]],
      [null, 164.75282, [-2.0399087e-5, -1, -1, 2.0000204, 5.1047287e-53]],
    ] as const
    for (const [cap, loss, second] of expected) {
      near([engine.relaxedRanking(user, item, listed, background, floats(1, 1), cap, 1)], [loss])
      near(gradientOf(engine, user), [...first, ...second])
    }
    engine.dispose()
  })

  test('TV-4: RCE-KD on given lists, both temperatures and both forms of gamma', () => {
    const teacher = [
      [2.31, -0.42, 1.77, 0.15, 1.06, -1.88, 2.92, 0.94],
      [0.88, 90.25, -2.4, 3.17, 1.06, 2.93, -0.51, -7.3],
    ]
    const { engine, user, item, users } = worldOfScores(create(), [
      [0.35, 1.92, -0.48, 2.64, 0.11, 1.03, 2.27, -1.36],
      [91.3, 0.62, 88.75, -1.14, 2.58, 0.47, -3.09, 1.81],
    ])
    const top = { users, items: ids(3, 6, 1, 0, 2, 4), k: 3 }
    const none = 0xffffffff
    const approximate = { users, items: ids(6, 0, 1, 2, none, 2, 1, 4, 3, 5), k: 5 }
    const scoresOf = (items: Uint32Array, k: number) =>
      Float32Array.from(items, (id, n) => (id === none ? 0 : teacher[Math.floor(n / k)][id]))
    const cases = [
      [[0.66666667, 0.33333333], 1, 73.53325, [-0.077297434, 0.2493839, -0.049176065, 0.25422688, 0, 0, -0.37713728, 0, 0.18891066, -0.60653066, 0.62840339, 0, -0.21078339, 0, 0, 0]],
      [[0.66666667, 0.33333333], 2, 36.467571, [-0.026040371, 0.094306621, -0.02281057, 0.069988023, 0, 0, -0.1154437, 0, 0.067787686, -0.30326533, 0.32955435, 0, -0.094076704, 0, 0, 0]],
      [[0.33333333, 0], 1, 89.58849, [-0.12744192, 0.28708532, -0.081077624, 0.15824589, 0, 0, -0.23681167, 0, 0, -1, 1, 0, 0, 0, 0, 0]],
      [[0.33333333, 0], 2, 45.41803, [-0.042933313, 0.10844092, -0.037608272, 0.043564698, 0, 0, -0.071464032, 0, 0, -0.5, 0.5, 0, 0, 0, 0, 0]],
    ] as const // prettier-ignore
    for (const [overlap, tau, loss, grad] of cases) {
      const gamma = Float32Array.from(overlap, (rho) => Math.exp(-1.5 * rho))
      const got = engine.rceKd(
        user,
        item,
        top,
        scoresOf(top.items, 3),
        approximate,
        scoresOf(approximate.items, 5),
        gamma,
        floats(1, 1),
        tau,
        1,
      )
      near([got], [loss])
      near(gradientOf(engine, user), [...grad])
    }
    engine.dispose()
  })

  test('TV-18: LightGCN propagation, mean of layers 0 to 2', () => {
    const rows = [0.3, -0.7, 1.1, 0.4, -0.5, 0.9, 0.8, -0.2, -1.3, 0.6]
    const edges = [
      [0, 2],
      [0, 3],
      [1, 3],
      [1, 4],
    ]
    const degree = [2, 2, 1, 2, 1]
    const neighbours = degree.map((_, x) =>
      edges.filter((e) => e.includes(x)).map(([a, b]) => (a === x ? b : a)),
    )
    const offsets = ids(0, 2, 4, 5, 7, 8)
    const indices = Uint32Array.from(neighbours.flat())
    const values = Float32Array.from(
      neighbours.flatMap((list, x) => list.map((y) => 1 / Math.sqrt(degree[x] * degree[y]))),
    )
    const engine = create()
    let layer = Float32Array.from(rows)
    const total = layer.slice()
    for (let n = 0; n < 2; n++) {
      const next = new Float32Array(10)
      engine.propagate({ rows: 5, columns: 5, offsets, indices, values }, layer, 2, next)
      layer = next
      for (let e = 0; e < 10; e++) total[e] += layer[e]
    }
    near(
      total.map((x) => x / 3),
      [
        0.28214887, -0.1962013, 0.49358706, 0.28308802, -0.085008418, 0.26143819, 0.4212013, 0.026776695,
        -0.29644661, 0.37071068,
      ],
    )
    engine.dispose()
  })

  test('TV-22: a row without data gradient decays by coupled L2', () => {
    const cases = [
      [1e-5, 11, 0.00099335517],
      [1e-7, 11, 0.009024034],
      [1e-8, 11, 0.0098913976],
      [1e-3, 1, 0.009000999],
      [1e-3, 5, 0.005084956],
      [1e-3, 10, 0.0007725049],
      [1e-3, 11, 6.1817826e-5],
    ]
    for (const [weightDecay, steps, expected] of cases) {
      const engine = create()
      const table = engine.table('t', 1, 1, { trainable: true })
      engine.write(table, floats(0.01))
      for (let n = 0; n < steps; n++) engine.adam([table], { lr: 1e-3, weightDecay })
      // eleven steps of 1e-3 from 0.01 in 32 bits: a few roundings of 0.01 (1e-9 each)
      expect(Math.abs(engine.read(table)[0] - expected)).toBeLessThan(5e-9)
      engine.dispose()
    }
  })
})
