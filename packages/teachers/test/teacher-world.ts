import { createRng } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { tensor, writeNpy } from '@recdistill/formats'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openTeacher, type TeacherSource } from '../src/index.ts'

const engine = createEngine({ threads: 1 })
const folder = mkdtempSync(join(tmpdir(), 'recdistill-teachers-'))
/** A path in a folder of this test. */
export const file = (name: string) => join(folder, name)
export const [numUsers, numItems, dim] = [6, 9, 4]
const rng = createRng(3)
/** A small teacher. [users, dim] and [items, dim] */
export const users = Float32Array.from({ length: numUsers * dim }, () => rng.normal())
export const items = Float32Array.from({ length: numItems * dim }, () => rng.normal())
const all = (count: number) => Uint32Array.from({ length: count }, (_, n) => n)
const every = Uint32Array.from({ length: numUsers * numItems }, (_, n) => n % numItems)
export const split = {
  numUsers,
  numItems,
  ids: {
    users: Array.from({ length: numUsers }, (_, n) => `u${n}`),
    items: Array.from({ length: numItems }, (_, n) => `i${n}`),
  },
  train: { offsets: new Uint32Array(numUsers + 1), items: new Uint32Array(0) },
}
/** As it stands to the data, or to data that is a little different. */
export const open = (source: TeacherSource, change: Partial<typeof split> = {}) =>
  openTeacher(source, { split: { ...split, ...change }, engine, cache: file('cache') })
export const written = (name: string, content: string | Uint8Array) => {
  writeFileSync(file(name), content)
  return file(name)
}
export const saved = (name: string, values: Float32Array, shape: readonly number[]) => {
  writeNpy(file(name), tensor(values, shape))
  return file(name)
}
/** What it gives every user for every item. [users, items] */
export const scores = new Float32Array(numUsers * numItems)
for (let u = 0; u < numUsers; u++)
  for (let i = 0; i < numItems; i++)
    for (let d = 0; d < dim; d++) scores[u * numItems + i] += users[u * dim + d] * items[i * dim + d]

export function expectScores(model: Awaited<ReturnType<typeof open>>['model']) {
  const found = model.scoresOf(all(numUsers), every, numItems)
  for (let n = 0; n < found.length; n++) expect(found[n]).toBeCloseTo(scores[n], 5)
}
