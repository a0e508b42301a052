import { bench, describe } from 'vitest'
import { prepareTensors, tf, valueAndGradients } from '../index.ts'
import { mixExperts, mixExpertsPlainly } from './mix-experts.ts'

// Distillation experts, MF 400 to MF 20 on CiteULike: 30 experts, about 1,500 distinct users a batch. Value and gradient.
await prepareTensors()
const [rows, inputs, experts, hidden, outputs] = [1500, 20, 30, 210, 400]
const leaves = {
  x: tf.randomNormal<tf.Rank.R2>([rows, inputs], 0, 0.3, 'float32', 1),
  hidden: tf.randomUniform<tf.Rank.R2>([inputs, experts * hidden], -0.22, 0.22, 'float32', 2),
  hiddenBias: tf.randomUniform<tf.Rank.R2>([1, experts * hidden], -0.22, 0.22, 'float32', 3),
  output: tf.randomUniform<tf.Rank.R2>([experts * hidden, outputs], -0.07, 0.07, 'float32', 4),
  outputBias: tf.randomUniform<tf.Rank.R2>([experts, outputs], -0.07, 0.07, 'float32', 5),
}
const short = { time: 0, iterations: 5, warmupTime: 0, warmupIterations: 2 }

for (const temperature of [1, 0.1, 0.003]) {
  const noise = tf.neg(tf.log(tf.neg(tf.log(tf.randomUniform([rows, experts], 1e-6, 1, 'float32', 6)))))
  const weights = tf.softmax<tf.Tensor2D>(tf.div(noise, temperature))
  const step = (mixture: typeof mixExperts) => () =>
    void valueAndGradients({ ...leaves, weights }, (leaf) =>
      tf.sum(tf.square(mixture(leaf.x, leaf.weights, leaf))),
    )
  describe(`temperature ${temperature}`, () => {
    bench('plain products', step(mixExpertsPlainly), short)
    bench('kernels', step(mixExperts), short)
  })
}
