import { NO_ITEM } from '@recdistill/core'
import assert from 'node:assert/strict'
import type { AnyMethod } from '../method.ts'
import type { Check } from './check.ts'
import { drawAll, makeScene, smallestCatalogue, type Drawn, type Params, type Scene } from './scene.ts'

/** What a method draws: in a roomy catalogue, and in the smallest one its `check` lets through. */
export function listChecks(
  method: AnyMethod,
  cases: readonly Params[],
  { unseen }: { unseen: readonly string[] },
): Check[] {
  const inEvery = (law: (scene: Scene, params: Params, drawn: Drawn) => void) => () => {
    for (const params of cases) {
      const smallest = smallestCatalogue(method, params)
      for (const numItems of [smallest, 2 * smallest + 20]) {
        const scene = makeScene(numItems)
        law(scene, params, drawAll(method, params, scene))
      }
    }
  }
  return [
    {
      name: 'lists and values have sizes, and are drawn once or every n epochs',
      run: inEvery(({ world }, params) => {
        const made = method.make?.(params, world)
        const lists = method.lists(params, world, made)
        assert.ok(Object.keys(lists).length > 0, 'at least one list')
        for (const [name, spec] of Object.entries({ ...lists, ...method.values?.(params, world, made) })) {
          if (!('refresh' in spec)) continue
          assert.ok(Number.isInteger(spec.size) && spec.size >= 0, `${name}.size is ${spec.size}`)
          const { refresh } = spec
          assert.ok(
            refresh === 'once' ||
              refresh === 'batch' ||
              (Number.isInteger(refresh.epochs) && refresh.epochs >= 1),
            `${name}.refresh`,
          )
        }
      }),
    },
    {
      name: 'lists hold items of the catalogue, none twice, padding behind them',
      run: inEvery(({ world }, _, { lists }) => {
        for (const { name, user, items } of rowsOf(lists)) {
          const end = items.includes(NO_ITEM) ? items.indexOf(NO_ITEM) : items.length
          const where = `list ${name} of user ${user} in a catalogue of ${world.numItems}`
          assert.ok(
            items.slice(end).every((item) => item === NO_ITEM),
            `${where}: an item behind padding`,
          )
          assert.ok(
            items.slice(0, end).every((item) => item < world.numItems),
            `${where}: no such item`,
          )
          assert.equal(new Set(items.slice(0, end)).size, end, `${where}: an item twice`)
        }
      }),
    },
    {
      name: 'lists of unseen items hold no seen item',
      run: inEvery(({ seen }, _, { lists }) => {
        for (const name of unseen) assert.ok(name in lists, `there is no list "${name}"`)
        for (const { name, user, items } of rowsOf(lists))
          if (unseen.includes(name))
            for (const item of items)
              assert.ok(!seen[user].includes(item), `${name}: user ${user} has seen ${item}`)
      }),
    },
    {
      name: 'values are finite',
      run: inEvery((_, __, { values }) => {
        for (const [name, { data }] of Object.entries(values)) assert.ok(data.every(Number.isFinite), name)
      }),
    },
    {
      name: 'the same seed draws the same, in any order of users',
      run: inEvery((scene, params, drawn) => {
        assert.deepEqual(drawAll(method, params, scene), drawn, 'drawn again')
        const order = [3, 0, 5, 2, 4, 1]
        assert.deepEqual(drawAll(method, params, scene, { order }), drawn, 'drawn in another order')
      }),
    },
    {
      name: 'extreme and equal scores draw lists all the same',
      run() {
        for (const params of cases) {
          const numItems = smallestCatalogue(method, params)
          drawAll(method, params, makeScene(numItems, { spread: 60 }))
          drawAll(method, params, makeScene(numItems, { equal: true }))
        }
      },
    },
  ]
}

function* rowsOf(lists: Drawn['lists']) {
  for (const [name, { size, items }] of Object.entries(lists))
    for (let user = 0; user * size < items.length; user++)
      yield { name, user, items: items.subarray(user * size, (user + 1) * size) }
}
