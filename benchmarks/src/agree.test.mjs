import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { compareAnswers, compareEpochs } from './agree.mjs'
import { writeColumns } from './columns.mjs'

let folder
before(() => (folder = mkdtempSync(join(tmpdir(), 'agree-'))))
after(() => rmSync(folder, { recursive: true }))

const ranking = { kind: 'rank', k: 2, dim: 20 }
const write = (who, items, scores) =>
  writeColumns(folder, {
    [`${who}-items`]: Uint32Array.from(items),
    [`${who}-scores`]: Float32Array.from(scores),
  })

test('equal scores may stand in either order', () => {
  const items = Array.from({ length: 200 }, (_, n) => n)
  const scores = items.map(() => 0.5)
  write('ours', items, scores)
  write('torch', [1, 0, ...items.slice(2)], scores)
  assert.deepEqual(compareAnswers(ranking, folder), { ranking: { places: 200, swapped: 2 } })
})

test('another score at a place is an error', () => {
  write('ours', [4, 2], [3, 1])
  write('torch', [4, 2], [3, 1.01])
  assert.throws(() => compareAnswers(ranking, folder), /place 1 of user 0: scores differ/)
})

test('other items under the same scores are an error when they are many', () => {
  write('ours', [4, 2], [3, 1])
  write('torch', [5, 6], [3, 1])
  assert.throws(() => compareAnswers(ranking, folder), /100 % of places/)
})

test('a loss that is off by more than the tolerance is an error, NaN too', () => {
  const step = { kind: 'step' }
  for (const off of [100.02, NaN])
    assert.throws(() => compareAnswers(step, folder, { losses: [100] }, { losses: [off] }), /losses differ/)
})

test('tables that went another way are an error', () => {
  const tables = (who, value) =>
    writeColumns(folder, {
      [`${who}-users`]: Float32Array.of(1, 1),
      [`${who}-items`]: Float32Array.of(1, value),
    })
  const same = [{ losses: [2] }, { losses: [2] }]
  tables('ours', 1)
  tables('torch', 1.0001)
  assert.equal(compareAnswers({ kind: 'step' }, folder, ...same).losses.worst, 0)
  tables('torch', 1.1)
  assert.throws(() => compareAnswers({ kind: 'step' }, folder, ...same), /tables differ/)
})

test('an epoch that sums over fewer rows is noticed', () => {
  const scenario = { kind: 'rrd', pairs: 10, distinctRows: 4 }
  const ours = { loss: { base: 0.5, kd: 3 } }
  assert.equal(compareEpochs(scenario, ours, { loss: { base: 5, kd: 12 } }).kd, 0)
  assert.throws(() => compareEpochs(scenario, ours, { loss: { base: 5, kd: 30 } }), /first epochs differ/)
})
