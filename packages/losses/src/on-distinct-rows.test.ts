import { expectGradient, expectNoLeak } from '@recdistill/testkit'
import { prepareTensors, tf } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { onDistinctRows } from './index.ts'

beforeAll(async () => void (await prepareTensors()))

const ids = Uint32Array.of(7, 3, 7, 0xffffffff, 3)
const x = tf.tensor2d([[1], [2], [1], [0], [2]]) // prettier-ignore

test('each entity is seen once, in order of its first place, and its result stands at all its rows', () => {
  const seen: number[][] = []
  const out = onDistinctRows(ids, [x, tf.mul(x, 10)], (distinct, [a, b]) => {
    seen.push([...distinct], [...a.dataSync()], [...b.dataSync()])
    return tf.add(a, b)
  })
  expect(seen).toEqual([[7, 3, 0xffffffff], [1, 2, 0], [10, 20, 0]]) // prettier-ignore
  expect(out).toBeNear([11, 22, 11, 0, 22])
})

test('gradients of all rows of an entity add up at its first', () => {
  const weights = tf.tensor2d([[1], [2], [3], [4], [5]]) // prettier-ignore
  expectGradient(
    (leaf) => {
      const equal = tf.gather(leaf, tf.tensor1d([0, 1, 0, 2, 1], 'int32'))
      return tf.sum(
        tf.mul(
          onDistinctRows(ids, [equal], (_, [a]) => tf.square(a)),
          weights,
        ),
      )
    },
    [[3, 1]],
  )
})

test('no rows, wrong rows, no leak', () => {
  expect(onDistinctRows(new Uint32Array(0), [tf.zeros([0, 2])], (_, [a]) => tf.clone(a)).shape).toEqual([
    0, 2,
  ])
  expect(() => onDistinctRows(ids, [tf.zeros([4, 2])], (_, [a]) => a)).toThrow(
    'onDistinctRows: got 5 ids for rows of [4, 2]',
  )
  expectNoLeak(() => onDistinctRows(ids, [x], (_, [a]) => tf.exp(a)))
})
