import { parseParams, type AnyMethod } from '@recdistill/plugin'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { evaluateVectors, leavesOf, type VectorScene } from '../../test/vector-loss.ts'
import de from '../de.ts'
import deRrd from '../de-rrd.ts'
import htd from '../htd.ts'
import pckd from '../pckd.ts'

beforeAll(() => prepareTensors())

const world = {
  numUsers: 9,
  numItems: 40,
  train: { offsets: new Uint32Array(10), items: new Uint32Array(0) },
  dims: { student: 2, teacher: 3 },
}
const counts = { users: 2, items: 2, positives: 2, negatives: 2, rowUsers: 2, likelyItems: 4 }
const given: readonly (readonly [AnyMethod, object])[] = [
  [de, { experts: 2 }],
  [deRrd, { experts: 2, K: 3, L: 3, maxK: 5 }],
  [htd, { groups: 2 }],
  [pckd, { experts: 2, Q: 2 }],
]

test.each(given.map(([method, few]) => [method.name, method, few] as const))(
  '%s asks how many epochs a run has only where they set the temperature, so it can go on to more',
  (_, method, few) => {
    let asked = 0
    const scene: VectorScene = {
      world,
      counts,
      rows: 2,
      epoch: 3,
      get epochs() {
        asked++
        return 100
      },
    }
    const lossOf = (annealEpochs: number | null) => {
      const params = parseParams(method, { ...few, annealEpochs })
      return evaluateVectors(method, params, scene, leavesOf(method, params, scene)).value
    }
    const own = lossOf(100)
    expect(asked).toBe(0)
    expect(lossOf(null)).toBe(own)
    expect(asked).toBeGreaterThan(0)
  },
)

test('a temperature that would divide by nothing in 32 bits is refused', () => {
  expect(() => parseParams(de, { endT: 1e-39 })).toThrow(/^de\.endT: .*1e-30/)
  expect(parseParams(de, { endT: 1e-30 }).endT).toBe(1e-30)
})
