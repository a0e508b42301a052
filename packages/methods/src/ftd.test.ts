import { parseParams } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors, tf } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { evaluateVectors, type VectorScene } from '../test/vector-loss.ts'
import ftd from './ftd.ts'

describeMethod(ftd)

beforeAll(() => prepareTensors())

const scene: VectorScene = {
  world: {
    numUsers: 9,
    numItems: 9,
    train: { offsets: new Uint32Array(10), items: new Uint32Array(0) },
    dims: { student: 2, teacher: 3 },
  },
  counts: {},
  rows: 2,
}

test('TV-14: users, then items, all ordered pairs', () => {
  const { value, gradients } = evaluateVectors(ftd, parseParams(ftd), scene, {
    'student users': tf.tensor2d([[0.31, -0.72], [1.14, 0.45]]), // prettier-ignore
    'student items': tf.tensor2d([[-0.83, 0.29], [0.52, 1.67]]), // prettier-ignore
    'teacher users': tf.tensor2d([[0.9, -0.35, 0.41], [0.22, 1.3, -0.64]]), // prettier-ignore
    'teacher items': tf.tensor2d([[-1.05, 0.18, 0.77], [0.36, 0.94, 1.21]]), // prettier-ignore
  })
  expect(Math.abs(value - 3.5879472)).toBeLessThan(5e-6)
  const expected = [-0.89518176, -0.38542548, 0.46274091, -1.172277, -0.77299446, -2.2123634, -0.13549304, 0.042189449] // prettier-ignore
  const found = [...gradients['student users'], ...gradients['student items']]
  expected.forEach((g, n) => expect(Math.abs(found[n] - g)).toBeLessThan(2e-6))
  for (const side of ['users', 'items'])
    expect(Math.max(...gradients[`teacher ${side}`].map(Math.abs))).toBe(0)
})

test('the preset is the original experiment', () => {
  expect(ftd.presets).toEqual([
    {
      dataset: 'citeulike-t/loo',
      teacher: 'mf',
      student: 'mf',
      params: {},
      lambda: 1e-3,
      weightDecay: 1e-3,
      batch: 1024,
    },
  ])
})
