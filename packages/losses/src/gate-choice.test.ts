import { expectNoLeak } from '@recdistill/testkit'
import { tf } from '@recdistill/tensor'
import { expect, test } from 'vitest'
import { gateChoice } from './index.ts'

test('the largest logit, bias included', () => {
  const gate = tf.tensor2d([[1, 0, -1]])
  const x = tf.tensor2d([[2], [-2], [0]])
  const choose = (bias: number[]) => [...gateChoice(x, { gate, gateBias: tf.tensor2d([bias]) })]
  expect(choose([0, 0, 0])).toEqual([0, 2, 0])
  expect(choose([0, 9, 0])).toEqual([1, 1, 1])
  expect([...gateChoice(tf.zeros([0, 1]), { gate, gateBias: tf.zeros([1, 3]) })]).toEqual([])
})

test('no tensor is left behind', () => {
  const [x, gate, gateBias] = [tf.zeros<tf.Rank.R2>([2, 1]), tf.zeros<tf.Rank.R2>([1, 3]), tf.zeros<tf.Rank.R2>([1, 3])] // prettier-ignore
  expectNoLeak(() => void gateChoice(x, { gate, gateBias }))
})
