import { fromEmbeddings } from '@recdistill/backbones'
import { createRng } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { tensor, writeNpy } from '@recdistill/formats'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { joinIds, openScores, scoreTeacher, type Join } from './index.ts'

const engine = createEngine({ threads: 1 })
const folder = mkdtempSync(join(tmpdir(), 'recdistill-scores-'))
const all = (count: number) => Uint32Array.from({ length: count }, (_, n) => n)
const names = (count: number) => Array.from({ length: count }, (_, n) => `id${n}`)
const inOrder = (side: 'users' | 'items', count: number): Join =>
  joinIds(side, names(count), { file: 'x', rows: count, ids: null })

let files = 0
function matrixOf(rows: readonly (readonly number[])[]) {
  const path = join(folder, `${files++}.npy`)
  writeNpy(path, tensor(Float32Array.from(rows.flat()), [rows.length, rows[0].length]))
  return openScores(path)
}

test('a matrix of a model’s scores is the model: same order, same scores, same positions', () => {
  const rng = createRng(5)
  const [users, items] = [11, 40]
  const numbers = (rows: number) => Float32Array.from({ length: rows * 4 }, () => rng.normal())
  const model = fromEmbeddings(engine, { users: numbers(users), items: numbers(items), dim: 4 })
  const every = Uint32Array.from({ length: users * items }, (_, n) => n % items)
  const scores = model.scoresOf(all(users), every, items)
  const path = join(folder, 'model.npy')
  writeNpy(path, tensor(scores, [users, items]))
  const join2 = { users: inOrder('users', users), items: inOrder('items', items) }
  const teacher = scoreTeacher(openScores(path), join2)
  expect(teacher.rank(all(users), items, null).items).toEqual(model.rank(all(users), items, null).items)
  expect(teacher.scoresOf(all(users), every, items)).toEqual(scores)
  expect(teacher.positionsOf(all(users), every, items, null)).toEqual(
    model.positionsOf(all(users), every, items, null),
  )
  expect(() => teacher.rowsOf('users', all(1))).toThrow('scores alone have no vectors')
  teacher.dispose()
})

describe('who is missing', () => {
  test('items, and those that may not be recommended, stand just below the last', () => {
    const items = joinIds('items', ['c', 'gone', 'a', 'b'], { file: 'x', rows: 3, ids: ['a', 'b', 'c'] })
    const teacher = scoreTeacher(
      matrixOf([
        [3, 1, 2],
        [-5, -Infinity, 7],
      ]),
      { users: inOrder('users', 2), items },
    )
    const ranking = teacher.rank(all(2), 4, null)
    expect([...ranking.items]).toEqual([2, 0, 3, 1, 0, 2, 1, 3])
    expect(ranking.scores[3]).toBeLessThan(1)
    expect(ranking.scores[3]).toBeCloseTo(1, 6)
    expect(ranking.scores[6]).toBeLessThan(-5)
    expect(ranking.scores[6]).toBe(ranking.scores[7])
  })

  test('a user is the mean of all that are joined', () => {
    const users = joinIds('users', ['x', 'stranger', 'y'], { file: 'x', rows: 3, ids: ['y', 'other', 'x'] })
    const teacher = scoreTeacher(
      matrixOf([
        [1, 2],
        [100, 100],
        [3, -Infinity],
      ]),
      { users, items: inOrder('items', 2) },
    )
    expect([...teacher.scoresOf(Uint32Array.of(1), all(2), 2)]).toEqual([2, 2])
  })
})

test('infinity, NaN, vectors and columns that lie together are refused', () => {
  const row = (values: readonly number[]) => () => matrixOf([values]).row(0)
  expect(row([1, Infinity])).toThrow(/row 0 \(from 0\) holds infinity; .*-Infinity where/)
  expect(row([1, NaN])).toThrow(/row 0, column 1.*NaN/)
  const path = join(folder, 'line.npy')
  writeNpy(path, tensor(Float32Array.of(1, 2), [2]))
  expect(() => openScores(path)).toThrow('expected scores of [users, items], got [2]')
})

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test('no more than a row of the file is held', () => {
  const [users, items] = [400, 40_000] // 61 MiB
  const path = join(folder, 'large.npy')
  const scores = new Float32Array(users * items)
  const rng = createRng(1)
  for (let n = 0; n < scores.length; n++) scores[n] = rng.float()
  writeNpy(path, tensor(scores, [users, items]))
  const teacher = scoreTeacher(openScores(path), {
    users: inOrder('users', users),
    items: inOrder('items', items),
  })
  const held = () => {
    collect() // rows that were read wait for the collector, which comes when it likes
    collect() // and finishes what the last time swept aside
    return process.memoryUsage().arrayBuffers
  }
  const before = held()
  let most = 0
  for (let user = 0; user < users; user++) {
    teacher.rank(Uint32Array.of(user), 20, null)
    if (user % 40 === 39) most = Math.max(most, held() - before)
  }
  expect(most).toBeLessThan(0.25 * scores.byteLength)
  teacher.dispose()
})
