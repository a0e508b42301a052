import { createRng, groupByUser } from '@recdistill/core'
import { rowDistance } from '@recdistill/losses'
import { parseParams } from '@recdistill/plugin'
import { describeMethod } from '@recdistill/plugin/contract'
import { prepareTensors, tf, valueAndGradients, type Tensor2D } from '@recdistill/tensor'
import { beforeAll, describe, expect, test } from 'vitest'
import { filterRows } from './draws/graph-filter.ts'
import freqd from './freqd.ts'

describeMethod(freqd, {
  variants: [
    { alpha: 0, dropout: 0, networks: 1 },
    { keep: 1, dropout: 0, norm: false, networks: 2, neighbours: 1 },
    { alpha: 1, keep: 0.3, dropout: 0.5, networks: 1, input: 'scored' },
  ],
})

beforeAll(() => prepareTensors())

// Spec, TV-16: four users, four items.
const rows = [[0, 1], [0, 2], [1, 2], [0, 3]] // prettier-ignore
const train = groupByUser(4, Uint32Array.of(0, 0, 1, 1, 2, 2, 3, 3), Uint32Array.from(rows.flat()))
const world = { numUsers: 4, numItems: 4, train, dims: { student: 2, teacher: 2 } }
const still = { neighbours: 1, keep: 1, dropout: 0, networks: 1 }

type Ids = Record<'users' | 'positives' | 'negatives', readonly number[]>

/** Loss and gradients with the projector x -> relu(x + 2) - 2, which changes nothing. */
function evaluate(given: object, ids: Ids, vectors: Record<'student' | 'teacher', Tensor2D>, seed = 1) {
  const params = parseParams(freqd, { ...still, ...given })
  const made = freqd.make?.(params, world)
  const identity = {
    Hidden: tf.eye(2) as Tensor2D,
    HiddenBias: tf.fill([1, 2], 2) as Tensor2D,
    Output: tf.eye(2) as Tensor2D,
    OutputBias: tf.fill([1, 2], -2) as Tensor2D,
  }
  const aux = Object.fromEntries(
    ['users', 'items'].flatMap((side) => Object.entries(identity).map(([part, of]) => [side + part, of])),
  )
  const all = (of: Tensor2D) => ({ rows: { allUsers: of, allItems: of, rawUsers: of, rawItems: of } })
  return valueAndGradients({ student: vectors.student }, ({ student }) =>
    freqd.loss({
      student: all(student),
      teacher: all(vectors.teacher),
      ids: Object.fromEntries(Object.entries(ids).map(([name, of]) => [name, Uint32Array.from(of)])),
      aux,
      made,
      params,
      rng: createRng(seed),
    } as never),
  )
}

const vectors = () => ({
  student: tf.tensor2d([[0.4, -1.2], [1.1, 0.3], [-0.7, 0.9], [0.2, -0.5]]), // prettier-ignore
  teacher: tf.tensor2d([[0.9, -0.4], [0.6, 1.5], [-1.3, 0.8], [0.1, 0.7]]), // prettier-ignore
})

describe('TV-16', () => {
  test.each([
    [
      false,
      1.271865,
      [0.1892767, -1.1742641, 0.071966991, -0.77729708, 0.22588835, -0.69963203, 0.050888348, -0.54963203],
    ],
    [
      true,
      1.230421,
      [-0.55053466, -0.66432989, -0.36614716, -0.43118611, -0.3243539, -0.4139759, -0.25890514, -0.30489463],
    ],
  ])('items 0 and 2, positives and negatives at half weight, norm %s', (norm, loss, gradient) => {
    const ids = { users: [], positives: [0, 2], negatives: [0, 2] }
    const { value, gradients } = evaluate({ norm }, ids, vectors())
    expect(Math.abs(value - loss)).toBeLessThan(2e-6)
    gradient.forEach((g, n) => expect(Math.abs(gradients.student[n] - g)).toBeLessThan(2e-6))
    // The graph of users, by the items they share, has the same edges here.
    const users = evaluate({ norm }, { users: [0, 2], positives: [], negatives: [] }, vectors())
    expect(Math.abs(users.value - loss)).toBeLessThan(2e-6)
  })
})

test('alpha 0 is plain projected regression on the batch’s entities', () => {
  const { student, teacher } = vectors()
  const chosen = (of: Tensor2D, ids: number[]) => tf.gather(of, tf.tensor1d(ids, 'int32'))
  const plain = (ids: number[], cosine: boolean) =>
    rowDistance(chosen(student, ids), chosen(teacher, ids), { cosine }).dataSync()[0]
  for (const norm of [true, false]) {
    const ids = { users: [1, 3], positives: [0, 2], negatives: [3] }
    const expected = plain([1, 3], norm) + 0.5 * (plain([0, 2], norm) + plain([3], norm))
    expect(evaluate({ alpha: 0, norm, keep: 0.5 }, ids, { student, teacher }).value).toBeCloseTo(expected, 4)
  }
})

test('equal vectors on both sides cost nothing, whatever is dropped of the graph', () => {
  const { student } = vectors()
  const ids = { users: [1, 3], positives: [0, 2], negatives: [3] }
  for (let seed = 0; seed < 5; seed++)
    expect(evaluate({ keep: 0.5, norm: false }, ids, { student, teacher: student }, seed).value).toBeLessThan(
      1e-10,
    )
})

describe('rows of the filter', () => {
  const graph = {
    offsets: Uint32Array.of(0, 2, 3, 4),
    columns: Uint32Array.of(1, 2, 0, 0),
    weights: Float32Array.of(0.6, 0.8, 0.6, 0.8),
  }
  const dense = (alpha: number, keep: number, seed: number, ids = [2, 0]) => {
    const { offsets, columns, weights, numColumns } = filterRows(
      graph,
      Uint32Array.from(ids),
      { alpha, keep },
      createRng(seed),
    )
    expect(numColumns).toBe(3)
    return ids.map((_, row) => {
      const out = [0, 0, 0]
      for (let n = offsets[row]; n < offsets[row + 1]; n++) out[columns[n]] += weights[n]
      return out
    })
  }

  test('all edges kept: alpha A + (1 - alpha) Id', () => {
    expect(dense(0.25, 1, 0).flat().map((x) => Number(x.toFixed(6)))).toEqual([0.2, 0, 0.75, 0.75, 0.15, 0.2]) // prettier-ignore
    expect(dense(0, 0.5, 0)).toEqual([[0, 0, 1], [1, 0, 0]]) // prettier-ignore
  })

  test('each directed edge comes with its chance and is divided by it; the node itself always comes', () => {
    const seen = new Set<string>()
    let sum = 0
    for (let seed = 0; seed < 4000; seed++) {
      const [row] = dense(0.5, 0.4, seed, [0])
      expect(row[0]).toBe(0.5)
      for (const [column, weight] of [
        [1, 0.6],
        [2, 0.8],
      ])
        // prettier-ignore
        expect([0, Math.fround((0.5 * Math.fround(weight)) / 0.4)]).toContain(row[column])
      seen.add(row.map((x) => (x > 0 ? 1 : 0)).join(''))
      sum += row[1] > 0 ? 1 : 0
    }
    expect(seen.size).toBe(4)
    expect(Math.abs(sum / 4000 - 0.4)).toBeLessThan(4 * Math.sqrt((0.4 * 0.6) / 4000))
  })
})

test('defaults are the one complete released configuration, Gowalla, MF to MF', () => {
  const { defaults, presets = [] } = freqd
  expect(parseParams(freqd)).toEqual(presets[0].params)
  expect(presets[0]).toMatchObject({ dataset: 'gowalla', teacher: 'mf', student: 'mf', ...defaults })
  expect(presets).toHaveLength(2)
})

test('the one complete configuration that was released is a preset, in batches of the usual size', () => {
  // Spec 4.17; 6.2 for the batch, of which its table says nothing
  expect(freqd.presets?.[0]).toEqual({
    dataset: 'gowalla',
    teacher: 'mf',
    student: 'mf',
    params: { alpha: 0.5, neighbours: 5, keep: 0.5, dropout: 0.2, norm: true, networks: 5, input: 'raw' },
    lambda: 0.5,
    weightDecay: 1e-3,
    batch: 2048,
  })
})
