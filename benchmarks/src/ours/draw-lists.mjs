import { createRng, NO_ITEM, rowOf } from '@recdistill/core'

/** A method's lists and values drawn once for every user, by its own programs; kept simple, it only serves the comparison of answers. */
export function drawLists(method, params, { teacher, student, train }) {
  const { numUsers, numItems } = student
  const users = Uint32Array.from({ length: numUsers }, (_, u) => u)
  const everyone = (model, k, exclude) => model.rank(users, k, exclude).items.slice()
  const world = { numUsers, numItems }
  const lists = mapValues(method.lists(params, world), (spec) => ({
    ...spec,
    k: spec.size,
    items: new Uint32Array(numUsers * spec.size).fill(NO_ITEM),
  }))
  const values = mapValues(method.values?.(params, world) ?? {}, (spec) => ({
    ...spec,
    data: new Float32Array(numUsers * spec.size),
  }))
  const ranked = { teacher: rankedBy(teacher, everyone, train), student: rankedBy(student, everyone, train) }
  for (const user of users) {
    const row = {
      user,
      numItems,
      seen: rowOf(train, user),
      teacher: ranked.teacher(user),
      student: ranked.student(user),
      list: (name) => part(lists[name].items, user, lists[name].k),
      value: (name) => part(values[name].data, user, values[name].size),
    }
    const fillAll = (isCarried) => {
      for (const [name, { fill, data, size, carried = false }] of Object.entries(values))
        if (carried === isCarried) fill(row, part(data, user, size), createRng(6).fork(name).at(user))
    }
    fillAll(true)
    for (const [name, { draw, items, k }] of Object.entries(lists))
      draw(row, part(items, user, k), createRng(5).fork(name).at(user))
    fillAll(false)
  }
  for (const list of Object.values(lists)) list.teacher = teacher.scoresOf(users, list.items, list.k).slice()
  return {
    lists,
    values,
    everyone,
    inputFor: (batchUsers, over) => inputFor(batchUsers, over, { lists, values }),
  }
}

/** The rows of a batch as a fused loss takes them: each distinct user once, with its count where rows are pairs. */
function inputFor(batchUsers, over, { lists, values }) {
  const counts = new Map()
  for (const user of batchUsers) counts.set(user, (counts.get(user) ?? 0) + 1)
  const users = Uint32Array.from(counts.keys())
  const gather = (from, k) => {
    const out = new from.constructor(users.length * k)
    users.forEach((user, n) => out.set(part(from, user, k), n * k))
    return out
  }
  return {
    users,
    weights: Float32Array.from(users, (user) => (over === 'pairs' ? counts.get(user) : 1)),
    lists: mapValues(lists, ({ items, k, teacher }) => ({
      items: gather(items, k),
      k,
      teacher: gather(teacher, k),
    })),
    values: mapValues(values, ({ data, size }) => ({ data: gather(data, size), size })),
  }
}

/** Rankings are held this long for programs that ask for the items at positions. */
const deepest = 3000

function fail(position) {
  throw new Error(`position ${position} is beyond the ${deepest} that are held`)
}

function rankedBy(model, everyone, train) {
  const orders = new Map()
  return (user) => ({
    top(k, { seen = 'keep' } = {}) {
      const key = `${seen} ${k}`
      if (!orders.has(key)) orders.set(key, everyone(model, k, seen === 'skip' ? train : null))
      const row = part(orders.get(key), user, k)
      const end = row.indexOf(NO_ITEM)
      return end < 0 ? row : row.subarray(0, end)
    },
    positionOf: (items, { seen = 'keep' } = {}) =>
      model.positionsOf(Uint32Array.of(user), items, items.length, seen === 'skip' ? train : null),
    at(positions, { seen = 'keep' } = {}) {
      const items = this.top(deepest, { seen })
      return positions.map((at) => (at < deepest ? (items[at] ?? NO_ITEM) : fail(at)))
    },
    scoresOf: (items) => model.scoresOf(Uint32Array.of(user), items, items.length),
  })
}

const part = (rows, user, k) => rows.subarray(user * k, (user + 1) * k)

const mapValues = (record, change) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
