import { createRng, InputError, NumericError } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { countTensors } from '@recdistill/tensor'
import { randomSplit, splitOf } from '@recdistill/testkit'
import { expect, test } from 'vitest'
import sasrec from './sasrec.ts'

const engine = createEngine({ threads: 1 })

const create = (
  split: ReturnType<typeof splitOf>,
  params: Partial<typeof sasrec.params._input> = {},
  dim = 4,
) =>
  sasrec.create(
    { split, dim, optimizer: { lr: 0.01, weightDecay: 0 }, rng: createRng(4), engine, trainable: true },
    sasrec.params.parse({ length: 6, ...params }),
  )

const batch = (users: readonly number[], seed = 0) => ({
  users: Uint32Array.from(users),
  positives: new Uint32Array(0),
  negatives: new Uint32Array(0),
  negativesPerRow: 0,
  rng: createRng(seed),
})

type Model = ReturnType<typeof create>

/** Numbers of no pattern in every parameter, others in each. */
function stir(model: Model): Record<string, Float32Array> {
  const { parameters } = model.state()
  let stirred = 0
  for (const values of Object.values(parameters))
    values.forEach((_, n) => (values[n] = Math.sin(3 * ++stirred)))
  model.restore({ parameters })
  model.begin()
  return parameters
}

test.each([1, 2])('a user is the last state of the equations of the paper, %i heads', (heads) => {
  const model = create(splitOf(8, { train: [[5, 0, 7]], test: [[]] }), { heads, blocks: 2 })
  const weights = stir(model)
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, d) => sum + x * b[d], 0)
  const row = (name: string, n = 0) => [...weights[name].subarray(n * 4, n * 4 + 4)]
  const times = (x: readonly number[], name: string) =>
    [0, 1, 2, 3].map((to) => dot(x, [0, 1, 2, 3].map((from) => row(name, from)[to]))) // prettier-ignore
  const plus = (a: readonly number[], b: readonly number[]) => a.map((x, d) => x + b[d])
  const norm = (x: readonly number[], name: string) => {
    const mean = x.reduce((a, b) => a + b) / 4
    const deviation = Math.sqrt(x.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 4)
    return x.map((one, d) => ((one - mean) / deviation) * row(`${name} scale`)[d] + row(`${name} shift`)[d])
  }
  let states = [5, 0, 7].map((item, k) =>
    row('items', item).map((x, d) => 2 * x + row('positions', 3 + k)[d]),
  )
  for (const n of [1, 2]) {
    const normed = states.map((h) => norm(h, `attention norm ${n}`))
    const [q, k, v] = ['query', 'key', 'value'].map((name) => normed.map((x) => times(x, `${name} ${n}`)))
    const width = 4 / heads
    const attended = states.map((h, i) =>
      plus(
        h,
        [0, 1, 2, 3].map((d) => {
          const head = (x: readonly number[]) => x.slice(Math.floor(d / width) * width).slice(0, width)
          const shares = k
            .slice(0, i + 1)
            .map((key) => Math.exp(dot(head(q[i]), head(key)) / Math.sqrt(width)))
          return dot(shares, v.map((value) => value[d])) / shares.reduce((a, b) => a + b) // prettier-ignore
        }),
      ),
    )
    states = attended.map((a) => {
      const inner = plus(times(norm(a, `feed-forward norm ${n}`), `inner ${n}`), row(`inner bias ${n}`))
      const outer = times(inner.map((x) => Math.max(0, x)), `outer ${n}`) // prettier-ignore
      return plus(a, plus(outer, row(`outer bias ${n}`)))
    })
  }
  const expected = norm(states[2], 'last norm')
  expect(model.rowsOf('users', Uint32Array.of(0))).toBeNear(expected, { rel: 1e-4, abs: 1e-5 })
  expect(model.scoresOf(Uint32Array.of(0), Uint32Array.of(3), 1)).toBeNear([dot(expected, row('items', 3))], { rel: 1e-4, abs: 1e-5 }) // prettier-ignore
  model.dispose()
})

test.each(['bce', 'softmax'] as const)(
  'its own objective, %s, asks each position for the next item',
  (loss) => {
    const params = { loss, dropout: 0, drawn: 3, temperature: 0.7 }
    const split = splitOf(30, { train: [[4, 9, 20, 3], [7, 1]], test: [[], []] }) // prettier-ignore
    const model = create(split, params)
    const parameters = stir(model)
    parameters['positions'].fill(0) // they count from the end, which is elsewhere in shorter histories
    model.restore({ parameters })
    model.begin()
    const shorter = create(splitOf(30, { train: [[4], [4, 9], [4, 9, 20], [7]], test: [[], [], [], []] }), params) // prettier-ignore
    shorter.restore({ parameters })
    shorter.begin()
    const seen = [[4, 9, 20, 3], [7, 1]] // prettier-ignore
    const streams = [0, 1].map((user) => createRng(6).fork('negatives').at(user))
    const drawFor = (user: number) => {
      let item = streams[user].int(30)
      while (loss === 'bce' && seen[user].includes(item)) item = streams[user].int(30)
      return item
    }
    const softplus = (x: number) => Math.log1p(Math.exp(x))
    const losses = [9, 20, 3, 1].map((next, n) => {
      if (n === 3) streams[1] = createRng(6).fork('negatives').at(1)
      const others = [0, 1, 2].map(() => drawFor(n === 3 ? 1 : 0)).filter((item) => item !== next)
      const [up, ...down] = shorter.scoresOf(
        Uint32Array.of(n),
        Uint32Array.of(next, ...others),
        1 + others.length,
      )
      if (loss === 'bce') return softplus(-up) + down.reduce((sum, score) => sum + softplus(score), 0)
      return softplus(Math.log(down.reduce((sum, score) => sum + Math.exp(score / 0.7), 0)) - up / 0.7)
    })
    const sum = losses.reduce((a, b) => a + b)
    expect(model.base(batch([0, 1], 6))).toBeNear(sum / 4, { rel: 1e-4 })
    model.dispose()
    shorter.dispose()
  },
)

test('fifty steps are the same bytes again, and leave no tensor', () => {
  const split = randomSplit({ users: 10, items: 30, seed: 2, minPerUser: 3 })
  const run = () => {
    const model = create(split)
    const before = countTensors()
    for (let step = 0; step < 50; step++) {
      model.begin()
      const [users, items] = [Uint32Array.of(0, 3, 5), Uint32Array.of(1, 2, 3, 4, 5, 6)]
      model.scores(users, items, 2).dispose()
      model.base(batch([0, 3, 5, 9], step))
      model.pullScores(users, items, 2, new Float32Array(6).fill(0.01))
      model.update()
    }
    expect(countTensors() - before).toBe(0)
    const values = Object.values(model.state().parameters).map((table) => [...table])
    model.dispose()
    return values
  }
  expect(run()).toEqual(run())
})

test('heads that do not divide dim are refused', () => {
  const split = splitOf(3, { train: [[0, 1]], test: [[]] })
  expect(() => create(split, { heads: 3 })).toThrow(InputError)
})

test('a step that overflows leaves no tensor behind', () => {
  const model = create(randomSplit({ users: 6, items: 9, seed: 2, minPerUser: 4 }))
  const { parameters } = model.state()
  parameters['items'].fill(1e30)
  parameters['last norm scale'].fill(1e30)
  model.restore({ parameters })
  model.begin()
  const before = countTensors()
  expect(() => model.base(batch([0, 1, 2, 3]))).toThrow(NumericError)
  expect(countTensors()).toBe(before)
})
