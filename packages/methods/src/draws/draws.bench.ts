import { createRng } from '@recdistill/core'
import { NO_ITEM, parseParams, type AnyMethod, type Row, type World } from '@recdistill/plugin'
import { sampleExcept } from '@recdistill/samplers'
import { bench, describe } from 'vitest'
import rceKd from '../rce-kd.ts'
import rrd from '../rrd.ts'

/** One epoch of lists at the size of CiteULike-t, rankings already there: users 5,219, items 25,181. */
const numUsers = 5219
const numItems = 25181
const longest = 500
const setup = createRng(1)
const ranked = (name: string, base: Uint32Array | null) => {
  const items = new Uint32Array(numUsers * longest)
  const rng = setup.fork(name)
  for (let u = 0; u < numUsers; u++) {
    const row = items.subarray(u * longest, (u + 1) * longest)
    sampleExcept(numItems, [], row, rng.at(u))
    // A student that has found about every third of the teacher's items.
    if (base)
      for (let t = 0; t < longest; t += 3)
        if (!row.includes(base[u * longest + t])) row[t] = base[u * longest + t]
  }
  return items
}
const teacher = ranked('teacher', null)
const student = ranked('student', teacher)
const seen = new Uint32Array(19)
sampleExcept(numItems, [], seen, setup)

function epochOf(method: AnyMethod): () => void {
  const params = parseParams(method)
  const train = { offsets: new Uint32Array(numUsers + 1), items: new Uint32Array(0) }
  const world: World = { numUsers, numItems, train, dims: { student: 0, teacher: 0 } }
  const lists = Object.entries(method.lists(params, world, method.make?.(params, world))).flatMap(
    ([name, spec]) => ('draw' in spec ? [{ name, spec }] : []),
  )
  const stored = new Map(
    lists.map(({ name, spec: { size } }) => [name, { size, items: new Uint32Array(numUsers * size) }]),
  )
  let user = 0
  const view = (items: Uint32Array) => ({
    top: (k: number) => items.subarray(user * longest, user * longest + k),
    positionOf: () => seen,
    at: (positions: Uint32Array) => positions,
    scoresOf: () => new Float32Array(0),
  })
  const row: Row = {
    user,
    epoch: 0,
    numItems,
    seen,
    teacher: view(teacher),
    student: view(student),
    list(name) {
      const { size, items } = stored.get(name) as { size: number; items: Uint32Array }
      return items.subarray(user * size, (user + 1) * size)
    },
    value: () => new Float32Array(0),
    trajectories: [],
  }
  return () => {
    const rngs = lists.map(({ name }) => createRng(2).fork(name))
    for (const { items } of stored.values()) items.fill(NO_ITEM)
    for (user = 0; user < numUsers; user++)
      lists.forEach(({ name, spec }, n) => spec.draw(row, row.list(name), rngs[n].at(user)))
  }
}

describe('lists of one epoch, users 5219, items 25181', () => {
  bench('rrd', epochOf(rrd))
  bench('rce-kd', epochOf(rceKd))
})
