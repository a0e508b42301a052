import { createRng, rowOf } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { countTensors, tf } from '@recdistill/tensor'
import { randomSplit, splitOf } from '@recdistill/testkit'
import { describe, expect, test } from 'vitest'
import hstu from './hstu.ts'
import { hstuBlock, hstuProjections, pointwiseAttention } from './sequence/hstu-block.ts'

const engine = createEngine({ threads: 1 })

type Split = ReturnType<typeof splitOf>
type Params = Partial<typeof hstu.params._input>

const create = (split: Split, params: Params = {}, dim = 4, trainable = true) =>
  hstu.create(
    { split, dim, optimizer: { lr: 0.01, weightDecay: 1e-5 }, rng: createRng(4), engine, trainable },
    hstu.params.parse({ drawn: 5, length: 8, ...params }),
  )

const batch = (users: readonly number[], seed = 0) => ({
  users: Uint32Array.from(users),
  positives: new Uint32Array(0),
  negatives: new Uint32Array(0),
  negativesPerRow: 0,
  rng: createRng(seed),
})

describe('the block of TV-19', () => {
  // Spec, TV-19: N = 4, one position behind the history, 2 heads, d_v = 2, d_qk = 1; sequence [3, 1, 5], items from 1.
  // prettier-ignore
  const items = [[-0.32, -0.69, 0.04, 0.94], [-0.34, -0.43, 0.34, 0.25], [0.07, -0.65, -0.02, 0.49],
    [-0.94, -0.32, -1.33, -0.9], [-1.29, -0.16, -0.89, 0.19]]
  // prettier-ignore
  const positions = [[0.05, -0.06, -0.76, -0.16], [-0.01, 0.03, -0.46, -0.14], [-0.29, -0.24, 0.32, -0.24]]
  // prettier-ignore
  const uvqk = [[0.82, -0.93, 0.52, 0.07, -0.38, 1.2, 0.46, -0.72, 0.04, 0.35, -0.11, 0.41],
    [-0.04, 0.4, 0.86, -0.41, 0.12, -0.28, 0.08, -0.71, -0.35, -0.12, 0.54, 0.69],
    [-0.79, -0.48, 0.39, -1.2, -0.28, -0.06, 0.75, 0.41, -0.2, -0.22, -0.15, 0.91],
    [-0.26, -0.18, 0.21, -0.07, -0.12, -0.67, -0.01, -0.27, 0.7, 0.39, -0.01, 0.4]]
  // prettier-ignore
  const out = [[-0.2, 0.63, 0, 0.35], [-0.77, 0.21, -1.01, -1.22], [-0.18, -0.54, 0.1, 1.35], [-0.5, -0.37, 0.12, 0.3]]
  const outBias = [-0.04, -0.04, 0.14, 0.1]
  const shape = { heads: 2, dqk: 1, dv: 2, divisor: 5 }
  const input = [2, 0, 4].map((item, k) => items[item].map((x, d) => 2 * x + positions[k][d]))
  const near = { rel: 0, abs: 1e-6 }

  test('has its projections, attention and output', () => {
    tf.tidy(() => {
      const h = tf.tensor3d([input])
      const weights = { uvqk: tf.tensor2d(uvqk), out: tf.tensor2d(out), outBias: tf.tensor2d([outBias]) }
      const z = hstuProjections(h, weights.uvqk)
      // prettier-ignore
      expect(z.dataSync().slice(24)).toBeNear([-0.27769275, 1.2451901, -0.067119018, -0.058742662, 0.35759781, -0.16740645,
        -0.2529034, 0.14863251, 0.40272961, -0.036972179, 0.30408259, 0.011770333], near)
      // prettier-ignore
      expect(pointwiseAttention(z, shape).o.dataSync()).toBeNear([0.003500286, -0.0025140311, 0.0019732409, 0.00077091242,
        0.0046448141, 0.0032694697, 0.0023869812, -0.0017010616, 0.006286121, -0.0010561559, -0.00020158801, 0.00014308248], near)
      // prettier-ignore
      expect(hstuBlock(h, weights, shape, (x) => x).dataSync()).toBeNear([0.27700732, -1.4898351, -1.0389485, 0.52263854,
        -0.84270837, -0.63956255, -0.82344366, 1.812422, -3.4101801, -0.512498, -0.69378124, 0.82649406], { rel: 0, abs: 2e-6 })
    })
  })

  test('as a whole model: user vector and cosines', () => {
    const split = splitOf(5, { train: [[2, 0, 4]], test: [[]] })
    const model = create(split, { length: 4, reserved: 1, heads: 2, dqk: 1, dv: 2 })
    model.restore({
      parameters: {
        items: Float32Array.from(items.flat()),
        positions: Float32Array.from([...positions.flat(), ...Array<number>(8).fill(9)]),
        'uvqk 1': Float32Array.from(uvqk.flat()),
        'out 1': Float32Array.from(out.flat()),
        'out bias 1': Float32Array.from(outBias),
      },
    })
    model.begin()
    const user = Uint32Array.of(0)
    // prettier-ignore
    expect(model.rowsOf('users', user)).toBeNear([-0.94376848, -0.14183399, -0.19200419, 0.22873251], near)
    // prettier-ignore
    expect(model.scoresOf(user, Uint32Array.of(0, 1, 2, 3, 4), 5)).toBeNear([0.50188655, 0.54028133, 0.17381102, 0.52011998,
      0.91662943], near)
    model.dispose()
  })
})

test.each([true, false])(
  'users of several blocks are the equations in double precision, relative bias %s',
  (relativeBias) => {
    const [dim, length, heads, dqk, dv, reserved] = [4, 4, 3, 2, 2, 3]
    const split = splitOf(9, { train: [[6, 8, 5, 0, 7, 2], [3, 1]], test: [[], []] }) // prettier-ignore
    const model = create(split, { blocks: 3, heads, dqk, dv, length, reserved, relativeBias }, dim)
    const { parameters } = model.state()
    let stirred = 0 // no two tables hold the same numbers
    for (const values of Object.values(parameters))
      values.forEach((_, n) => (values[n] = Math.sin(3 * ++stirred)))
    model.restore({ parameters })
    model.begin()

    const range = (n: number) => Array.from({ length: n }, (_, at) => at)
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, d) => sum + x * b[d], 0)
    const silu = (x: number) => x / (1 + Math.exp(-x))
    const row = (name: string, n: number, width: number) => [...parameters[name].subarray(n * width, (n + 1) * width)] // prettier-ignore
    const norm = (x: readonly number[]) => {
      const mean = x.reduce((a, b) => a + b) / x.length
      const deviation = Math.sqrt(x.reduce((sum, one) => sum + (one - mean) ** 2, 0) / x.length + 1e-6)
      return x.map((one) => (one - mean) / deviation)
    }
    const gates = heads * dv
    const columns = 2 * gates + 2 * heads * dqk
    const block = (states: readonly number[][], b: number) => {
      const z = states.map(
        (h) =>
      range(columns).map((to) => silu(dot(norm(h), range(dim).map((from) => row(`uvqk ${b}`, from, columns)[to])))), // prettier-ignore
      )
      return states.map((h, i) => {
        const o = range(gates).map((c) => {
          const part = (at: number, from: number) =>
            z[at].slice(from + Math.floor(c / dv) * dqk).slice(0, dqk)
          const shares = range(i + 1).map((j) => {
            const far = relativeBias ? parameters[`distances ${b}`][i - j] : 0
            return silu(dot(part(i, 2 * gates), part(j, 2 * gates + heads * dqk)) + far) / (length + reserved)
          })
          return dot(shares, range(i + 1).map((j) => z[j][gates + c])) // prettier-ignore
        })
        const gated = norm(o).map((x, c) => z[i][c] * x)
        return h.map((x, d) => x + dot(gated, row(`out ${b}`, d, gates)) + parameters[`out bias ${b}`][d])
      })
    }
    const users = [
      [5, 0, 7, 2],
      [3, 1],
    ].map((items) => {
      // prettier-ignore
      const input = items.map((item, k) =>
      row('items', item, dim).map((x, d) => Math.sqrt(dim) * x + row('positions', k, dim)[d]),
    )
      const last = [1, 2, 3].reduce(block, input).at(-1) as number[]
      return last.map((x) => x / Math.hypot(...last))
    })
    expect(model.rowsOf('users', Uint32Array.of(0, 1))).toBeNear(users.flat(), { rel: 1e-4, abs: 1e-5 })
    const cosines = users.map((user) => dot(user, row('items', 8, dim)) / Math.hypot(...row('items', 8, dim)))
    expect(model.scoresOf(Uint32Array.of(0, 1), Uint32Array.of(8, 8), 1)).toBeNear(cosines, { rel: 1e-4, abs: 1e-5 }) // prettier-ignore
    model.dispose()
  },
)

test('a relative bias that forbids to look back leaves each item alone with itself', () => {
  const split = splitOf(6, { train: [[1, 2, 3], [5, 4, 3]], test: [[], []] }) // prettier-ignore
  const model = create(split, { relativeBias: true })
  const { parameters } = model.state()
  for (const values of Object.values(parameters)) values.forEach((_, n) => (values[n] = Math.sin(n + 1)))
  const rows = () => {
    model.restore({ parameters })
    model.begin()
    return model.rowsOf('users', Uint32Array.of(0, 1)).slice()
  }
  const differ = (values: Float32Array) =>
    Math.max(...[0, 1, 2, 3].map((d) => Math.abs(values[d] - values[4 + d])))
  expect(differ(rows())).toBeGreaterThan(1e-3)
  parameters['distances 1'].fill(-100, 1) // SiLU(-100) is 0
  expect(differ(rows())).toBeLessThan(1e-6)
  model.dispose()
})

test('only the last items of a history are read, in the order of the source', () => {
  const tail = [3, 9, 1, 7]
  const split = splitOf(12, { train: [[0, ...tail], [11, 8, 2, ...tail], [1, 3, 7, 9], tail], test: [[], [], [], []] }) // prettier-ignore
  const model = create(split, { length: 4 })
  model.begin()
  const rows = [0, 1, 2, 3].map((user) => [...model.rowsOf('users', Uint32Array.of(user))])
  expect(rows[0]).toBeNear(rows[3])
  expect(rows[1]).toBeNear(rows[3])
  expect(rows[2].some((x, d) => Math.abs(x - rows[3][d]) > 1e-6)).toBe(true)
  model.dispose()
})

test('vectors have length 1 whoever is asked beside, but for a user who has seen nothing', () => {
  const split = splitOf(9, { train: [[0, 5, 7], [], [2], [8, 1, 3, 4, 6]], test: [[], [], [], []] }) // prettier-ignore
  const model = create(split, { blocks: 2 })
  model.begin()
  const together = model.rowsOf('users', Uint32Array.of(3, 1, 0, 2, 3))
  const lengths = [0, 1, 2, 3, 4].map((n) => Math.hypot(...together.subarray(n * 4, n * 4 + 4)))
  expect(lengths).toBeNear([1, 0, 1, 1, 1])
  model.restore({ parameters: model.state().parameters })
  model.begin()
  expect(model.rowsOf('users', Uint32Array.of(0))).toBeNear(together.subarray(8, 12))
  model.dispose()
})

test('its own objective is the softmax of cosines against the drawn items', () => {
  const split = splitOf(30, { train: [[4, 9, 20, 3], [7, 1]], test: [[], []] }) // prettier-ignore
  const quiet = { dropout: 0, inputDropout: 0, temperature: 0.3, drawn: 4 }
  const model = create(split, quiet)
  const { items } = model.state().parameters
  const shorter = create(splitOf(30, { train: [[4], [4, 9], [4, 9, 20], [7]], test: [[], [], [], []] }), quiet) // prettier-ignore
  shorter.restore({ parameters: model.state().parameters })
  shorter.begin()
  model.begin()
  const states = shorter.rowsOf('users', Uint32Array.of(0, 1, 2, 3))
  const cosine = (n: number, item: number) => {
    const row = items.subarray(item * 4, item * 4 + 4)
    return row.reduce((sum, x, d) => sum + x * states[n * 4 + d], 0) / Math.hypot(...row)
  }
  const draws = [0, 0, 0, 1].map((user, n) => {
    const rng = createRng(6).fork('negatives').at(user)
    for (let skip = 0; skip < 4 * (n % 3); skip++) rng.int(30)
    return Array.from({ length: 4 }, () => rng.int(30))
  })
  const losses = [9, 20, 3, 1].map((next, n) => {
    const others = draws[n].filter((item) => item !== next)
    const terms = [next, ...others].map((item) => Math.exp(cosine(n, item) / 0.3))
    return -Math.log(terms[0] / terms.reduce((a, b) => a + b))
  })
  const sum = losses.reduce((a, b) => a + b)
  expect(model.base(batch([0, 1], 6))).toBeNear(sum / 4, { rel: 1e-5 })
  const summed = create(split, { ...quiet, reduction: 'sum' })
  summed.restore({ parameters: model.state().parameters })
  summed.begin()
  expect(summed.base(batch([1, 0], 6))).toBeNear(sum, { rel: 1e-5 })
  for (const one of [model, shorter, summed]) one.dispose()
})

test('dropout changes the loss from step to step, and never a score', () => {
  const split = randomSplit({ users: 12, items: 40, seed: 5, minPerUser: 5 })
  const model = create(split)
  const scores = () => [...model.scoresOf(Uint32Array.of(2), Uint32Array.of(1, 2), 2)]
  model.begin()
  const before = scores()
  const losses = [0, 1, 0].map((seed) => model.base(batch([1, 2, 3, 4], seed)))
  expect(losses[0]).toBe(losses[2])
  expect(losses[0]).not.toBe(losses[1])
  expect(scores()).toEqual(before)
  model.dispose()
})

test('the same steps give the same bytes on one thread and on two, and no tensor is left after fifty', () => {
  const split = randomSplit({ users: 10, items: 30, seed: 2, minPerUser: 3 })
  const two = createEngine({ threads: 2 })
  const run = (on: typeof engine, steps: number) => {
    const context = { split, dim: 4, optimizer: { lr: 0.01, weightDecay: 1e-4 }, rng: createRng(1), engine: on, trainable: true } // prettier-ignore
    const model = hstu.create(context, hstu.params.parse({ drawn: 8, length: 6, blocks: 2 }))
    const before = countTensors()
    for (let step = 0; step < steps; step++) {
      model.begin()
      const [users, items] = [Uint32Array.of(0, 3, 5), Uint32Array.of(1, 2, 3, 4, 5, 6)]
      model.scores(users, items, 2).dispose()
      model.base(batch([0, 3, 5, 9], step))
      model.pullScores(users, items, 2, new Float32Array(6).fill(0.01))
      model.pullRows('users', users, new Float32Array(12).fill(0.01))
      model.update()
    }
    expect(countTensors() - before).toBe(0)
    const values = Object.values(model.state().parameters).map((table) => [...table])
    model.dispose()
    return values
  }
  expect(run(engine, 50)).toEqual(run(two, 50))
  two.dispose()
})

test('more histories than go through at once are as they are alone', () => {
  const split = randomSplit({ users: 1500, items: 30, seed: 8 })
  const model = create(split)
  model.begin()
  const everyone = Uint32Array.from({ length: 1500 }, (_, n) => 1499 - n)
  const all = model.rowsOf('users', everyone).slice()
  for (const n of [0, 700, 1024, 1499]) {
    model.restore({ parameters: model.state().parameters })
    model.begin()
    const alone = model.rowsOf('users', everyone.subarray(n, n + 1))
    expect(all.subarray(n * 4, n * 4 + 4)).toBeNear(alone)
    expect(Math.hypot(...alone)).toBeNear(rowOf(split.train, everyone[n]).length > 0 ? 1 : 0)
  }
  model.dispose()
})
