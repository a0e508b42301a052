import { createRng } from '@recdistill/core'
import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { prepareTensors, type Tensor2D, tf, valueAndGradients } from '@recdistill/tensor'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  expertMixture,
  expertRegression,
  gumbelNoise,
  gumbelSelection,
  projectByExperts,
  squaredDistance,
} from './index.ts'

beforeAll(async () => void (await prepareTensors()))

const random = (seed: number, rows: number, columns: number) => {
  const rng = createRng(seed)
  return tf.tensor2d(
    Float32Array.from({ length: rows * columns }, () => rng.normal()),
    [rows, columns],
  )
}
const noise = (seed: number, rows: number, E: number) => gumbelNoise([rows, E], createRng(seed))

/** E experts of `h` hidden units from d to t, and a gate. */
function gatedExperts(E: number, d: number, h: number, t: number) {
  return {
    hidden: random(1, d, E * h),
    hiddenBias: random(2, 1, E * h),
    output: random(3, E * h, t),
    outputBias: random(4, E, t),
    gate: random(5, t, E),
    gateBias: random(6, 1, E),
  }
}

describe('TV-17', () => {
  const outputs = [[0.9, -0.2], [-0.3, 0.8], [0.1, -1.4]] // prettier-ignore
  // Experts that say the same of everything: their hidden units are silent, so the biases speak.
  const experts = {
    hidden: tf.zeros<tf.Rank.R2>([4, 6]),
    hiddenBias: tf.zeros<tf.Rank.R2>([1, 6]),
    output: tf.ones<tf.Rank.R2>([6, 2]),
    outputBias: tf.tensor2d(outputs),
  }
  test.each([
    {
      temperature: 1,
      selection: [0.16397579, 0.1936417, 0.6423825],
      mixture: [0.15372395, -0.7772173],
      loss: 0.16484056,
      gradient: [-0.49255209, 0.64556539],
    },
    {
      temperature: 0.1,
      selection: [1.1745113e-6, 6.1951048e-6, 0.99999263],
      mixture: [0.099998462, -1.399985],
      loss: 0.1799919,
      gradient: [-0.60000308, -0.59996992],
    },
  ])('selection, mixture, error and gradient at temperature $temperature', (expected) => {
    const { temperature } = expected
    const drawn = tf.tensor2d([[0.31, -0.44, 1.27]])
    const z = gumbelSelection(tf.tensor2d([[0.2, 0.5, 0.3]]), drawn, { temperature })
    expect(z).toBeNear(expected.selection, { rel: 5e-6, abs: 1e-7 })
    const mixture = expertMixture(tf.ones([1, 4]), z, experts)
    expect(mixture).toBeNear(expected.mixture, { rel: 1e-6, abs: 1e-6 })
    const { value, gradients } = valueAndGradients({ mixture }, (leaf) =>
      squaredDistance(leaf.mixture, tf.tensor2d([[0.4, -1.1]])),
    )
    expect(value).toBeNear(expected.loss, { rel: 1e-6, abs: 1e-6 })
    expect(gradients.mixture).toBeNear(expected.gradient, { rel: 1e-6, abs: 1e-6 })
  })
})

test('a mixture is the weighted sum of its experts, each run alone', () => {
  const [n, E, d, h, t] = [5, 3, 4, 2, 6]
  const experts = gatedExperts(E, d, h, t)
  const x = random(7, n, d)
  const z = tf.softmax(random(8, n, E))
  const alone = Array.from({ length: E }, (_, e) => {
    const units = (from: Tensor2D, axis: 0 | 1) =>
      tf.slice(from, axis === 0 ? [e * h, 0] : [0, e * h], axis === 0 ? [h, t] : [from.shape[0], h])
    const active = tf.relu(tf.add(tf.matMul(x, units(experts.hidden, 1)), units(experts.hiddenBias, 1)))
    const output = tf.add(
      tf.matMul(active, units(experts.output, 0)),
      experts.outputBias.slice([e, 0], [1, t]),
    )
    return tf.mul(output, z.slice([0, e], [n, 1]))
  })
  expect(expertMixture(x, z, experts)).toBeNear(tf.addN(alone), { rel: 1e-5, abs: 1e-5 })
})

test('one expert is always chosen, whatever noise and gate say', () => {
  const z = gumbelSelection(tf.softmax(random(1, 4, 1)), random(2, 4, 1), { temperature: 1e-10 })
  expect(z).toBeNear([1, 1, 1, 1], { abs: 0 })
})

test('as the temperature falls the selection becomes the largest of log alpha + noise, finite gradient included', () => {
  const logits = random(3, 8, 5)
  const drawn = noise(4, 8, 5)
  const largest = tf.argMax(tf.add(tf.logSoftmax(logits), drawn), 1).dataSync()
  for (const temperature of [1e-3, 1e-7, 1e-10]) {
    const { gradients } = valueAndGradients({ logits }, (leaf) => {
      const z = gumbelSelection(tf.softmax<Tensor2D>(leaf.logits), drawn, { temperature })
      expect([...tf.argMax(z, 1).dataSync()]).toEqual([...largest])
      return tf.sum(tf.mul(z, random(5, 8, 5)))
    })
    expect(gradients.logits).toBeNear(new Float32Array(40), { abs: 1e-6 })
  }
})

test('with Gumbel noise the largest comes up as often as its probability', () => {
  const [n, alpha] = [20_000, [0.2, 0.5, 0.3]]
  const z = gumbelSelection(tf.tile(tf.tensor2d([alpha]), [n, 1]), noise(9, n, 3), {
    temperature: 1e-4,
  })
  const shares = tf.mean(z, 0).dataSync()
  alpha.forEach((p, e) => expect(Math.abs(shares[e] - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n)))
})

test('gradient of the whole, through vectors, experts, gate and biases, agrees with finite differences', () => {
  const [n, E, d, h, t] = [3, 2, 3, 2, 4]
  const teacher = random(11, n, t)
  const options = { noise: noise(12, n, E), temperature: 0.7 }
  const loss = (
    student: Tensor2D, hidden: Tensor2D, hiddenBias: Tensor2D, output: Tensor2D, outputBias: Tensor2D, gate: Tensor2D, gateBias: Tensor2D,
  ) => expertRegression([{ student, teacher, weight: 0.5 }], { hidden, hiddenBias, output, outputBias, gate, gateBias }, options) // prettier-ignore
  expectGradient(
    loss,
    [[n, d], [d, E * h], [1, E * h], [E * h, t], [E, t], [t, E], [1, E]], // prettier-ignore
    { step: 0.01, seed: 5, rel: 5e-3, abs: 2e-3 },
  )
})

test('groups add up by their weights; teachers are constants; no rows cost nothing', () => {
  const [E, d, h, t] = [3, 4, 2, 5]
  const experts = gatedExperts(E, d, h, t)
  const groups = [2, 3, 0].map((n, g) => ({ student: random(g, n, d), teacher: random(9 + g, n, t), weight: g + 0.5 })) // prettier-ignore
  const all = noise(1, 5, E)
  const one = (g: number, part: Tensor2D) =>
    expertRegression([groups[g]], experts, { noise: part, temperature: 0.5 }).dataSync()[0]
  const together = expertRegression(groups, experts, { noise: all, temperature: 0.5 })
  expect(together).toBeNear(one(0, tf.slice(all, 0, 2)) + one(1, tf.slice(all, 2)), { rel: 1e-5 })
  expect(expertRegression([groups[2]], experts, { noise: tf.zeros([0, E]), temperature: 1 })).toBeNear(0)
  const { gradients } = valueAndGradients({ teacher: groups[0].teacher }, ({ teacher }) =>
    tf.sum(
      projectByExperts(groups[0].student, teacher, experts, { noise: tf.slice(all, 0, 2), temperature: 1 }),
    ),
  )
  expect(gradients.teacher).toEqual(new Float32Array(2 * t))
})

test('frozen students get no gradient, experts do', () => {
  const experts = gatedExperts(2, 3, 2, 4)
  const leaves = { student: random(1, 3, 3), output: experts.output }
  const { gradients } = valueAndGradients(leaves, ({ student, output }) =>
    tf.sum(
      projectByExperts(
        student,
        random(2, 3, 4),
        { ...experts, output },
        {
          noise: noise(3, 3, 2),
          temperature: 1,
          frozen: true,
        },
      ),
    ),
  )
  expect(gradients.student).toEqual(new Float32Array(9))
  expect(gradients.output.some((g) => g !== 0)).toBe(true)
})

test('what does not fit is named, and no tensor is left behind', () => {
  const experts = gatedExperts(2, 3, 2, 4)
  expect(() => expertMixture(random(1, 3, 3), random(2, 2, 2), experts)).toThrow('selection is [2, 2]')
  expect(() => expertMixture(random(1, 3, 3), random(2, 3, 3), experts)).toThrow('3 experts on x of')
  for (const layer of ['hidden', 'hiddenBias', 'output', 'outputBias'] as const) {
    const odd = { ...experts, [layer]: random(1, 1, 1) }
    expect(() => expertMixture(random(1, 3, 3), random(2, 3, 2), odd)).toThrow(
      '2 experts on x of [3, 3] need',
    )
  }
  expect(() => gumbelSelection(tf.ones([1, 2]), tf.ones([1, 2]), { temperature: 0 })).toThrow(
    'must be above 0',
  )
  const [x, t, drawn] = [random(1, 2, 3), random(2, 2, 4), noise(3, 2, 2)]
  expectNoLeak(() =>
    expertRegression([{ student: x, teacher: t, weight: 1 }], experts, { noise: drawn, temperature: 1 }),
  )
})

test('a regression refuses teachers of another space than the experts end in', () => {
  const regress = (...groups: [Tensor2D, Tensor2D][]) =>
    expertRegression(
      groups.map(([student, teacher]) => ({ student, teacher, weight: 1 })),
      { ...gatedExperts(2, 3, 4, 1), gate: random(5, 6, 2) },
      { noise: noise(1, 4, 2), temperature: 1 },
    )
  expect(() => regress([random(1, 4, 3), random(2, 4, 6)])).toThrow(
    'expertRegression: projected is [4, 1] but teacher is [4, 6]; experts end in the space of the teacher',
  )
  expect(() => regress([random(1, 2, 3), random(2, 2, 6)], [random(1, 2, 5), random(2, 2, 6)])).toThrow(
    'expertRegression: student stacks [2, 3] and [2, 5]',
  )
})
